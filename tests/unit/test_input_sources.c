/* input: what can be named as a source, in which order it is read, and how far it is. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "packing.h"
#include "reading.h"
#include "walk.h"

static void test_bad_sources(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("dir.log"), 0700), 0);
    assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
    assert_int_equal(symlink("nowhere", path_of("dangling")), 0);
    expect(path_of("dir.log"), 0, "unknown", "is a directory", SV_EMPTY);
    expect(path_of("fifo"), 0, "unknown", "is a FIFO (name it - and redirect to read it)",
           SV_EMPTY);
    expect("/dev/null", 0, "unknown", "is a device (name it - and redirect to read it)", SV_EMPTY);
    expect(path_of("absent"), 0, "unknown", "cannot open: No such file or directory", SV_EMPTY);
    expect(path_of("dangling"), 0, "unknown", "cannot open: No such file or directory", SV_EMPTY);
    expect("", 0, "unknown", "cannot open: No such file or directory", SV_EMPTY);
    if (access("/proc/self/mem", R_OK) == 0) /* address 0 is not mapped */
        expect("/proc/self/mem", 0, "plain",
               "cannot read on after 0 decoded bytes: Input/output error", SV_EMPTY);
    const char *secret = save("secret", SV("x\n"));
    assert_int_equal(chmod(secret, 0), 0);
    if (geteuid() != 0)
        expect(secret, 0, "unknown", "cannot open: Permission denied", SV_EMPTY);
}

static void test_duplicates(void **state)
{
    (void)state;
    const char *log = save("d.log", SV("once\n"));
    const char *hard = path_of("d.hard"), *soft = path_of("d.soft"), *absent = path_of("absent"),
               *dotted = path_of("./d.log");
    assert_int_equal(link(log, hard), 0);
    assert_int_equal(symlink(log, soft), 0);
    const char *paths[] = {log, hard, absent, soft, log, dotted, absent, "-", "-"};
    static const size_t wanted[] = {1, 3, 4, 5, 6, 8};
    struct input *input = input_plan(paths, 9, (struct input_options){0});
    assert_int_equal(input_source_count(input), 3);
    assert_string_equal(input_source(input, 0)->path, log);
    assert_string_equal(input_source(input, 1)->path, absent);
    assert_string_equal(input_source(input, 2)->path, "-");
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(input_duplicate(input, i), paths[wanted[i]]);
    assert_null(input_duplicate(input, 6));
    input_free(input);
    input = input_plan(NULL, 0, (struct input_options){0});
    assert_int_equal(input_source_count(input), 0);
    input_free(input);
}

/* Reads "-" while a child writes `bytes` into it, a few at a time. */
static void expect_piped(sv bytes, size_t step, const char *format, sv wanted)
{
    int ends[2], kept = dup(STDIN_FILENO), status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        for (size_t at = 0; at < bytes.len; at += step)
            if (write(ends[1], bytes.ptr + at, at + step < bytes.len ? step : bytes.len - at) < 0)
                _exit(1);
        _exit(0);
    }
    close(ends[1]);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0); /* as some parents leave it */
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    expect("-", 64, format, "", wanted);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    dup2(kept, STDIN_FILENO);
    close(kept);
}

static void test_stdin(void **state)
{
    (void)state;
    struct buf text = {0}, packed = {0};
    add_text(&text, 300000);
    sv all = buf_sv(&text);
    packers[PACK_GZIP].pack(&packed, sv_sub(all, 0, 100));
    packers[PACK_GZIP].pack(&packed, sv_sub(all, 100, all.len));
    expect_piped(sv_sub(all, 0, 1000), 1, "plain", sv_sub(all, 0, 1000));
    expect_piped(all, 999, "plain", all);
    expect_piped(buf_sv(&packed), 77, "gzip", all);
    expect_piped(SV_EMPTY, 1, "plain", SV_EMPTY);
    for (size_t i = 1; i < PACKERS; i++) {
        if (!is_built(i))
            continue;
        buf_clear(&packed);
        packers[i].pack(&packed, all);
        expect_piped(buf_sv(&packed), 1001, packers[i].format, all);
    }
    buf_release(&text);
    buf_release(&packed);
}

