/* Who is suppressed, as one JSON object: the keys of docs/schemas/summary.schema.json in their
 * order.
 *
 * Written key by key (json_line.h), since a list may have a million rows. */
#include "bouncelog/base/date.h"
#include "json.h"
#include "json_line.h"

static void moment(struct buf *row, const char *name, int64_t seconds)
{
    char text[DATE_TEXT];
    date_format(seconds, text);
    line_text(row, name, sv_from(text));
}

static void evidence(struct buf *row, const struct suppression *entry, bool whole)
{
    line_open(row, "evidence");
    line_known(row, "host", entry->host);
    line_known(row, "queue_id", entry->queue_id);
    line_text(row, "file", entry->file);
    line_number(row, "line", entry->line);
    if (whole) {
        line_known(row, "rule", entry->rule);
        if (entry->final.len)
            line_text(row, "final_recipient", entry->final);
        if (entry->original.len)
            line_text(row, "original_recipient", entry->original);
    }
    line_close(row);
}

void json_suppression(struct buf *row, const struct suppression *entry, const char *name,
                      bool whole)
{
    buf_add_byte(row, '{');
    line_text(row, name, entry->address);
    line_text(row, "category", entry->category);
    line_text(row, "tier", tier_name(entry->tier));
    line_text(row, "reason", entry->reason);
    if (entry->code)
        line_number(row, "code", entry->code);
    else
        line_known(row, "code", SV_EMPTY);
    line_known(row, "enhanced", entry->enhanced);
    line_number(row, "count", entry->count);
    line_number(row, "days", entry->days);
    moment(row, "first_seen", entry->first_seen);
    moment(row, "last_seen", entry->last_seen);
    line_text(row, "reply", entry->reply);
    if (entry->probed && whole) {
        line_key(row, "probed");
        buf_add(row, SV("true"));
    }
    evidence(row, entry, whole);
    if (entry->skipped.len && whole)
        line_text(row, "skipped", entry->skipped);
    buf_add_byte(row, '}');
}
