/* bouncelog scan: logs in, summary, events, lists, page and metrics out; with --history also what
 * the next run goes on from.
 *
 * Outputs are opened before the first log, so that a wrong path costs no hour; then the process is
 * confined, then logs are read. */
#define _GNU_SOURCE /* sched_getaffinity */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bouncelog/archive/archive.h"
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "brake.h"
#include "cli.h"
#include "confine.h"
#include "counting.h"
#include "journal.h"
#include "progress.h"
#include "scan.h"
#include "unread.h"

static void take_event(void *context, const struct event *event)
{
    struct scan_run *run = context;
    event_write(&run->events, event);
    if (run->archive && events_asked(run->setup.options, event))
        archive_keep_event(run->archive, event);
}

/* The cores that this process may use. */
static unsigned cores(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > 0 ? (unsigned)count : 1;
}

static int open_archive(struct scan_run *run, struct err *err)
{
    const struct options *options = run->setup.options;
    struct archive_options how = {.path = options->history,
                                  .use = options->dry_run ? HISTORY_READ : HISTORY_CREATE,
                                  .wait_seconds = options->wait_seconds,
                                  .patterns = &run->setup.patterns,
                                  .now = now_seconds(),
                                  .what = "scan",
                                  .reads_logs = true,
                                  .counts = true,
                                  .mails = options->mails.count > 0,
                                  .accept_counting = options->accept_change,
                                  .keep_events = (int64_t)options->keep_events};
    if (!options->history)
        return 0;
    counting_describe(&run->counting, &run->setup);
    how.counting = buf_sv(&run->counting);
    if (options->dry_run && access(options->history, F_OK) != 0)
        return 0; /* it would be the first run */
    return archive_open(&run->archive, &how, err);
}

