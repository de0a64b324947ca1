/* Says in words which part of the mail a report is about, and why its counts may be too low: days
 * of an older version, names for which there was no room, and whatever makes the counts of all mail
 * too low on these days. The table, the page and the messages of the program say the same. */
#include "bouncelog/report/report.h"

static void say_kind(struct buf *out, const char *what, const struct cut_patterns *patterns)
{
    if (!patterns->count)
        return;
    buf_printf(out, "%s%s ", out->len ? ", " : "", what);
    for (size_t i = 0; i < patterns->count; i++) {
        sv name = patterns->list[i].len ? patterns->list[i] : SV("<>");
        buf_add(out, i == 0 ? SV_EMPTY : i + 1 < patterns->count ? SV(", ") : SV(" or "));
        buf_add(out, name);
    }
}

void report_cut_say(const struct report_cut *cut, struct buf *out)
{
    struct buf words = {0};
    say_kind(&words, "from", &cut->asked.senders);
    say_kind(&words, "to the provider", &cut->asked.providers);
    say_kind(&words, "to the domain", &cut->asked.recipient_domains);
    buf_add(out, buf_sv(&words));
    buf_release(&words);
}

static void say_days(struct buf *out, const struct report_cut *cut)
{
    size_t count = cut->unknown_count;
    buf_printf(out, "%.*s", SV_FMT(cut->unknown_days[0]));
    if (count > 1)
        buf_printf(out, " to %.*s (%zu days)", SV_FMT(cut->unknown_days[count - 1]), count);
    buf_printf(out, " %s counted before a history knew what is from whom to where, and %s left out",
               count == 1 ? "was" : "were", count == 1 ? "is" : "are");
}

bool report_cut_gap(const struct report *report, size_t number, struct buf *out)
{
    const struct report_cut *cut = report->cut;
    bool low = report->unparsed_too_many || report->evicted || report->input_errors ||
               report->strange_times;
    const bool there[] = {cut->unknown_count != 0, cut->unnamed != 0, low};
    size_t gap = 0;
    for (; gap < sizeof there / sizeof *there; gap++)
        if (there[gap] && !number--)
            break;
    if (gap == 0)
        say_days(out, cut);
    else if (gap == 1)
        buf_printf(out, "%lld attempt%s no names, for lack of room, and may belong to it",
                   (long long)cut->unnamed, cut->unnamed == 1 ? " has" : "s have");
    else if (gap == 2)
        buf_add(out, SV("the counts of these days may be too low, as the report of all mail says"));
    return gap < sizeof there / sizeof *there;
}