static void test_progress(void **state)
{
    (void)state;
    const char *paths[] = {save("p.log", SV("12345678\n")), path_of("absent"), "-"};
    struct walk walk = walk_start(paths, 2, 0);
    assert_int_equal(input_size(walk.input), 9);
    while (walk_next(&walk))
        assert_int_equal(walk.chunk.consumed, 9);
    assert_true(input_source(walk.input, 0)->mtime > 0);
    assert_int_equal(input_source(walk.input, 0)->size, 9);
    walk_end(&walk);
    /* What comes through a pipe makes the whole unknown. */
    int ends[2], kept = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[0], STDIN_FILENO);
    struct input *input = input_plan(paths, 3, (struct input_options){0});
    assert_int_equal(input_size(input), 0);
    input_free(input);
    close(ends[0]);
    close(ends[1]);
    dup2(kept, STDIN_FILENO);
    close(kept);
}

static void test_order(void **state)
{
    (void)state;
    /* No such files: a plan needs none. As named | as read. */
    static const char *const cases[][2] = {
        {"m.log", "m.log"},
        {"m.log m.log.1 m.log.10.gz m.log.2.gz", "m.log.10.gz m.log.2.gz m.log.1 m.log"},
        {"m.log.0 m.log.1 m.log", "m.log.1 m.log.0 m.log"},
        {"mainlog mainlog.01 mainlog.02.gz mainlog.1.gz",
         "mainlog.02.gz mainlog.01 mainlog.1.gz mainlog"},
        {"m.log m.log-20260102.xz m.log-20251231.zst m.log-20260101.bz2",
         "m.log-20251231.zst m.log-20260101.bz2 m.log-20260102.xz m.log"},
        {"m.log m.log.1 m.log-20260102 m.log.2.gz", "m.log-20260102 m.log.2.gz m.log.1 m.log"},
        {"m.log-20260101-1767225700.gz m.log-20260101-1767225600.gz m.log-20251231-1767139200.gz",
         "m.log-20251231-1767139200.gz m.log-20260101-1767225600.gz m.log-20260101-1767225700.gz"},
        {"m.log-2026010113 m.log-2026010109.gz m.log-20260101",
         "m.log-20260101 m.log-2026010109.gz "
         "m.log-2026010113"},
        {"m.log-20260102 m.log-2026010113", "m.log-2026010113 m.log-20260102"},
        {"m.log-2026-01-02 m.log m.log-2025-12-31.gz",
         "m.log-2025-12-31.gz m.log-2026-01-02 m.log"},
        {"m.log.20260102 m.log.20260101", "m.log.20260101 m.log.20260102"},
        {"m.log-1767225600 m.log-1767139200 m.log", "m.log-1767139200 m.log-1767225600 m.log"},
        {"m.log m-20260102.log m-20260101.log.gz", "m-20260101.log.gz m-20260102.log m.log"},
        /* sets in the order of first mention, members together */
        {"b.log a.log b.log.1 a.log.1", "b.log.1 b.log a.log.1 a.log"},
        {"x/m.log y/m.log.1 y/m.log x/m.log.1", "x/m.log.1 x/m.log y/m.log.1 y/m.log"},
        {"./m.log m.log.1 q//./m.log q/m.log.1", "m.log.1 ./m.log q/m.log.1 q//./m.log"},
        {"/m.log m.log.1", "/m.log m.log.1"},
        {"- m.log m.log.1", "- m.log.1 m.log"},
        /* packed, not rotated */
        {"m.log m.log.gz m.log.1.gz", "m.log.1.gz m.log.gz m.log"},
        /* no rotation */
        {"m.log-20261301 m.log-20260101", "m.log-20261301 m.log-20260101"},
        {"mx2 mx1", "mx2 mx1"},
        {"m.12345 m.12344", "m.12345 m.12344"},
        {".1 .2 20260102 20260101 .gz", ".1 .2 20260102 20260101 .gz"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char words[512];
        const char *paths[16];
        size_t count = 0;
        struct buf read = {0};
        (void)snprintf(words, sizeof words, "%s", cases[i][0]);
        for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
            paths[count++] = word;
        struct input *input = input_plan(paths, count, (struct input_options){0});
        memset(words, 0, sizeof words); /* paths are copied */
        for (size_t n = 0; n < input_source_count(input); n++)
            buf_printf(&read, "%s%s", n ? " " : "", input_source(input, n)->path);
        assert_string_equal(buf_cstr(&read), cases[i][1]);
        buf_release(&read);
        input_free(input);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_sources), cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_stdin),       cmocka_unit_test(test_progress),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
