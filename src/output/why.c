/* One address for a support desk: a screen of text, or one JSON object. Log text is written by
 * strangers: control characters are made visible.
 */
#include "bouncelog/base/date.h"
#include "bouncelog/output/output.h"
#include "json_line.h"

void output_why_json(struct buf *out, const struct why *why)
{
    char since[DATE_TEXT] = "";
    if (why->listed)
        date_format(why->since, since);
    buf_add_byte(out, '{');
    line_text(out, "address", why->address);
    line_key(out, "listed");
    buf_add(out, why->listed ? SV("true") : SV("false"));
    line_known(out, "since", sv_from(since));
    line_known(out, "held_by", why->held_by);
    line_known(out, "missing", why->missing_count ? why->missing[0] : SV_EMPTY);
    line_known(out, "never", why->never);
    line_key(out, "attempts");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < why->attempt_count; i++) {
        if (i)
            buf_add_byte(out, ',');
        buf_add(out, sv_cut(why->attempts[i].json, '\n', &(sv){0}));
    }
    buf_add(out, SV("]}\n"));
}

static void row(struct buf *out, const char *name, sv text)
{
    if (!text.len)
        return;
    buf_printf(out, "  %-9s  ", name);
    text_add_visible(out, text);
    buf_add_byte(out, '\n');
}

static void add_head(struct buf *out, const struct why *why)
{
    char since[DATE_TEXT];
    text_add_visible(out, why->address.len ? why->address : SV("<>"));
    buf_add_byte(out, '\n');
    if (!why->listed) {
        row(out, "listed", SV("no"));
    } else {
        date_format(why->since, since);
        buf_printf(out, "  %-9s  %s%s\n", "listed",
                   why->coming ? "with the next run, for what failed at " : "yes, since ", since);
    }
    row(out, "why", why->state);
    row(out, "held", why->held);
    for (size_t i = 0; i < why->missing_count; i++)
        row(out, i ? "" : "missing", why->missing[i]);
    row(out, "never", why->never);
}

void output_why_text(struct buf *out, const struct why *why, sv note)
{
    add_head(out, why);
    buf_printf(out, "  %-9s  %zu\n", "attempts", why->attempt_count);
    for (size_t i = 0; i < why->attempt_count; i++)
        buf_add(out, why->attempts[i].text);
    row(out, "note", note);
    for (size_t i = 0; i < 2 && why->commands[i].len; i++) {
        row(out, i ? "" : "to change", why->commands[i]);
        buf_printf(out, "               %.*s\n", SV_FMT(why->effects[i]));
    }
}

void output_attempt(struct buf *out, const struct event *event, const struct taxonomy *taxonomy)
{
    const struct record *a = &event->attempt;
    char at[DATE_TEXT];
    date_format(a->time, at);
    sv outcome = a->outcome == OUTCOME_COUNT ? SV("failed") : outcome_name(a->outcome);
    sv category = taxonomy_category_name(taxonomy, a->verdict.category);
    buf_printf(out, "    %s  %.*s", at, SV_FMT(outcome));
    if (a->severity != SEVERITY_NONE && category.len)
        buf_printf(out, "  %.*s (%.*s)", SV_FMT(category), SV_FMT(action_name(event->action)));
    buf_add_byte(out, '\n');
    if (a->reply.code || a->reply.text.len) {
        buf_add(out, SV("      "));
        if (a->reply.code)
            buf_printf(out, "%d ", a->reply.code);
        if (a->reply.enhanced.len)
            buf_printf(out, "%.*s ", SV_FMT(a->reply.enhanced));
        text_add_visible(out, a->reply.text);
        buf_add_byte(out, '\n');
    }
    if (!a->line)
        return;
    buf_add(out, SV("      "));
    text_add_visible(out, a->host);
    buf_add_byte(out, ' ');
    text_add_visible(out, a->queue_id);
    buf_add(out, SV(", "));
    text_add_visible(out, event->file);
    buf_printf(out, " line %lld\n", (long long)a->line);
}
