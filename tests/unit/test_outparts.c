/* outparts: one file, or numbered parts, and nothing that an earlier run left. */
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/outparts.h"
#include "reading.h"

static void expect_content(const char *name, sv want)
{
    struct buf got = {0};
    add_file(&got, path_of(name));
    expect_sv(buf_sv(&got), want, sv_from(name));
    buf_release(&got);
}

static bool exists(const char *name)
{
    struct stat any;
    return lstat(path_of(name), &any) == 0;
}

static struct outparts *must_open(const char *name)
{
    struct err err;
    struct outparts *out = outparts_open(path_of(name), true, &err);
    assert_non_null(out);
    return out;
}

static void write_parts(const char *name, size_t count)
{
    struct err err;
    struct outparts *out = must_open(name);
    for (size_t i = 0; i < count; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "part %zu\n", i + 1);
        if (i)
            outparts_next(out);
        outparts_write(out, sv_from(text));
    }
    assert_int_equal(outparts_commit(out, &err), 0);
}

static mode_t mode_of(const char *name)
{
    struct stat of;
    assert_int_equal(stat(path_of(name), &of), 0);
    return of.st_mode & 07777;
}

static void test_either_or(void **state)
{
    (void)state;
    write_parts("list", 1);
    expect_content("list", SV("part 1\n"));
    assert_false(exists("list.0001"));
    write_parts("list", 3);
    assert_false(exists("list")); /* nobody shall take the old one for all of the new one */
    expect_content("list.0001", SV("part 1\n"));
    expect_content("list.0003", SV("part 3\n"));
    save("list.0007", SV("left behind a gap"));
    save("list.0004.csv", SV("not ours"));
    save("list.004", SV("not ours"));
    save("list.00005", SV("not ours"));
    save("list.0000", SV("not ours"));
    save("list2.0007", SV("not ours"));
    assert_int_equal(mkdir(path_of("list.0009"), 0700), 0);
    write_parts("list", 2);
    expect_content("list.0002", SV("part 2\n"));
    assert_false(exists("list.0003"));
    assert_false(exists("list.0007"));
    write_parts("list", 1);
    expect_content("list", SV("part 1\n"));
    assert_false(exists("list.0001"));
    assert_false(exists("list.0002"));
    assert_true(exists("list.0004.csv") && exists("list.004") && exists("list.00005"));
    assert_true(exists("list.0000") && exists("list2.0007") && exists("list.0009"));
}

static void test_permissions(void **state)
{
    (void)state;
    write_parts("mode", 2);
    assert_int_equal(mode_of("mode.0001"), 0600);
    assert_int_equal(mode_of("mode.0002"), 0600);
    assert_int_equal(chmod(path_of("mode.0001"), 0640), 0);
    write_parts("mode", 3);
    assert_int_equal(mode_of("mode.0001"), 0640);
    assert_int_equal(mode_of("mode.0003"), 0640);
    write_parts("mode", 1);
    assert_int_equal(mode_of("mode"), 0640);
    assert_int_equal(chmod(path_of("mode"), 0644), 0);
    write_parts("mode", 2);
    assert_int_equal(mode_of("mode.0001"), 0644);
    assert_int_equal(mode_of("mode.0002"), 0644);
}

/* A part that cannot be: all stays as it was. */
static void test_failure(void **state)
{
    static const char *const blocked[] = {"all.0001", "all.0002"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(blocked); i++) {
        struct err err;
        save("all", SV("old\n"));
        assert_int_equal(symlink("/etc/passwd", path_of(blocked[i])), 0);
        struct outparts *out = must_open("all");
        outparts_write(out, SV("one\n"));
        outparts_next(out);
        outparts_write(out, SV("two\n"));
        outparts_next(out);
        outparts_write(out, SV("three\n"));
        outparts_finish(out);
        assert_int_equal(outparts_commit(out, &err), -1);
        assert_int_equal(err.kind, ERR_OUTPUT);
        assert_true(sv_ends(sv_from(err.text), SV("exists and is not a regular file")));
        expect_content("all", SV("old\n"));
        assert_int_equal(unlink(path_of(blocked[i])), 0);
        assert_false(exists("all.0001") || exists("all.0002") || exists("all.0003"));
    }
}

static void test_discard(void **state)
{
    (void)state;
    save("kept", SV("old\n"));
    struct outparts *out = must_open("kept");
    outparts_write(out, SV("new\n"));
    outparts_next(out);
    outparts_write(out, SV("more\n"));
    outparts_discard(out);
    expect_content("kept", SV("old\n"));
    assert_false(exists("kept.0001"));
    struct err err;
    out = outparts_open("/dev/null", true, &err);
    assert_non_null(out);
    assert_false(outparts_splits(out));
    assert_int_equal(outparts_commit(out, &err), 0);
}

static void test_names(void **state)
{
    static const struct {
        const char *file;
        uint64_t number;
    } rows[] = {{"list.0001", 1},      {"list.9999", 9999},
                {"list.10000", 10000}, {"list", 0},
                {"list.", 0},          {"list.001", 0},
                {"list.00001", 0},     {"list.0000", 0},
                {"list.0001.x", 0},    {"list.12a4", 0},
                {"list-0001", 0},      {"xlist.0001", 0},
                {"list.+001", 0},      {"list.99999999999999999999", 0}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t number = 0;
        bool part = outparts_is_part(SV("list"), sv_from(rows[i].file), &number);
        expect_int(part, rows[i].number != 0, sv_from(rows[i].file));
        if (part)
            expect_int(number, rows[i].number, sv_from(rows[i].file));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_either_or), cmocka_unit_test(test_permissions),
        cmocka_unit_test(test_failure),   cmocka_unit_test(test_discard),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
