/* bouncelog scan: logs in, summary, events and suppression lists out. */
#define _GNU_SOURCE /* sched_getaffinity */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/scan.h"
#include "bouncelog/report/condition.h"
#include "cli.h"
#include "outputs.h"
#include "progress.h"
#include "scan_options.h"
#include "textfile.h"
#include "version.h"
#include "zone.h"

/* What a run holds open; released in one place. */
struct run {
    struct scan_options options;
    struct patterns patterns;
    struct condition conditions[CONDITIONS_MAX];
    struct map known; /* --recipients */
    struct buf key;   /* --hash-key-file */
    struct redactor redactor;
    struct outfile *summary, *events, *page, *metrics;
    struct outparts *lists[LISTS_MAX];
    struct buf line;    /* the event being written */
    struct arena arena; /* what its redaction makes */
    struct input *input;
    struct scan scan;
    struct report_input *inputs;
    struct report report;
    struct timespec began;
};

static const struct redactor *redactor_of(const struct run *run)
{
    return run->options.hash ? &run->redactor : NULL;
}

static void write_event(void *context, const struct event *event)
{
    struct run *run = context;
    if (!run->options.all_events && event->attempt.outcome == OUTCOME_DELIVERED)
        return;
    buf_clear(&run->line);
    output_event(&run->line, event, &run->patterns.taxonomy, redactor_of(run), &run->arena);
    arena_clear(&run->arena);
    outfile_write(run->events, buf_sv(&run->line));
}

static int add_known(struct map *known, sv line)
{
    char lower[512];
    line = sv_trim(line);
    if (!line.len || line.ptr[0] == '#' || line.len > sizeof lower)
        return 0;
    scan_lower(lower, line);
    map_add(known, sv_make(lower, line.len), NULL);
    return 0;
}

static int load_side_files(struct run *run, struct err *err)
{
    struct scan_options *options = &run->options;
    if (options->recipients) {
        struct buf text = {0};
        if (textfile_read(&text, "--recipients", options->recipients, err) < 0)
            return -1;
        for (sv rest = buf_sv(&text); rest.len;)
            add_known(&run->known, sv_cut(rest, '\n', &rest));
        buf_release(&text);
    }
    if (options->hash_key_file) {
        if (textfile_read(&run->key, "--hash-key-file", options->hash_key_file, err) < 0)
            return -1;
        run->redactor.key = sv_trim(sv_cut(buf_sv(&run->key), '\n', &(sv){0}));
        if (run->redactor.key.len < 16)
            return err_set(err, ERR_USAGE, "--hash-key-file %s: the key has less than 16 bytes",
                           options->hash_key_file);
    }
    return 0;
}

/* A fault of a line of the configuration file, found late. */
static int place_error(const struct place *place, struct err *err)
{
    if (!place->file)
        return -1;
    err->kind = ERR_CONFIG;
    err_prefix(err, "%s:%d:%d: ", place->file, place->line, place->column);
    return -1;
}

static int load(struct run *run, struct err *err)
{
    struct scan_options *options = &run->options;
    if (zone_set(options->zone, err) < 0 ||
        patterns_load(&run->patterns, &options->patterns, err) < 0)
        return -1;
    for (size_t i = 0; i < options->condition_count; i++)
        if (condition_parse(&run->conditions[i], sv_from(options->conditions[i]),
                            &run->patterns.taxonomy, err) < 0)
            return place_error(&options->condition_places[i], err);
    return load_side_files(run, err);
}

/* Before any log is read: a wrong path shall not cost an hour. */
static int open_outputs(struct run *run, struct err *err)
{
    struct scan_options *options = &run->options;
    const char *summary = outputs_summary(options);
    if (summary && !(run->summary = outfile_open(summary, err)))
        return -1;
    if (options->events && !(run->events = outfile_open(options->events, err)))
        return -1;
    if (options->page && !(run->page = outfile_open(options->page, err)))
        return -1;
    /* Read by a monitoring system, under a name of its own; it holds nobody's address. */
    if (options->metrics && !(run->metrics = outfile_open_public(options->metrics, err)))
        return -1;
    for (size_t i = 0; i < options->list_count; i++) {
        bool splits = list_format_splits(options->lists[i].format);
        if (!(run->lists[i] = outparts_open(options->lists[i].path, splits, err)))
            return -1;
    }
    return 0;
}

