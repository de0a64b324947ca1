/* outfile: the whole new file, or the whole old one. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "bouncelog/base/outfile.h"
#include "reading.h"

static mode_t mode_of(const char *path)
{
    struct stat stat_of;
    assert_int_equal(stat(path, &stat_of), 0);
    return stat_of.st_mode & 07777;
}

static void expect_content(const char *path, sv want)
{
    struct buf got = {0};
    add_file(&got, path);
    expect_sv(buf_sv(&got), want, sv_from(path));
    buf_release(&got);
}

/* No temporary file may stay behind. */
static size_t names_in_folder(void)
{
    size_t count = 0;
    DIR *dir = opendir(path_of("."));
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

static struct outfile *must_open(const char *path)
{
    struct err err = {0};
    struct outfile *out = outfile_open(path, &err);
    if (!out)
        fail_msg("%s", err.text);
    return out;
}

static void test_new_file(void **state)
{
    struct err err = {0};
    const char *path = path_of("new");
    size_t before = names_in_folder();
    (void)state;
    mode_t mask = umask(0);
    struct outfile *out = must_open(path);
    outfile_write(out, SV("one\n"));
    outfile_write(out, SV_EMPTY);
    outfile_write(out, SV("two\0\n"));
    assert_int_equal(access(path, F_OK), -1); /* not before it is whole */
    assert_int_equal(outfile_commit(out, &err), 0);
    (void)umask(mask);
    expect_content(path, SV("one\ntwo\0\n"));
    assert_int_equal(mode_of(path), 0600); /* it may hold addresses */
    assert_int_equal(names_in_folder(), before + 1);
    assert_int_equal(unlink(path), 0);
}

static void test_public_file(void **state)
{
    struct err err = {0};
    const char *path = path_of("public");
    (void)state;
    mode_t mask = umask(0077);
    struct outfile *out = outfile_open_public(path, &err);
    assert_non_null(out);
    outfile_write(out, SV("all may read\n"));
    assert_int_equal(outfile_commit(out, &err), 0);
    (void)umask(mask);
    expect_content(path, SV("all may read\n"));
    assert_int_equal(mode_of(path), 0644);
    assert_int_equal(chmod(path, 0640), 0); /* somebody's choice stays */
    out = outfile_open_public(path, &err);
    assert_non_null(out);
    assert_int_equal(outfile_commit(out, &err), 0);
    assert_int_equal(mode_of(path), 0640);
    assert_int_equal(unlink(path), 0);
}

/* A daemon reads the list, by its group. */
static void test_group(void **state)
{
    struct err err = {0};
    struct stat made;
    (void)state;
    if (geteuid() != 0)
        skip();
    const char *path = save("list", SV("old\n"));
    assert_int_equal(chown(path, (uid_t)-1, 12345), 0);
    assert_int_equal(chmod(path, 0640), 0);
    struct outfile *out = must_open(path);
    outfile_write(out, SV("new\n"));
    assert_int_equal(outfile_commit(out, &err), 0);
    expect_content(path, SV("new\n"));
    assert_int_equal(stat(path, &made), 0);
    assert_int_equal(made.st_gid, 12345);
    assert_int_equal(made.st_mode & 07777, 0640);
    /* Whoever may not give it away does not give it to a group of its own. */
    assert_int_equal(chmod(path_of(""), 0777), 0);
    assert_int_equal(setegid(54321), 0);
    assert_int_equal(seteuid(54321), 0);
    out = outfile_open(path, &err);
    int result = out ? outfile_commit(out, &err) : -1;
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(setegid(0), 0);
    assert_int_equal(result, 0);
    assert_int_equal(stat(path, &made), 0);
    assert_int_equal(made.st_gid, 54321);
    assert_int_equal(made.st_mode & 07777, 0600);
    assert_int_equal(unlink(path), 0);
}

static void test_replacement(void **state)
{
    static const mode_t modes[] = {0600, 0640, 0644, 0664, 0666, 0400};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        struct err err = {0};
        const char *path = save("old", SV("old\n"));
        size_t before = names_in_folder();
        assert_int_equal(chmod(path, modes[i]), 0);
        int reader = open(path, O_RDONLY | O_CLOEXEC); /* one who reads the old file meanwhile */
        mode_t mask = umask(022);
        struct outfile *out = must_open(path);
        outfile_write(out, SV("new\n"));
        expect_content(path, SV("old\n"));
        assert_int_equal(outfile_commit(out, &err), 0);
        (void)umask(mask);
        expect_content(path, SV("new\n"));
        assert_int_equal(mode_of(path), modes[i]);
        char bytes[8];
        assert_int_equal(read(reader, bytes, sizeof bytes), 4);
        assert_memory_equal(bytes, "old\n", 4);
        close(reader);
        assert_int_equal(names_in_folder(), before);
        assert_int_equal(unlink(path), 0);
    }
}

