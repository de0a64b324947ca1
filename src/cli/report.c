/* bouncelog report: summary, page, metrics and events of any period of the history; bouncelog
 * suppress: suppression lists from it.
 *
 * No log is read: counters come from the days of the period, decisions from all the evidence. */
#include "bouncelog/archive/archive.h"
#include "bouncelog/base/mem.h"
#include "cli.h"
#include "cut.h"
#include "events.h"
#include "past.h"
#include "results.h"
#include "setup.h"

enum { SECONDS_A_DAY = 86400 };

struct run {
    struct setup setup;
    struct results results;
    struct past past;
    struct report report;
    struct cut_choice cut;
    int64_t missing_events;
};

/* Counters are kept by the day: the days that the period touches. */
static struct archive_window window_of(const struct options *options)
{
    struct archive_window window = {INT64_MIN, INT64_MAX};
    if (options->since.at != INT64_MIN)
        window.since = options->since.at / SECONDS_A_DAY;
    if (options->until.at != INT64_MAX)
        window.until = (options->until.at + SECONDS_A_DAY - 1) / SECONDS_A_DAY;
    return window;
}

static int write_events(struct run *run, const struct cut *cut, const struct tally *counted,
                        struct err *err)
{
    struct event_writer writer = {.setup = &run->setup, .out = run->results.events};
    if (!writer.out)
        return 0;
    int result = events_of_past(&writer, run->past.archive, window_of(run->setup.options), cut,
                                counted, &run->missing_events, err);
    event_writer_release(&writer);
    if (result == 0 && run->missing_events)
        say("events: %lld attempt%s of these days %s not among them: no run has kept them "
            "(scan --keep-events), or they are too old, or forgotten",
            (long long)run->missing_events, run->missing_events == 1 ? "" : "s",
            run->missing_events == 1 ? "is" : "are");
    return result;
}

static int make_report(struct run *run, struct err *err)
{
    struct past *past = &run->past;
    const struct archive_view *view = &past->view;
    if (past_decide(past, &run->setup, window_of(run->setup.options), err) < 0 ||
        write_events(run, NULL, &view->period->tally, err) < 0)
        return -1;
    struct report_source source = {.lines = &view->period->lines,
                                   .tally = &view->period->tally,
                                   .decisions = &run->past.decisions,
                                   .inputs = view->inputs,
                                   .input_count = view->input_count,
                                   .unresolved_expiries = view->period->unresolved_expiries,
                                   .evicted = view->period->evicted,
                                   .before = view->before,
                                   .before_holds_all = true,
                                   .newest = archive_newest(run->past.archive),
                                   .regrets = &run->past.held.regrets,
                                   .regret_days = past->how.policy->regret.days,
                                   .held_rules = &run->past.held.rules,
                                   .totals = archive_totals(run->past.archive)};
    struct report_options how_shown = setup_report_options(&run->setup);
    report_make(&run->report, &source, &how_shown);
    return 0;
}

/* Of a part of the mail. Decisions are of addresses, so it has none. */
static int make_report_of_part(struct run *run, struct err *err)
{
    struct report_cut *shown = &run->cut.shown;
    struct archive_part part;
    if (archive_view_part(run->past.archive, window_of(run->setup.options), &run->cut.cut, &part,
                          err) < 0 ||
        cut_check_providers(&run->setup, &part, err) < 0 ||
        write_events(run, &run->cut.cut, &part.period->tally, err) < 0)
        return -1;
    shown->unknown_days = part.unknown_days;
    shown->unknown_count = part.unknown_count;
    shown->unnamed = part.unnamed;
    struct report_source source = {.lines = &part.period->lines,
                                   .tally = &part.period->tally,
                                   .decisions = &run->past.decisions,
                                   .inputs = part.inputs,
                                   .input_count = part.input_count,
                                   .evicted = part.period->evicted,
                                   .cut = shown};
    struct report_options how_shown = setup_report_options(&run->setup);
    report_make(&run->report, &source, &how_shown);
    cut_tell_gaps(&run->report);
    return 0;
}

static int finish(struct run *run)
{
    struct err err;
    results_write(&run->results, &run->setup, &run->report);
    if (archive_check(run->past.archive, &err) < 0) /* rows are read while they are written */
        return fail(&err);
    int code = results_commit(&run->results, NULL);
    if (code != EXIT_DONE)
        return code;
    if (run->report.brake && run->setup.options->list_count)
        return EXIT_BRAKE;
    if (run->report.incomplete || run->missing_events)
        return EXIT_INCOMPLETE;
    return setup_condition_holds(&run->setup, &run->report) ? EXIT_CONDITION : EXIT_DONE;
}

static int run_report(struct run *run)
{
    const struct options *options = run->setup.options;
    struct err err;
    if (setup_load(&run->setup, &err) < 0 || cut_read(&run->cut, options, &err) < 0 ||
        results_open(&run->results, options, &err) < 0 ||
        past_open(&run->past.archive, &run->setup, "report", &err) < 0 ||
        (cut_asked(options) ? make_report_of_part : make_report)(run, &err) < 0)
        return fail(&err);
    return finish(run);
}

static int run_command(const struct options *options)
{
    struct run *run = mem_zero(1, sizeof *run);
    setup_init(&run->setup, options);
    past_init(&run->past);
    int code = run_report(run);
    results_discard(&run->results);
    report_release(&run->report);
    past_release(&run->past);
    cut_release(&run->cut);
    setup_release(&run->setup);
    mem_free(run);
    return code;
}

int report_command(const struct options *options)
{
    return run_command(options);
}

int suppress_command(const struct options *options)
{
    return run_command(options);
}
