/* Rows of a CSV log: nothing within a quoted value is ever a row, wherever chunks are cut and
 * whatever threads read them. Values hold commas, doubled quotes, and line breaks with rows of a
 * victim in them. */
#include <stdlib.h>
#include <unistd.h>

#include "bouncelog/base/outfile.h"
#include "random.h"
#include "running.h"

enum { ROWS = 400, RUNS = 60, VICTIMS_ROWS = 7 };

static struct patterns patterns;
static char path[] = "/tmp/bouncelog-records-XXXXXX";

/* Every VICTIMS_ROWS-th reply goes on over a line break. */
static void add_row(struct buf *log, int i, uint64_t *state)
{
    buf_printf(log, "%s,2026-11-22T03:%02d:%02dZ,j%d,a@example.org,r%d@example.com,", "bounced",
               i / 60, i % 60, i, i);
    if (i % VICTIMS_ROWS == 0)
        buf_printf(log,
                   "550,\"no\nbounced,2026-11-22T04:00:00Z,v%d,a@example.org,"
                   "victim@innocent.example,550,5.1.1 user unknown,mx.innocent.example\n\",mx\n",
                   i);
    else if (random_below(state, 2))
        buf_printf(log, "550,\"5.1.1 \"\"r%d\"\": user unknown, sorry\",mx.example.com\n", i);
    else
        buf_printf(log, "550,5.1.1 user unknown,mx.example.com\r\n");
}

static int make_log(void **state)
{
    struct patterns_options options = {.extra = "tests/property/records"};
    struct err err;
    struct buf log = {0};
    uint64_t random = 7;
    (void)state;
    if (patterns_load(&patterns, &options, &err) < 0) {
        print_error("%s\n", err.text);
        return -1;
    }
    buf_add(&log, SV("event,when,job,from,rcpt,code,reply,mx\n"));
    for (int i = 0; i < ROWS; i++)
        add_row(&log, i, &random);
    int file = mkstemp(path);
    bool written = file >= 0 && write(file, log.ptr, log.len) == (ssize_t)log.len;
    if (file >= 0)
        close(file);
    buf_release(&log);
    return written ? 0 : -1;
}

static int remove_log(void **state)
{
    (void)state;
    unlink(path);
    patterns_release(&patterns);
    return 0;
}

static void run(size_t chunk_bytes, unsigned jobs, struct buf *result)
{
    const char *paths[] = {path};
    struct run_options options = {.patterns = &patterns, .chunk_bytes = chunk_bytes, .jobs = jobs};
    run_logs(paths, 1, &options, result);
}

static size_t count_of(sv text, sv word)
{
    size_t count = 0;
    for (size_t at; (at = sv_find(text, word)) != SV_NPOS; count++)
        text = sv_skip(text, at + word.len);
    return count;
}

static void test_rows(void **state)
{
    enum { BROKEN = (ROWS + VICTIMS_ROWS - 1) / VICTIMS_ROWS };
    struct buf whole = {0};
    char unparsed[64];
    (void)state;
    run(0, 1, &whole);
    assert_int_equal(count_of(buf_sv(&whole), SV("\"mta\":\"relaybox\"")), ROWS - BROKEN);
    assert_int_equal(count_of(buf_sv(&whole), SV("\"recipient\":\"victim@")), 0);
    snprintf(unparsed, sizeof unparsed, "\"unparsed\":%d", 3 * BROKEN);
    assert_int_equal(count_of(buf_sv(&whole), sv_from(unparsed)), 1);
    uint64_t random = 11;
    for (int i = 0; i < RUNS; i++) {
        struct buf other = {0};
        size_t size = i ? 1 + random_below(&random, 2000) : 1;
        run(size, 1 + random_below(&random, 4), &other);
        if (other.len != whole.len || memcmp(other.ptr, whole.ptr, whole.len) != 0)
            fail_msg("chunks of %zu: other bytes", size);
        buf_release(&other);
    }
    buf_release(&whole);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests(tests, make_log, remove_log);
}