static void test_large(void **state)
{
    struct err err = {0};
    struct buf text = {0};
    (void)state;
    add_text(&text, 1 << 20);
    struct outfile *out = must_open(path_of("large"));
    for (size_t at = 0; at < text.len; at += 70001)
        outfile_write(out, sv_sub(buf_sv(&text), at, at + 70001));
    assert_int_equal(outfile_commit(out, &err), 0);
    expect_content(path_of("large"), buf_sv(&text));
    assert_int_equal(unlink(path_of("large")), 0);
    buf_release(&text);
}

static void test_discard(void **state)
{
    struct buf text = {0};
    const char *old = save("kept", SV("old\n")), *absent = path_of("never");
    size_t before = names_in_folder();
    (void)state;
    add_text(&text, 600000); /* more than what is written at once */
    struct outfile *out = must_open(old);
    outfile_write(out, buf_sv(&text));
    outfile_discard(out);
    expect_content(old, SV("old\n"));
    out = must_open(absent);
    outfile_write(out, buf_sv(&text));
    outfile_discard(out);
    assert_int_equal(access(absent, F_OK), -1);
    assert_int_equal(names_in_folder(), before);
    buf_release(&text);
}

static void expect_refused(const char *path, const char *why)
{
    struct err err = {0};
    char want[400];
    struct outfile *out = outfile_open(path, &err);
    assert_null(out);
    (void)snprintf(want, sizeof want, "%s: %s", path, why);
    assert_string_equal(err.text, want);
    assert_int_equal(err.kind, ERR_OUTPUT);
}

static void test_refused(void **state)
{
    const char *folder = path_of("folder"), *to_file = path_of("to-file");
    const char *dangling = path_of("dangling"), *target = save("target", SV("kept\n"));
    static const char no_regular_file[] = "exists and is not a regular file";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)state;
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(symlink(target, to_file), 0);
    assert_int_equal(symlink("nowhere", dangling), 0);
    expect_refused(folder, no_regular_file);
    expect_refused(to_file, no_regular_file); /* a link that a stranger may have laid */
    expect_refused(dangling, no_regular_file);
    expect_content(target, SV("kept\n"));
    const char *name = path_of("socket");
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    expect_refused(name, no_regular_file);
    close(listener);
    expect_refused(path_of("absent/file"), "cannot create: No such file or directory");
}

/* Devices and pipes are written through. */
static void test_written_through(void **state)
{
    struct err err = {0};
    char bytes[16];
    const char *fifo = path_of("fifo");
    (void)state;
    assert_int_equal(mkfifo(fifo, 0600), 0);
    int reader = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(reader >= 0);
    struct outfile *out = must_open(fifo);
    outfile_write(out, SV("through\n"));
    assert_int_equal(outfile_commit(out, &err), 0);
    assert_int_equal(read(reader, bytes, sizeof bytes), 8);
    assert_memory_equal(bytes, "through\n", 8);
    close(reader);
    assert_int_equal(access(fifo, F_OK), 0);
    out = must_open("/dev/null");
    outfile_write(out, SV("x"));
    assert_int_equal(outfile_commit(out, &err), 0);
    out = must_open("/dev/null");
    outfile_discard(out);
}

static void test_full_device(void **state)
{
    struct err err = {0};
    struct buf text = {0};
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    struct outfile *out = must_open("/dev/full");
    outfile_write(out, SV("x"));
    assert_int_equal(outfile_commit(out, &err), -1);
    assert_string_equal(err.text, "/dev/full: cannot write: No space left on device");
    assert_int_equal(err.kind, ERR_OUTPUT);
    add_text(&text, 600000); /* the failure comes long before the commit */
    out = must_open("/dev/full");
    outfile_write(out, buf_sv(&text));
    outfile_write(out, SV("more"));
    assert_int_equal(outfile_commit(out, &err), -1);
    buf_release(&text);
}

/* "-" is standard output, which stays open. */
static void test_standard_output(void **state)
{
    struct err err = {0};
    const char *path = path_of("stdout");
    (void)state;
    (void)fflush(stdout);
    int kept = dup(STDOUT_FILENO), fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    dup2(fd, STDOUT_FILENO);
    struct outfile *out = outfile_open("-", &err);
    outfile_write(out, SV("first\n"));
    int first = outfile_commit(out, &err);
    out = outfile_open("-", &err);
    outfile_write(out, SV("lost\n"));
    outfile_discard(out);
    out = outfile_open("-", &err);
    outfile_write(out, SV("second\n"));
    int second = outfile_commit(out, &err);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(fd);
    assert_int_equal(first, 0);
    assert_int_equal(second, 0);
    expect_content(path, SV("first\nsecond\n"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_file),        cmocka_unit_test(test_group),
        cmocka_unit_test(test_replacement),     cmocka_unit_test(test_large),
        cmocka_unit_test(test_discard),         cmocka_unit_test(test_refused),
        cmocka_unit_test(test_written_through), cmocka_unit_test(test_full_device),
        cmocka_unit_test(test_standard_output), cmocka_unit_test(test_public_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
