/* The output depends neither on how the input is cut into chunks, nor on the threads, nor on what
 * the logs are packed in: samples and generated logs of three MTAs, 720 runs. */
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "generator/generate.h"
#include "random.h"
#include "running.h"

enum { GENERATED_BYTES = 60000, RUNS = 90 };

/* What is read together. */
struct set {
    const char *name;
    const char *paths[RUN_LOGS_MAX];
    size_t count;
};

static struct patterns patterns;
static char folder[] = "/tmp/bouncelog-chunks-XXXXXX";

static void run(const struct set *set, size_t chunk_bytes, unsigned jobs, struct buf *result)
{
    struct run_options options = {.patterns = &patterns, .chunk_bytes = chunk_bytes, .jobs = jobs};
    run_logs(set->paths, set->count, &options, result);
}

/* 64 bytes to 4 MiB, small ones as often as large ones. */
static size_t random_size(uint64_t *state)
{
    size_t base = (size_t)64 << random_below(state, 16);
    return base + random_below(state, (uint32_t)base + 1);
}

static void check(const struct set *set, uint64_t seed)
{
    struct buf whole = {0};
    uint64_t state = seed;
    run(set, 0, 1, &whole);
    assert_true(whole.len > 5000);
    for (int i = 0; i < RUNS; i++) {
        struct buf other = {0};
        size_t size = i ? random_size(&state) : 1;
        unsigned jobs = 1 + random_below(&state, 8);
        run(set, size, jobs, &other);
        if (other.len != whole.len || memcmp(other.ptr, whole.ptr, whole.len) != 0) {
            print_error("%s: chunks of %zu, %u jobs: other bytes\n", set->name, size, jobs);
            fail();
        }
        buf_release(&other);
    }
    buf_release(&whole);
}

static void test_samples(void **state)
{
    static const struct set set = {
        "samples",
        {"samples/postfix.log", "samples/exim-mainlog", "samples/sendmail.log", "samples/mixed.log",
         "samples/journal-json.json", "samples/docker-json-file.json", "samples/exim-syslog.log",
         "samples/postfix-iso.log", "samples/rotated/mail.log.1", "samples/rotated/mail.log",
         "samples/rotated/mail.log.2.gz"},
        11};
    (void)state;
    check(&set, 1);
}

/* One unreadable source among others, in the middle. */
static void test_errors(void **state)
{
    static const struct set set = {
        "errors",
        {"samples/postfix.log", "/nowhere/absent.log", "samples", "samples/sendmail.log"},
        4};
    (void)state;
    check(&set, 2);
}

static void pack(const char *from, const char *to)
{
    struct buf bytes = {0};
    add_file(&bytes, from);
    gzFile packed = gzopen(to, "wb");
    assert_non_null(packed);
    assert_int_equal(gzwrite(packed, bytes.ptr, (unsigned)bytes.len), (int)bytes.len);
    assert_int_equal(gzclose(packed), Z_OK);
    buf_release(&bytes);
}

/* Two logs of one MTA, so that messages and addresses of the first come again in the second; plain,
 * then packed. */
static void check_generated(enum generated mta, const char *name)
{
    char paths[2][2][128];
    struct set plain = {.name = name, .count = 2}, packed = plain;
    for (int i = 0; i < 2; i++) {
        struct generate_options options = {.mta = mta,
                                           .bytes = GENERATED_BYTES,
                                           .seed = 7,
                                           .addresses = 100,
                                           .open = 16,
                                           .failing = i ? 400 : -1};
        (void)snprintf(paths[0][i], sizeof *paths[0], "%s/%s-%d", folder, name, i);
        (void)snprintf(paths[1][i], sizeof *paths[1], "%s/%s-%d.gz", folder, name, i);
        FILE *file = fopen(paths[0][i], "we");
        assert_non_null(file);
        (void)generate_log(file, &options);
        assert_int_equal(fclose(file), 0);
        pack(paths[0][i], paths[1][i]);
        plain.paths[i] = paths[0][i];
        packed.paths[i] = paths[1][i];
    }
    check(&plain, (uint64_t)mta + 3);
    check(&packed, (uint64_t)mta + 30);
    for (int i = 0; i < 4; i++)
        unlink(paths[i / 2][i % 2]);
}

static void test_postfix(void **state)
{
    (void)state;
    check_generated(GENERATE_POSTFIX, "postfix");
}

static void test_exim(void **state)
{
    (void)state;
    check_generated(GENERATE_EXIM, "exim");
}

static void test_sendmail(void **state)
{
    (void)state;
    check_generated(GENERATE_SENDMAIL, "sendmail");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_postfix), cmocka_unit_test(test_exim),
        cmocka_unit_test(test_sendmail)};
    struct patterns_options options = {0};
    struct err err;
    if (patterns_load(&patterns, &options, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    patterns_release(&patterns);
    return failed;
}
