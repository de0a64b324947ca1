/* The outputs of a run, one row a kind, and how each is written from a report.
 *
 * To whom an output goes, whether its file may be split, when it is put in place and what happens
 * when the brake holds, is the business of outputs.c and results.c, which ask these rows. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bouncelog/base/mem.h"
#include "cli.h"
#include "results.h"

enum { WIDTH_MAX = 1000 };

static bool wants_colour(enum when when, bool terminal)
{
    const char *none = getenv("NO_COLOR");
    return when == WHEN_ALWAYS || (when == WHEN_AUTO && terminal && !(none && *none));
}

/* COLUMNS, where somebody set it for a terminal that does not say; else what the terminal says. */
static unsigned width_of_terminal(void)
{
    const char *said = getenv("COLUMNS");
    struct winsize size;
    uint64_t columns;
    if (said && sv_to_u64(sv_from(said), &columns) && columns && columns <= WIDTH_MAX)
        return (unsigned)columns;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col <= WIDTH_MAX ? size.ws_col
                                                                                    : 0;
}

static void write_summary(struct result *result, const struct setup *setup,
                          const struct report *report)
{
    bool shown = outfile_is_stdout(result->output.path);
    bool terminal = shown && isatty(STDOUT_FILENO);
    if (setup->options->text)
        output_text(result->file, report, wants_colour(setup->options->color, terminal),
                    terminal ? width_of_terminal() : 0);
    else
        output_summary(result->file, report);
}

static void write_page(struct result *result, const struct setup *setup,
                       const struct report *report)
{
    output_page(result->file, report, setup->options->addresses);
}

static void write_metrics(struct result *result, const struct setup *setup,
                          const struct report *report)
{
    (void)setup;
    output_metrics(result->file, report);
}

static unsigned tiers_of(const struct result *result, const struct setup *setup)
{
    return setup->options->tiers ? setup->options->tiers
                                 : list_form_tiers(setup->forms[result->output.list]);
}

static void write_whole(struct result *result, const struct setup *setup,
                        const struct report *report)
{
    struct list_form form = setup->forms[result->output.list];
    const char *path = result->output.path;
    const char *place = outfile_is_stdout(path) ? "standard output" : path;
    struct list_result written = output_list(result->parts, report, form, tiers_of(result, setup),
                                             setup->redactor.key.len ? &setup->redactor : NULL);
    if (written.skipped)
        say("%s: %lld address%s left out that no list can carry safely (%s summary says which "
            "and why)",
            place, (long long)written.skipped, written.skipped == 1 ? "" : "es",
            report->suppress_part == SUPPRESS_ALL ? "the" : "a whole");
    if (written.over_limit)
        say("%s: more than the reader of %s takes at once; only a file is split", place,
            list_format_name(form.format));
}

static bool has(unsigned tiers, enum tier tier)
{
    return tier == TIER_NONE || (tiers >> tier & 1);
}

/* Who was on the list, and is not any more. What no list may carry was on none, but for
 * fingerprints. */
struct gone {
    sv *addresses;
    size_t count;
    bool fingerprints;
};

static void add_gone(struct gone *gone, sv address, bool unsafe)
{
    if (!unsafe || gone->fingerprints)
        gone->addresses[gone->count++] = address;
}

/* What is new on the list; who is listed for others now goes from it. */
static void compare(const struct report *report, unsigned tiers, struct report *fresh,
                    struct gone *gone)
{
    for (size_t i = 0; i < report->removed_count; i++)
        if (has(tiers, report->removed[i].before))
            add_gone(gone, report->removed[i].address, report->removed[i].unsafe);
    for (size_t i = 0; i < report->suppress_count; i++) {
        const struct decision *decision = report->suppress[i].decision;
        bool was = !decision->fresh && has(tiers, decision->before) && !decision->was_probed;
        bool is = has(tiers, decision->tier) && !decision->probed;
        if (is && !was)
            fresh->suppress[fresh->suppress_count++] = report->suppress[i];
        else if (was && !is)
            add_gone(gone, report->redacted ? report->suppress[i].address : decision->key,
                     decision->skipped && !report->redacted);
    }
}

/* With --delta a list has what is new on it, and FILE.removed what is not on it any more. */
static void write_list(struct result *result, const struct setup *setup,
                       const struct report *report)
{
    struct list_form form = setup->forms[result->output.list];
    struct report fresh = *report;
    struct gone gone = {.fingerprints = form.format == LIST_HASH};
    if (!result->removed) {
        write_whole(result, setup, report);
        return;
    }
    fresh.suppress = mem_zero(report->suppress_count + 1, sizeof *fresh.suppress);
    fresh.suppress_count = 0;
    gone.addresses =
        mem_zero(report->removed_count + report->suppress_count + 1, sizeof *gone.addresses);
    compare(report, tiers_of(result, setup), &fresh, &gone);
    output_lifts(result->removed, report, form, gone.addresses, gone.count,
                 setup->redactor.key.len ? &setup->redactor : NULL);
    write_whole(result, setup, &fresh);
    mem_free(fresh.suppress);
    mem_free(gone.addresses);
}

const struct output_kind output_kinds[] = {
    {"events", .streams = true},
    {"suppress", .lists = true, .held_by_brake = true, .write = write_list},
    {"html", .write = write_page},
    /* Read by a monitoring system, under a name of its own. */
    {"prometheus", .public = true, .write = write_metrics},
    {"output", .by_itself = true, .write = write_summary},
    {0},
};
_Static_assert(sizeof output_kinds / sizeof *output_kinds <= OUTPUT_KINDS_MAX, "too many");