void scan_logs(struct scan_run *run)
{
    const struct options *options = run->setup.options;
    struct progress progress;
    struct input_options input = {0};
    struct pipeline_options pipeline = {.patterns = &run->setup.patterns,
                                        .only = run->setup.only,
                                        .host = options->host ? sv_from(options->host) : SV_EMPTY,
                                        .inbound = options->inbound,
                                        .zone_given = options->zone != NULL,
                                        .year = (int)options->year,
                                        .now = now_seconds(),
                                        .today = clock_seconds(),
                                        .since = options->since.at,
                                        .until = options->until.at,
                                        .senders = options->senders.list,
                                        .sender_count = options->senders.count,
                                        .filters = options->filters.list,
                                        .filter_count = options->filters.count,
                                        .relays = options->relays.list,
                                        .relay_count = options->relays.count,
                                        .messages_max = options->messages_max,
                                        .jobs = options->jobs ? options->jobs : cores(),
                                        .sink = run->sink,
                                        .sink_context = run->sink_context,
                                        .failures_alone = run->failures_alone,
                                        .by_day = run->archive != NULL,
                                        .keep_trials = run->keeps_trials,
                                        .keep_deliveries = run->keeps_trials,
                                        .awaited_trials = run->awaited_trials,
                                        .progress_context = &progress};
    run->mails_unread = !mails_read(&run->mails, &run->setup);
    pipeline.notices = (struct late_notices){run->mails.list, run->mails.counts.notices};
    journal_ask(&input.journal, options, run->setup.trust);
    if (run->archive) {
        archive_resume(run->archive, &input);
        pipeline.prepare = archive_prepare;
        pipeline.prepare_context = run->archive;
        pipeline.last_time = archive_last_time;
        pipeline.keep_lines = true;
        pipeline.keep_trials = true;
        pipeline.keep_sent = options->mails.count > 0;
        pipeline.tagged = run->setup.tags.keys.count > 0;
        pipeline.ask_earlier = archive_ask_earlier;
        pipeline.note_proven = archive_note_proven;
        pipeline.sent_secret = archive_sent_secret(run->archive);
        /* Where the lines do not say whose they are, the user does. */
        pipeline.lines_seed = input.lines_seed = hash_bytes(pipeline.host);
    }
    run->input = input_plan(options->operands, options->operand_count, input);
    for (size_t i = 0; input_duplicate(run->input, i); i++)
        say("%s: named more than once, read once", input_duplicate(run->input, i));
    if (progress_start(&progress, options->progress, input_size(run->input)))
        pipeline.progress = progress_show;
    pipeline_run(&run->scan, run->input, &pipeline);
    run->mails.counts.unproven = (size_t)run->scan.unproven;
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

/* A log that did not change was not opened: the history knows what it is packed in. */
static sv format_of(const struct scan_run *run, const struct source *source)
{
    sv known = run->archive ? archive_format(run->archive, source->known) : SV_EMPTY;
    return known.len && strcmp(source->format, "unknown") == 0 ? known : sv_from(source->format);
}

static sv error_of(struct scan_run *run, size_t i)
{
    const struct source *source = input_source(run->input, i);
    const struct source_seen *seen = &run->scan.source_seen[i];
    sv error = sv_from(source->error);
    if (!error.len)
        error = unread_words(seen, run->scan.source_lines[i], &run->texts);
    if (error.len || !run->archive)
        return error;
    struct log_share before = archive_log_share(run->archive, source->set);
    return unread_share_words(seen, run->scan.source_lines[i] - source->known_lines, &before,
                              &run->texts);
}

void scan_describe_inputs(struct scan_run *run)
{
    size_t count = run->scan.source_count;
    run->inputs = mem_zero(count + 1, sizeof *run->inputs);
    for (size_t i = 0; i < count; i++) {
        const struct source *source = input_source(run->input, i);
        run->inputs[i] =
            (struct input_status){.file = sv_from(source->path),
                                  .format = format_of(run, source),
                                  .error = error_of(run, i),
                                  .form = sv_from(run->scan.source_seen[i].form),
                                  .bytes = source->bytes,
                                  .resumed_at = source->resumed_at,
                                  .lines = run->scan.source_lines[i] - source->known_lines,
                                  .cut_lines = source->cut_lines,
                                  .complete = source->complete};
        if (source->shorter && !source->error[0])
            say("%s: ends before what was read of it; nothing new is in it", source->path);
        journal_tell(source);
    }
}

static bool knows_lists(const struct scan_run *run)
{
    return run->archive && !archive_is_new(run->archive);
}

/* What a brake would protect: who is new is known by the evidence where there is any, else by the
 * lists that are there; who would be lost by the lists in any case, unless they are those of one
 * night alone. */
static void set_brake(struct scan_run *run, struct suppress_options *how)
{
    const struct options *options = run->setup.options;
    bool known = knows_lists(run), found = known;
    if (!known || !options->delta)
        found = brake_read_lists(&run->listed, options, run->setup.forms) || known;
    how->may_brake = how->may_brake && found;
    how->brake_stays = run->archive ? archive_braked_at(run->archive) != 0 : brake_is_held(options);
    how->blind = !options->force && !known && brake_is_blind(options, &run->scan.lines);
    how->lists = map_count(&run->listed) ? &run->listed : NULL;
    how->listed = known ? NULL : how->lists;
}

/* Without a history: what this run has seen. */
static void each_activity(void *context, int64_t first, int64_t last, activity_visitor *visit,
                          void *visitor)
{
    struct scan_run *run = context;
    (void)first;
    (void)last;
    tally_each_activity(&run->scan.tally, visit, visitor);
}

int scan_decide(struct scan_run *run, struct err *err)
{
    run->source = (struct suppress_source){
        .evidence = &run->scan.evidence,
        .ledger = run->scan.ledger,
        .latest = run->scan.tally.last,
        .first = run->scan.tally.first,
        .tried = tally_recipients(&run->scan.tally).attempted,
        .each_activity = each_activity,
        .activity_context = run,
        .tried_on = brake_tried_on,
        .tried_context = &run->scan.tally,
    };
    if (run->archive && archive_evidence(run->archive, &run->scan, &run->source, err) < 0)
        return -1;
    if (run->archive)
        setup_allow(&run->setup, archive_allowed(run->archive));
    run->how = setup_suppress_options(&run->setup);
    set_brake(run, &run->how);
    if (run->archive && held_load(&run->held, run->archive, &run->how, err) < 0)
        return -1;
    suppress_decide(&run->decisions, &run->source, &run->how);
    if (!run->archive)
        return 0;
    return archive_check(run->archive, err) < 0 ||
                   archive_note_regrets(run->archive, &run->decisions, &run->regrets, err) < 0 ||
                   archive_check(run->archive, err) < 0
               ? -1
               : 0;
}

static bool keeps_history(const struct scan_run *run)
{
    return run->archive && !run->setup.options->dry_run;
}

void scan_make_report(struct scan_run *run)
{
    struct ledger_counts counts = ledger_counts(run->scan.ledger);
    struct report_source source = {.lines = &run->scan.lines,
                                   .tally = &run->scan.tally,
                                   .decisions = &run->decisions,
                                   .inputs = run->inputs,
                                   .input_count = run->scan.source_count,
                                   .unresolved_expiries = counts.unresolved_expiries,
                                   .evicted = counts.evicted,
                                   .duplicates = run->scan.duplicate_count,
                                   .newest = run->archive ? archive_newest(run->archive) : 0,
                                   .mail =
                                       run->setup.options->mails.count ? &run->mails.counts : NULL};
    struct report_options options = setup_report_options(&run->setup);
    options.seconds = seconds_since(&run->began);
    if (keeps_history(run))
        archive_add_run(run->archive, &run->scan);
    if (run->archive) {
        regrets_merge(&run->held.regrets, &run->regrets);
        source.regrets = &run->held.regrets;
        source.regret_days = run->how.policy->regret.days;
        source.held_rules = &run->held.rules;
        source.before = archive_before(run->archive);
        source.totals = archive_totals(run->archive);
    }
    report_make(&run->report, &source, &options);
}

/* Nothing is replaced before all is written, the history but for its commit included. A run that is
 * killed before the commit has left the history as it was: the next one reads the same lines, and
 * writes the same results. */
static int leave(struct scan_run *run)
{
    struct err err;
    bool keep = keeps_history(run);
    if (keep && archive_save(run->archive, &run->scan, run->input, &run->decisions, &run->regrets,
                             &err) < 0)
        return fail(&err);
    results_write(&run->results, &run->setup, &run->report);
    if (run->archive && archive_check(run->archive, &err) < 0) /* rows are read meanwhile */
        return fail(&err);
    int code = results_commit(&run->results, keep ? run->archive : NULL);
    if (code != EXIT_DONE || run->archive || run->decisions.brake == BRAKE_BLIND)
        return code;
    return brake_hold(run->setup.options, run->decisions.brake != BRAKE_NONE, &err) < 0 ? fail(&err)
                                                                                        : code;
}

/* Where nothing was understood, that is what is wrong, and not that the lists are held. */
static int code_of_brake(const struct scan_run *run)
{
    bool read = run->scan.lines.total == 0 && !run->report.incomplete;
    return run->report.brake_why == BRAKE_BLIND && !read ? EXIT_INCOMPLETE : EXIT_BRAKE;
}

/* A mail log that fell silent looks like a quiet night, night after night. */
static void tell_silence(const struct scan_run *run)
{
    enum { SILENT_HOURS = 48 };
    char date[DATE_TEXT];
    int64_t newest = run->report.newest, seconds = now_seconds() - newest;
    if (!run->archive || newest == 0 || seconds <= SILENT_HOURS * 3600)
        return;
    date_format(newest, date);
    say("the newest attempt that the history knows of is of %s, %lld hours ago: is mail still "
        "logged where these logs are?",
        date, (long long)seconds / 3600);
}

static void tell_limits(const struct scan_run *run)
{
    if (run->scan.duplicate_count)
        say("%lld attempts stand in two logs of one host, and were counted once",
            (long long)run->scan.duplicate_count);
    if (run->scan.limits)
        say("%llu times a pattern was given up for taking too long, and the text was judged "
            "without it (bouncelog patterns check)",
            (unsigned long long)run->scan.limits);
}

static int run_scan(struct scan_run *run)
{
    struct err err;
    if (setup_load(&run->setup, &err) < 0 || open_archive(run, &err) < 0 ||
        results_open(&run->results, run->setup.options, &err) < 0)
        return fail(&err);
    confine(run->setup.options);
    run->events = (struct event_writer){.setup = &run->setup, .out = run->results.events};
    run->sink = run->results.events || run->setup.options->keep_events ? take_event : NULL;
    run->sink_context = run;
    run->failures_alone = run->setup.options->events_which == EVENTS_FAILURES;
    scan_logs(run);
    scan_describe_inputs(run);
    if (scan_decide(run, &err) < 0)
        return fail(&err);
    scan_make_report(run);
    tell_limits(run);
    held_tell(&run->held);
    int code = leave(run);
    results_tell_gaps(&run->report);
    if (code == EXIT_DONE && !run->report.brake) /* what failed is told in one line */
        tell_silence(run);
    bool held = setup_condition_holds(&run->setup, &run->report);
    return code != EXIT_DONE                             ? code
           : run->report.brake                           ? code_of_brake(run)
           : run->report.incomplete || run->mails_unread ? EXIT_INCOMPLETE
           : held                                        ? EXIT_CONDITION
                                                         : EXIT_DONE;
}

void scan_run_init(struct scan_run *run, const struct options *options)
{
    setup_init(&run->setup, options);
    map_init(&run->listed, 1);
    held_init(&run->held);
    regrets_init(&run->regrets);
    (void)clock_gettime(CLOCK_MONOTONIC, &run->began);
}

void scan_run_release(struct scan_run *run)
{
    results_discard(&run->results);
    if (run->input) {
        report_release(&run->report);
        decisions_release(&run->decisions);
        scan_result_release(&run->scan);
        input_free(run->input);
    }
    mails_release(&run->mails);
    archive_close(run->archive);
    setup_release(&run->setup);
    map_release(&run->listed);
    held_release(&run->held);
    regrets_release(&run->regrets);
    event_writer_release(&run->events);
    buf_release(&run->counting);
    arena_release(&run->texts);
    mem_free(run->inputs);
}

int scan_command(const struct options *options)
{
    struct scan_run *run = mem_zero(1, sizeof *run);
    scan_run_init(run, options);
    int code = run_scan(run);
    scan_run_release(run);
    mem_free(run);
    return code;
}
