/* bouncelog report: summary, page and metrics over any period of the history; bouncelog suppress:
 * suppression lists from it.
 *
 * No log is read: counters come from the days of the period, decisions from all the evidence. */
#include "bouncelog/archive/archive.h"
#include "bouncelog/base/mem.h"
#include "cli.h"
#include "cut.h"
#include "held.h"
#include "results.h"
#include "setup.h"

enum { SECONDS_A_DAY = 86400 };

struct run {
    struct setup setup;
    struct results results;
    struct archive *archive;
    struct decisions decisions;
    struct held held;
    struct report report;
    struct cut_choice cut;
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

static int make_report(struct run *run, struct err *err)
{
    const struct options *asked = run->setup.options;
    struct archive_view view;
    struct suppress_source evidence;
    if (archive_view(run->archive, window_of(asked), &view, &evidence, err) < 0)
        return -1;
    setup_allow(&run->setup, archive_allowed(run->archive));
    struct suppress_options options = setup_suppress_options(&run->setup);
    options.tells_cleared = true;
    options.cleared_since = asked->since.at;
    options.cleared_until = asked->until.at;
    /* What a scan has not put on the lists, because of the brake, no other command does. */
    options.may_brake = options.may_brake && !archive_has_others(run->archive);
    options.brake_stays = archive_braked_at(run->archive) != 0;
    if (held_load(&run->held, run->archive, &options, err) < 0)
        return -1;
    suppress_decide(&run->decisions, &evidence, &options);
    if (archive_check(run->archive, err) < 0)
        return -1;
    struct report_source source = {.lines = &view.period->lines,
                                   .tally = &view.period->tally,
                                   .decisions = &run->decisions,
                                   .inputs = view.inputs,
                                   .input_count = view.input_count,
                                   .unresolved_expiries = view.period->unresolved_expiries,
                                   .evicted = view.period->evicted,
                                   .before = view.before,
                                   .before_holds_all = true,
                                   .newest = archive_newest(run->archive),
                                   .regrets = &run->held.regrets,
                                   .regret_days = options.policy->regret.days,
                                   .held_rules = &run->held.rules,
                                   .totals = archive_totals(run->archive)};
    struct report_options how_shown = setup_report_options(&run->setup);
    report_make(&run->report, &source, &how_shown);
    return 0;
}

/* Of a part of the mail. Decisions are of addresses, so it has none. */
static int make_report_of_part(struct run *run, struct err *err)
{
    struct report_cut *shown = &run->cut.shown;
    struct archive_part part;
    if (archive_view_part(run->archive, window_of(run->setup.options), &run->cut.cut, &part, err) <
            0 ||
        cut_check_providers(&run->setup, &part, err) < 0)
        return -1;
    shown->unknown_days = part.unknown_days;
    shown->unknown_count = part.unknown_count;
    shown->unnamed = part.unnamed;
    struct report_source source = {.lines = &part.period->lines,
                                   .tally = &part.period->tally,
                                   .decisions = &run->decisions,
                                   .inputs = part.inputs,
                                   .input_count = part.input_count,
                                   .evicted = part.period->evicted,
                                   .cut = shown};
    struct report_options how_shown = setup_report_options(&run->setup);
    report_make(&run->report, &source, &how_shown);
    cut_tell_gaps(&run->report);
    return 0;
}

static int open_history(struct run *run, struct err *err)
{
    struct archive_options how = {.path = run->setup.options->history,
                                  .use = HISTORY_READ,
                                  .patterns = &run->setup.patterns,
                                  .now = now_seconds(),
                                  .what = "report"};
    return archive_open(&run->archive, &how, err);
}

static int finish(struct run *run)
{
    results_write(&run->results, &run->setup, &run->report);
    int code = results_commit(&run->results, NULL);
    if (code != EXIT_DONE)
        return code;
    if (run->report.brake && run->setup.options->list_count)
        return EXIT_BRAKE;
    if (run->report.incomplete)
        return EXIT_INCOMPLETE;
    return setup_condition_holds(&run->setup, &run->report) ? EXIT_CONDITION : EXIT_DONE;
}

static int run_report(struct run *run)
{
    const struct options *options = run->setup.options;
    struct err err;
    if (setup_load(&run->setup, &err) < 0 || cut_read(&run->cut, options, &err) < 0 ||
        results_open(&run->results, options, &err) < 0 || open_history(run, &err) < 0 ||
        (cut_asked(options) ? make_report_of_part : make_report)(run, &err) < 0)
        return fail(&err);
    return finish(run);
}

static int run_command(const struct options *options)
{
    struct run *run = mem_zero(1, sizeof *run);
    setup_init(&run->setup, options);
    held_init(&run->held);
    int code = run_report(run);
    results_discard(&run->results);
    report_release(&run->report);
    decisions_release(&run->decisions);
    archive_close(run->archive);
    cut_release(&run->cut);
    held_release(&run->held);
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
