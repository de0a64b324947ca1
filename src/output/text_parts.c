/* Parts of the table for a terminal that need no colour: remarks on the lines that were read, who
 * refuses or slows which host from when to when, and how long mail waited. What strangers wrote is
 * made visible, and cut so that a line stays within 80 columns. */
#include "text_parts.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/text.h"

enum { NAME_COLUMNS = 16 };

void text_add_count(struct buf *out, int64_t count, const char *one, const char *many)
{
    buf_printf(out, "%lld %s", (long long)count, count == 1 ? one : many);
}

static void add_mail(struct buf *out, const struct report *report)
{
    const struct mail_counts *mail = &report->mail;
    if (!report->has_mail)
        return;
    buf_add(out, SV("  "));
    text_add_count(out, (int64_t)mail->mails, "mail", "mails");
    buf_add(out, SV(" read: "));
    text_add_count(out, (int64_t)mail->bounces, "bounce, ", "bounces, ");
    text_add_count(out, (int64_t)mail->complaints, "complaint\n", "complaints\n");
    if (!mail->notices)
        return;
    buf_add(out, SV("    "));
    text_add_count(out, report->attempts[OUTCOME_BOUNCED_LATER], "delivery", "deliveries");
    buf_printf(out, " taken back, %lld complained of; %zu unproven: they count against nobody\n",
               (long long)report->attempts[OUTCOME_COMPLAINED], mail->unproven);
}

static void add_remarks(struct buf *out, const struct report *report)
{
    const struct line_tally *lines = &report->lines;
    if (!report->has_window && lines->delivery)
        buf_add(out, SV("  none of the deliveries is of the time or the sender asked for\n"));
    else if (lines->total && lines->other == lines->total)
        buf_add(out, SV("  no line is a mail server's: is this the right log? (bouncelog doctor "
                        "FILE)\n"));
    if (lines->skipped) {
        buf_add(out, SV("  "));
        text_add_count(out, lines->skipped, "line is", "lines are");
        buf_add(out, SV(" about mail that was not tried (skipped), so no attempt\n"));
    }
    add_mail(out, report);
}

void text_add_lines(struct buf *out, const struct report *report)
{
    const struct line_tally *lines = &report->lines;
    text_add_count(out, lines->total, "line", "lines");
    buf_add(out, SV(": "));
    text_add_count(out, lines->delivery, "delivery", "deliveries");
    buf_printf(out, ", %lld context, ", (long long)lines->context);
    text_add_count(out, lines->other, "other", "others");
    buf_printf(out, ", %lld not understood\n", (long long)lines->unparsed);
    add_remarks(out, report);
}

void text_add_cut(struct buf *out, const struct report *report)
{
    struct buf words = {0};
    report_cut_say(report->cut, &words);
    buf_add(out, SV("Only mail "));
    text_add_visible(out, buf_sv(&words));
    buf_add_byte(out, '\n');
    buf_clear(&words);
    for (size_t i = 0; report_cut_gap(report, i, &words); i++) {
        buf_add(out, SV("  "));
        text_add_visible(out, buf_sv(&words));
        buf_add_byte(out, '\n');
        buf_clear(&words);
    }
    buf_release(&words);
}

size_t text_add_clipped(struct buf *out, sv text, size_t width)
{
    struct buf visible = {0};
    text_add_visible(&visible, text);
    sv all = buf_sv(&visible), dots = SV("...");
    size_t columns = text_columns(all);
    if (columns > width) {
        all = text_cut(all, width - dots.len);
        columns = text_columns(all) + dots.len;
    } else {
        dots = SV_EMPTY;
    }
    buf_add(out, all);
    buf_add(out, dots);
    buf_release(&visible);
    return columns;
}

static void add_name(struct buf *out, sv name)
{
    (void)text_add_clipped(out, name, NAME_COLUMNS);
}

