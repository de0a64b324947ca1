/* A backtest for a person at a terminal: 80 columns of plain ASCII. Policies side by side, what the
 * first of them rests on, whom it would have suppressed wrongly, and who enters and leaves with
 * each of the others. What strangers wrote is made visible, and cut. */
#include <stdio.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/text.h"
#include "bouncelog/output/output.h"
#include "text_parts.h"

enum { ROWS_MAX = 10, DIFF_ROWS = 5, WIDTH = 80, NAME_WIDTH = 27, DATE_LENGTH = 10 };

static void add_head(struct buf *out, const char *name)
{
    buf_printf(out, "\n%-*s%8s%9s%10s%11s%8s%7s\n", NAME_WIDTH, name, "listed", "mailed",
               "accepted", "at most", "mails", "mails");
    buf_printf(out, "%*s%8s%9s%10s%11s%8s%7s\n", NAME_WIDTH, "", "", "again", "again", "wrong",
               "saved", "lost");
}

static void add_row(struct buf *out, const struct tried_group *group)
{
    struct buf percent = {0};
    if (group->mailed_again)
        report_add_percent(&percent, group->upper);
    else
        buf_add(&percent, SV("not tested"));
    size_t columns = text_add_clipped(out, group->name, NAME_WIDTH - 1);
    buf_printf(out, "%*s%8lld%9lld%10lld%11s%8lld%7lld\n", (int)(NAME_WIDTH - columns), "",
               (long long)group->listed, (long long)group->mailed_again,
               (long long)group->accepted_again, buf_cstr(&percent), (long long)group->mails_saved,
               (long long)group->mails_lost);
    buf_release(&percent);
}

static void add_groups(struct buf *out, const char *name, const struct tried_groups *groups)
{
    if (!groups->count)
        return;
    add_head(out, name);
    for (size_t i = 0; i < groups->count && i < ROWS_MAX; i++)
        add_row(out, &groups->list[i]);
    if (groups->count > ROWS_MAX)
        buf_printf(out, "and %zu more (--json)\n", groups->count - ROWS_MAX);
}

static void add_entry(struct buf *out, const struct tried_row *entry, const char *sign)
{
    char listed[DATE_TEXT], accepted[DATE_TEXT];
    struct buf line = {0};
    buf_printf(out, "%s ", sign);
    (void)text_add_clipped(out, entry->address, WIDTH - 2);
    date_format(entry->listed_at - 1, listed);
    buf_printf(&line, "%.*s: ", DATE_LENGTH, listed);
    if (entry->code)
        buf_printf(&line, "%d ", entry->code);
    buf_add(&line, entry->reply.len ? entry->reply : entry->category);
    buf_add(out, SV("\n    "));
    (void)text_add_clipped(out, buf_sv(&line), WIDTH - 4);
    buf_clear(&line);
    buf_printf(&line, "%.*s", SV_FMT(entry->category));
    if (entry->rule.len && !sv_eq(entry->rule, entry->category))
        buf_printf(&line, " (%.*s)", SV_FMT(entry->rule));
    date_format(entry->accepted_at, accepted);
    if (entry->accepted_at)
        buf_printf(&line, "; took mail on %.*s", DATE_LENGTH, accepted);
    else
        buf_add(&line, entry->tested ? SV("; refused again") : SV("; not tested"));
    buf_add(out, SV("\n    "));
    (void)text_add_clipped(out, buf_sv(&line), WIDTH - 4);
    buf_add_byte(out, '\n');
    buf_release(&line);
}

static void add_entries(struct buf *out, const struct tried *tried,
                        const struct tried_entries *entries, const char *sign, size_t most)
{
    struct arena arena = {0};
    for (size_t i = 0; i < entries->count && i < most; i++) {
        struct tried_row row = tried_tell(tried, &entries->list[i], &arena);
        add_entry(out, &row, sign);
    }
    arena_release(&arena);
    if (entries->count > most)
        buf_printf(out, "%s and %zu more (--json)\n", sign, entries->count - most);
}

static void add_window(struct buf *out, const struct tried *tried)
{
    char first[DATE_TEXT], last[DATE_TEXT];
    if (tried->first > tried->last) {
        buf_add(out, SV("Nothing failed on any day: there is nothing to test.\n"));
        return;
    }
    date_format(tried->first * DATE_DAY, first);
    date_format(tried->last * DATE_DAY, last);
    buf_printf(out, "%.*s to %.*s: whom each policy would have suppressed, by what was\n",
               DATE_LENGTH, first, DATE_LENGTH, last);
    buf_add(out, SV("known each night, and what became of their mail on later days.\n"));
}

static void add_policies(struct buf *out, const struct tried *tried)
{
    add_head(out, "Policy");
    for (size_t i = 0; i < tried->policy_count; i++)
        add_row(out, &tried->policies[i].all);
    buf_add(out, SV("\n  current: the policy in use\n"));
    for (size_t i = 1; i < tried->policy_count; i++)
        if (tried->policies[i].meaning.len)
            buf_printf(out, "  %.*s: %.*s\n", SV_FMT(tried->policies[i].name),
                       SV_FMT(tried->policies[i].meaning));
}

static void add_diff(struct buf *out, const struct tried *tried, const struct tried_diff *diff)
{
    buf_printf(out, "\nFrom %.*s to %.*s: %zu %s, %zu %s\n", SV_FMT(diff->from), SV_FMT(diff->to),
               diff->enter.count, diff->enter.count == 1 ? "enters" : "enter", diff->leave.count,
               diff->leave.count == 1 ? "leaves" : "leave");
    add_entries(out, tried, &diff->enter, "+", DIFF_ROWS);
    add_entries(out, tried, &diff->leave, "-", DIFF_ROWS);
}

static void add_all(struct buf *out, const struct tried *tried)
{
    const struct tried_policy *own = &tried->policies[0];
    struct buf words = {0};
    add_window(out, tried);
    if (tried->first > tried->last)
        return;
    add_policies(out, tried);
    buf_add_byte(out, '\n');
    tried_say(&words, own);
    text_add_wrapped(out, buf_sv(&words), "", "");
    buf_release(&words);
    add_groups(out, "By rule", &own->by[TRIED_BY_RULE]);
    add_groups(out, "By category", &own->by[TRIED_BY_CATEGORY]);
    add_groups(out, "By provider", &own->by[TRIED_BY_PROVIDER]);
    add_groups(out, "By operator", &own->by[TRIED_BY_OPERATOR]);
    if (own->reversals.count) {
        buf_printf(out, "\nSuppressed wrongly by %.*s\n", SV_FMT(own->name));
        add_entries(out, tried, &own->reversals, "-", ROWS_MAX);
    }
    for (size_t i = 0; i < tried->diff_count; i++)
        add_diff(out, tried, &tried->diffs[i]);
}

void output_tried_text(struct outfile *out, const struct tried *tried)
{
    struct buf text = {0};
    add_all(&text, tried);
    outfile_write(out, buf_sv(&text));
    buf_release(&text);
}
