/* The output does not depend on how the input is cut into chunks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/output/output.h"
#include "bouncelog/pipeline/pipeline.h"

static const char *const logs[] = {"samples/postfix.log",
                                   "samples/exim-mainlog",
                                   "samples/sendmail.log",
                                   "samples/journal-json.json",
                                   "samples/docker-json-file.json",
                                   "samples/exim-syslog.log",
                                   "samples/mixed.log",
                                   "samples/rotated/mail.log.1",
                                   "samples/rotated/mail.log",
                                   "samples/rotated/mail.log.2.gz"};
enum { LOG_COUNT = sizeof logs / sizeof *logs };

static struct patterns patterns;

struct sink {
    struct buf events;
    struct arena arena;
};

static void add_event(void *context, const struct event *event)
{
    struct sink *sink = context;
    output_event(&sink->events, event, &patterns.taxonomy, NULL, &sink->arena);
}

static void add_file(struct buf *text, const char *path)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    for (size_t got = 1; got;) {
        buf_reserve(text, 65536);
        got = fread(text->ptr + text->len, 1, 65536, file);
        text->len += got;
    }
    fclose(file);
}

/* Events, then the summary. */
static void run(size_t chunk_bytes, struct buf *result)
{
    struct sink sink = {0};
    struct err err;
    struct scan scan;
    struct report report;
    struct report_input inputs[LOG_COUNT];
    struct pipeline_options options = {.patterns = &patterns,
                                       .host = SV_EMPTY,
                                       .year = 2026,
                                       .now = 1795478400,
                                       .since = INT64_MIN,
                                       .until = INT64_MAX,
                                       .sink = add_event,
                                       .sink_context = &sink};
    struct input *input = input_plan(logs, LOG_COUNT, (struct input_options){chunk_bytes});
    pipeline_run(&scan, input, &options);
    for (size_t i = 0; i < scan.source_count; i++) {
        const struct source *source = input_source(input, i);
        assert_true(source->complete);
        inputs[i] = (struct report_input){.file = sv_from(source->path),
                                          .format = sv_from(source->format),
                                          .error = sv_from(source->error),
                                          .bytes = source->bytes,
                                          .lines = scan.source_lines[i],
                                          .complete = true};
    }
    struct report_source from = {&scan.lines, &scan.tally, &scan.evidence,
                                 scan.ledger, inputs,      scan.source_count};
    struct report_options how = {&patterns.taxonomy, &patterns.policy, NULL, NULL, 50, SV("0"), 0};
    report_make(&report, &from, &how);
    char path[] = "/tmp/bouncelog-chunks-XXXXXX";
    close(mkstemp(path));
    struct outfile *out = outfile_open(path, &err);
    assert_non_null(out);
    output_summary(out, &report);
    assert_int_equal(outfile_commit(out, &err), 0);
    buf_add(result, buf_sv(&sink.events));
    add_file(result, path);
    unlink(path);
    report_release(&report);
    scan_release(&scan);
    input_free(input);
    buf_release(&sink.events);
    arena_release(&sink.arena);
}

static void test_any_chunk_size_gives_the_same_bytes(void **state)
{
    static const size_t sizes[] = {1, 7, 64, 333, 1000, 4096, 65536};
    struct buf whole = {0};
    (void)state;
    run(0, &whole);
    assert_true(whole.len > 10000);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct buf other = {0};
        run(sizes[i], &other);
        assert_int_equal(other.len, whole.len);
        assert_memory_equal(other.ptr, whole.ptr, whole.len);
        buf_release(&other);
    }
    buf_release(&whole);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_chunk_size_gives_the_same_bytes)};
    struct patterns_options options = {0};
    struct err err;
    if (patterns_load(&patterns, &options, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    patterns_release(&patterns);
    return failed;
}