/* A block that has ended needs no work any more. */
static void add_episode(struct buf *out, const struct report *report, const struct episode_row *row)
{
    char time[DATE_TEXT];
    buf_printf(out, "%10lld  %.*s at ", (long long)row->count, SV_FMT(row->kind));
    add_name(out, row->provider.len ? row->provider : SV("others"));
    if (row->list.len) {
        buf_add(out, SV(" ("));
        add_name(out, row->list);
        buf_add(out, SV(")"));
    }
    if (row->host.len) {
        buf_add(out, SV(" from "));
        add_name(out, row->host);
    }
    buf_printf(out, "\n%12s", "");
    if (row->first_seen) {
        text_format_time(report, row->first_seen, time);
        buf_printf(out, "since %s, ", time);
    }
    text_format_time(report, row->last_seen, time);
    buf_printf(out, "last %s; %s\n", time, row->ended ? "ended" : "goes on");
    if (row->retry_after_s % 60)
        buf_printf(out, "%12sasks to wait %lld s\n", "", (long long)row->retry_after_s);
    else if (row->retry_after_s)
        buf_printf(out, "%12sasks to wait %lld min\n", "", (long long)row->retry_after_s / 60);
}

/* Greylisting passes by itself. */
size_t text_add_episodes(struct buf *out, const struct report *report, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < report->episode_count; i++) {
        const struct episode_row *row = &report->episodes[i];
        if (!row->first_contact && count++ < most)
            add_episode(out, report, row);
    }
    if (count > most)
        buf_printf(out, "%12sand %zu more\n", "", count - most);
    return count;
}

static void add_wait(struct buf *out, int64_t seconds)
{
    if (seconds)
        buf_printf(out, "%lld min", (long long)seconds / 60);
    else
        buf_add(out, SV("more than a day"));
}

void text_add_retries(struct buf *out, const struct report *report)
{
    const struct retry_row *all = &report->retries;
    buf_printf(out, "%10lld  taken at the first try\n%10lld  taken later, half within ",
               (long long)report->taken_at_once, (long long)all->retries.count);
    add_wait(out, all->half_s);
    buf_add(out, SV(", nine tenths within "));
    add_wait(out, all->most_s);
    buf_add_byte(out, '\n');
}

void text_add_wrapped(struct buf *out, sv text, const char *first, const char *next)
{
    enum { COLUMNS = 78 };
    size_t at = strlen(first);
    buf_add(out, sv_from(first));
    for (sv rest = text; rest.len;) {
        sv word = sv_cut(rest, ' ', &rest);
        bool fits = at + word.len < COLUMNS;
        if (!fits)
            buf_printf(out, "\n%s", next);
        else if (word.ptr != text.ptr)
            buf_add_byte(out, ' ');
        buf_add(out, word);
        at = (fits ? at + 1 : strlen(next)) + word.len;
    }
    buf_add_byte(out, '\n');
}

void text_add_regrets(struct buf *out, const struct report *report)
{
    struct buf words = {0};
    if (!report->has_regrets || (!report->regret.listed && !report->regret.tested))
        return;
    regrets_say(&words, &report->regret, report->regret_days);
    text_add_wrapped(out, buf_sv(&words), "  How sure? ", "    ");
    for (size_t i = 0; i < report->regret_count; i++) {
        const struct regret_row *row = &report->regrets[i];
        if (!row->held)
            continue;
        buf_clear(&words);
        buf_printf(
            &words,
            "the rule %.*s is held and lists nobody new: %lld of %lld that it listed and that "
            "were mailed again took mail",
            SV_FMT(row->rule), (long long)row->accepted, (long long)row->tested);
        text_add_wrapped(out, buf_sv(&words), "  ", "    ");
    }
    buf_release(&words);
}

void text_format_time(const struct report *report, int64_t time, char *text)
{
    date_format(wall_time(report->wall, time), text);
    if (report->wall)
        text[strlen(text) - 1] = 0;
}

void text_add_since(struct buf *out, const struct report *report, const struct category_row *row)
{
    enum { DATE_LENGTH = 10, INDENT = 12 };
    char first[DATE_TEXT], last[DATE_TEXT];
    date_format(wall_time(report->wall, row->first_seen), first);
    date_format(wall_time(report->wall, row->last_seen), last);
    if (!row->first_seen || memcmp(first, last, DATE_LENGTH) == 0)
        return;
    buf_printf(out, "%*ssince %.*s, last seen %.*s", INDENT, "", DATE_LENGTH, first, DATE_LENGTH,
               last);
    if (!report->cut)
        buf_printf(out, ", %lld in the last 24 hours", (long long)row->last_24h);
}