/* The cores that this process may use. */
static unsigned cores(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > 0 ? (unsigned)count : 1;
}

static void scan_logs(struct run *run)
{
    struct scan_options *options = &run->options;
    struct progress progress;
    struct pipeline_options pipeline = {.patterns = &run->patterns,
                                        .only = options->only,
                                        .host = options->host ? sv_from(options->host) : SV_EMPTY,
                                        .inbound = options->inbound,
                                        .zone_given = options->zone != NULL,
                                        .year = options->year,
                                        .now = now_seconds(),
                                        .since = options->since,
                                        .until = options->until,
                                        .senders = options->senders,
                                        .sender_count = options->sender_count,
                                        .filters = options->filters,
                                        .filter_count = options->filter_count,
                                        .messages_max = options->messages_max,
                                        .jobs = options->jobs ? options->jobs : cores(),
                                        .sink = run->events ? write_event : NULL,
                                        .sink_context = run,
                                        .failures_alone = !options->all_events,
                                        .progress_context = &progress};
    run->input = input_plan(options->paths, options->path_count, (struct input_options){0});
    for (size_t i = 0; input_duplicate(run->input, i); i++)
        message("%s: named more than once, read once", input_duplicate(run->input, i));
    if (progress_start(&progress, options->progress, input_size(run->input)))
        pipeline.progress = progress_show;
    pipeline_run(&run->scan, run->input, &pipeline);
    progress_end(&progress);
}

