#include "running.h"

#include <stdlib.h>
#include <unistd.h>

#include "bouncelog/output/output.h"

struct sink {
    const struct patterns *patterns;
    struct buf events;
    struct arena arena;
};

static void add_event(void *context, const struct event *event)
{
    struct sink *sink = context;
    output_event(&sink->events, event, &sink->patterns->taxonomy, NULL, &sink->arena);
}

/* In memory where that is a file system: thousands of runs would wait for the disk. */
static void add_outputs(struct buf *result, const struct report *report)
{
    char path[64];
    struct err err;
    (void)snprintf(path, sizeof path, "%s/bouncelog-run-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    struct outfile *summary = outfile_open(path, &err);
    assert_non_null(summary);
    output_summary(summary, report);
    assert_int_equal(outfile_commit(summary, &err), 0);
    add_file(result, path);
    struct outparts *list = outparts_open(path, false, &err);
    assert_non_null(list);
    struct list_form csv = {.format = LIST_CSV};
    (void)output_list(list, report, csv, list_form_tiers(csv), NULL);
    assert_int_equal(outparts_commit(list, &err), 0);
    add_file(result, path);
    unlink(path);
}

static void report_run(const struct scan_result *scan, struct input *input,
                       const struct patterns *patterns, struct buf *result)
{
    struct report report;
    struct input_status inputs[RUN_LOGS_MAX];
    assert_true(scan->source_count <= RUN_LOGS_MAX);
    for (size_t i = 0; i < scan->source_count; i++) {
        const struct source *source = input_source(input, i);
        inputs[i] = (struct input_status){.file = sv_from(source->path),
                                          .format = sv_from(source->format),
                                          .error = sv_from(source->error),
                                          .bytes = source->bytes,
                                          .lines = scan->source_lines[i],
                                          .complete = source->complete};
    }
    struct decisions decisions;
    suppress_decide(
        &decisions,
        &(struct suppress_source){
            .evidence = &scan->evidence, .ledger = scan->ledger, .latest = scan->tally.last},
        &(struct suppress_options){.taxonomy = &patterns->taxonomy, .policy = &patterns->policy});
    struct report_source from = {.lines = &scan->lines,
                                 .tally = &scan->tally,
                                 .decisions = &decisions,
                                 .inputs = inputs,
                                 .input_count = scan->source_count};
    struct report_options how = {.taxonomy = &patterns->taxonomy, .top = 50, .version = SV("0")};
    report_make(&report, &from, &how);
    add_outputs(result, &report);
    report_release(&report);
    decisions_release(&decisions);
}

void run_logs(const char *const *paths, size_t count, const struct run_options *options,
              struct buf *result)
{
    struct sink sink = {.patterns = options->patterns};
    struct scan_result scan;
    struct pipeline_options how = {.patterns = options->patterns,
                                   .host = SV_EMPTY,
                                   .year = 2026,
                                   .now = 1795478400,
                                   .since = INT64_MIN,
                                   .until = INT64_MAX,
                                   .inbound = options->inbound,
                                   .messages_max = options->messages_max,
                                   .jobs = options->jobs,
                                   .sink = add_event,
                                   .sink_context = &sink};
    struct input *input =
        input_plan(paths, count, (struct input_options){.chunk_bytes = options->chunk_bytes});
    pipeline_run(&scan, input, &how);
    buf_add(result, buf_sv(&sink.events));
    report_run(&scan, input, options->patterns, result);
    scan_result_release(&scan);
    input_free(input);
    buf_release(&sink.events);
    arena_release(&sink.arena);
}
