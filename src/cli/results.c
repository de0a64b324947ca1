#include "results.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "bouncelog/archive/archive.h"
#include "bouncelog/base/mem.h"
#include "cli.h"
#include "outputs.h"

static struct outfile *open_removed(const char *list, struct err *err)
{
    struct buf path = {0};
    buf_printf(&path, "%s.removed", list);
    struct outfile *out =
        outfile_open(outfile_is_stdout(list) ? "/dev/null" : buf_cstr(&path), err);
    buf_release(&path);
    return out;
}

int results_open(struct results *results, const struct scan_options *options, struct err *err)
{
    const char *summary = outputs_summary(options);
    if (summary && !(results->summary = outfile_open(summary, err)))
        return -1;
    if (options->events && !(results->events = outfile_open(options->events, err)))
        return -1;
    if (options->page && !(results->page = outfile_open(options->page, err)))
        return -1;
    /* Read by a monitoring system, under a name of its own; it holds nobody's address. */
    if (options->metrics && !(results->metrics = outfile_open_public(options->metrics, err)))
        return -1;
    for (size_t i = 0; i < options->list_count; i++) {
        bool splits = list_format_splits(options->lists[i].format);
        if (!(results->lists[i] = outparts_open(options->lists[i].path, splits, err)))
            return -1;
        if (options->delta && !(results->removed[i] = open_removed(options->lists[i].path, err)))
            return -1;
    }
    return 0;
}

static bool wants_colour(void)
{
    const char *none = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(none && *none);
}

static void write_summary(struct results *results, const struct setup *setup,
                          const struct report *report)
{
    bool shown = outfile_is_stdout(outputs_summary(&setup->options));
    if (setup->options.text)
        output_text(results->summary, report, shown && wants_colour());
    else
        output_summary(results->summary, report);
    outfile_finish(results->summary);
}

static void write_list(struct results *results, const struct setup *setup,
                       const struct report *report, size_t i)
{
    enum list_format format = setup->options.lists[i].format;
    const char *path = setup->options.lists[i].path;
    const char *place = outfile_is_stdout(path) ? "standard output" : path;
    struct list_result result = output_list(results->lists[i], report, format,
                                            setup->redactor.key.len ? &setup->redactor : NULL);
    if (result.skipped)
        message("%s: %lld address%s left out that no list can carry safely (the summary says "
                "which and why)",
                place, (long long)result.skipped, result.skipped == 1 ? "" : "es");
    if (result.over_limit)
        message("%s: more than the reader of %s takes at once; only a file is split", place,
                list_format_name(format));
    outparts_finish(results->lists[i]);
}

/* With --delta a list has what is new on it, and FILE.removed what is not on it any more. */
static void write_delta(struct results *results, const struct setup *setup,
                        const struct report *report, size_t i)
{
    struct report fresh = *report;
    fresh.suppress = mem_zero(report->suppress_count + 1, sizeof *fresh.suppress);
    fresh.suppress_count = 0;
    for (size_t row = 0; row < report->suppress_count; row++)
        if (report->suppress[row].fresh)
            fresh.suppress[fresh.suppress_count++] = report->suppress[row];
    write_list(results, setup, &fresh, i);
    mem_free(fresh.suppress);
    for (size_t row = 0; row < report->removed_count; row++) {
        outfile_write(results->removed[i], report->removed[row]);
        outfile_write(results->removed[i], SV("\n"));
    }
    outfile_finish(results->removed[i]);
}

static void tell_brake(const struct setup *setup, const struct report *report)
{
    if (setup->options.list_count)
        message("the lists stay as they were: %zu addresses would be new on them (see \"suppress\" "
                "in the summary, then --force)",
                report->fresh_count);
}

static void hold_lists(struct results *results)
{
    for (size_t i = 0; i < LISTS_MAX; i++) {
        if (results->lists[i])
            outparts_discard(results->lists[i]);
        if (results->removed[i])
            outfile_discard(results->removed[i]);
        results->lists[i] = NULL;
        results->removed[i] = NULL;
    }
}

void results_write(struct results *results, const struct setup *setup, const struct report *report)
{
    if (results->events)
        outfile_finish(results->events);
    if (report->brake) {
        tell_brake(setup, report);
        hold_lists(results);
    }
    for (size_t i = 0; i < setup->options.list_count && results->lists[i]; i++) {
        if (setup->options.delta)
            write_delta(results, setup, report, i);
        else
            write_list(results, setup, report, i);
    }
    if (results->page) {
        output_page(results->page, report, setup->options.addresses);
        outfile_finish(results->page);
    }
    if (results->metrics) {
        output_metrics(results->metrics, report);
        outfile_finish(results->metrics);
    }
    if (results->summary)
        write_summary(results, setup, report);
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
    if (done && outparts_commit(done, &err) < 0)
        *code = fail(&err);
}

/* Every output that can be written is written, even when another one fails. */
static int commit_all(struct results *results)
{
    int code = EXIT_DONE;
    commit(&results->events, &code);
    for (size_t i = 0; i < LISTS_MAX; i++) {
        commit_list(&results->lists[i], &code);
        commit(&results->removed[i], &code);
    }
    commit(&results->page, &code);
    commit(&results->metrics, &code);
    commit(&results->summary, &code);
    return code;
}

int results_commit(struct results *results, struct archive *saved)
{
    struct err err;
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    int code = commit_all(results);
    if (saved && code == EXIT_DONE && archive_commit(saved, &err) < 0)
        code = fail(&err);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}

static void discard(struct outfile *out)
{
    if (out)
        outfile_discard(out);
}

void results_discard(struct results *results)
{
    discard(results->summary);
    discard(results->events);
    discard(results->page);
    discard(results->metrics);
    hold_lists(results);
}

/* Says what may be missing. */
void results_tell_gaps(const struct report *report)
{
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