/* A fixed clock stands still: the same input gives the same bytes. */
static double seconds_since(const struct timespec *began)
{
    struct timespec now;
    if (getenv("SOURCE_DATE_EPOCH") || clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (double)(now.tv_sec - began->tv_sec) + (double)(now.tv_nsec - began->tv_nsec) / 1e9;
}

static void make_report(struct run *run)
{
    size_t count = run->scan.source_count;
    run->inputs = mem_zero(count + 1, sizeof *run->inputs);
    for (size_t i = 0; i < count; i++) {
        const struct source *source = input_source(run->input, i);
        run->inputs[i] = (struct report_input){.file = sv_from(source->path),
                                               .format = sv_from(source->format),
                                               .error = sv_from(source->error),
                                               .bytes = source->bytes,
                                               .lines = run->scan.source_lines[i],
                                               .cut_lines = source->cut_lines,
                                               .complete = source->complete};
    }
    struct report_source source = {.lines = &run->scan.lines,
                                   .tally = &run->scan.tally,
                                   .evidence = &run->scan.evidence,
                                   .ledger = run->scan.ledger,
                                   .inputs = run->inputs,
                                   .input_count = count};
    struct report_options options = {.taxonomy = &run->patterns.taxonomy,
                                     .policy = &run->patterns.policy,
                                     .redactor = redactor_of(run),
                                     .known = run->options.recipients ? &run->known : NULL,
                                     .top = run->options.top,
                                     .version = SV(BOUNCELOG_VERSION),
                                     .generated_at = now_seconds(),
                                     .seconds = seconds_since(&run->began)};
    report_make(&run->report, &source, &options);
}

static bool wants_colour(void)
{
    const char *none = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(none && *none);
}

static void write_summary(struct run *run)
{
    bool shown = outfile_is_stdout(outputs_summary(&run->options));
    if (run->options.text)
        output_text(run->summary, &run->report, shown && wants_colour());
    else
        output_summary(run->summary, &run->report);
    outfile_finish(run->summary);
}

static void write_list(struct run *run, size_t i)
{
    enum list_format format = run->options.lists[i].format;
    const char *path = run->options.lists[i].path;
    const char *place = outfile_is_stdout(path) ? "standard output" : path;
    struct list_result result = output_list(run->lists[i], &run->report, format,
                                            run->redactor.key.len ? &run->redactor : NULL);
    if (result.skipped)
        message("%s: %lld address%s left out that no list can carry safely (the summary says "
                "which and why)",
                place, (long long)result.skipped, result.skipped == 1 ? "" : "es");
    if (result.over_limit)
        message("%s: more than the reader of %s takes at once; only a file is split", place,
                list_format_name(format));
    outparts_finish(run->lists[i]);
}

static void write_page(struct run *run)
{
    output_page(run->page, &run->report, run->options.addresses);
    outfile_finish(run->page);
}

static void write_metrics(struct run *run)
{
    output_metrics(run->metrics, &run->report);
    outfile_finish(run->metrics);
}

static void commit(struct outfile **out, int *code)
{
    struct outfile *done = *out;
    struct err err;
    *out = NULL;
    if (done && outfile_commit(done, &err) < 0)
        *code = fail(&err);
}

static void commit_list(struct outparts **out, int *code)
{
    struct outparts *done = *out;
    struct err err;
    *out = NULL;
    if (outparts_commit(done, &err) < 0)
        *code = fail(&err);
}

/* Every output that can be written is written, even when another one fails. Nothing is replaced
 * before all is written, and no signal comes in between: lists and summary are of the same run. */
static int write_outputs(struct run *run)
{
    int code = EXIT_DONE;
    sigset_t all, before;
    if (run->events)
        outfile_finish(run->events);
    for (size_t i = 0; i < run->options.list_count; i++)
        write_list(run, i);
    if (run->page)
        write_page(run);
    if (run->metrics)
        write_metrics(run);
    if (run->summary)
        write_summary(run);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    commit(&run->events, &code);
    for (size_t i = 0; i < run->options.list_count; i++)
        commit_list(&run->lists[i], &code);
    commit(&run->page, &code);
    commit(&run->metrics, &code);
    commit(&run->summary, &code);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}

/* Says what may be missing. */
static void report_gaps(const struct run *run)
{
    const struct report *report = &run->report;
    for (size_t i = 0; i < report->input_count; i++)
        if (report->inputs[i].error.len)
            message("%.*s: %.*s", SV_FMT(report->inputs[i].file), SV_FMT(report->inputs[i].error));
    if (report->unparsed_too_many)
        message("%lld of %lld delivery lines were not understood (see \"unparsed\" in the "
                "summary)",
                (long long)report->lines.unparsed,
                (long long)(report->lines.delivery + report->lines.unparsed));
    if (report->evicted)
        message("%lld open messages with deferred recipients were forgotten for lack of room",
                (long long)report->evicted);
}

static bool condition_held(const struct run *run)
{
    bool held = false;
    for (size_t i = 0; i < run->options.condition_count; i++)
        if (condition_holds(&run->conditions[i], &run->report)) {
            message("--fail-on %s holds", run->options.conditions[i]);
            held = true;
        }
    return held;
}

static int run_scan(struct run *run)
{
    struct err err;
    (void)clock_gettime(CLOCK_MONOTONIC, &run->began);
    if (load(run, &err) < 0 || open_outputs(run, &err) < 0)
        return fail(&err);
    scan_logs(run);
    make_report(run);
    int code = write_outputs(run);
    report_gaps(run);
    bool held = condition_held(run);
    return code != EXIT_DONE        ? code
           : run->report.incomplete ? EXIT_INCOMPLETE
           : held                   ? EXIT_CONDITION
                                    : EXIT_DONE;
}

static void discard(struct outfile *out)
{
    if (out)
        outfile_discard(out);
}

static void release(struct run *run)
{
    discard(run->summary);
    discard(run->events);
    discard(run->page);
    discard(run->metrics);
    for (size_t i = 0; i < LISTS_MAX; i++)
        if (run->lists[i])
            outparts_discard(run->lists[i]);
    if (run->input) {
        report_release(&run->report);
        scan_release(&run->scan);
        input_free(run->input);
    }
    patterns_release(&run->patterns);
    map_release(&run->known);
    buf_release(&run->key);
    buf_release(&run->line);
    arena_release(&run->arena);
    arena_release(&run->options.arena);
    mem_free(run->inputs);
}

int scan_command(int argc, char **argv)
{
    struct run *run = mem_zero(1, sizeof *run);
    struct err err;
    int code;
    map_init(&run->known, 1);
    if (scan_options_read(&run->options, argc, argv, &err) < 0)
        code = fail(&err);
    else if (run->options.help)
        code = print_result(sv_from(help_scan));
    else
        code = run_scan(run);
    release(run);
    mem_free(run);
    return code;
}
