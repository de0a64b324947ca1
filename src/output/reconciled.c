/* Two lists against each other: for a person at a terminal, a few addresses of each group in 80
 * columns; as JSON all of them, docs/schemas/reconcile.schema.json, a row at a time.
 *
 * What is to be done stands beside each group, in our own words. Addresses are a stranger's as far
 * as their list is: they are made visible, and cut. */
#include "bouncelog/base/date.h"
#include "bouncelog/base/text.h"
#include "bouncelog/output/output.h"
#include "json.h"
#include "text_parts.h"

enum { ROWS_MAX = 5, WIDTH = 80, DATE_LENGTH = 10 };

static const struct group {
    const char *key, *title, *todo;
} groups[RECONCILED_GROUPS] = {
    [RECONCILED_MISSING] = {"missing_there", "missing on their list",
                            "import them: mail to them fails"},
    [RECONCILED_ALIVE] = {"alive_here", "on their list, and took mail",
                          "lift them, unless they unsubscribed"},
    [RECONCILED_HELD] = {"held_here", "on their list, held back here",
                         "something says that they may live"},
    [RECONCILED_NOT_ENOUGH] = {"not_enough_here", "on their list, too little against them here",
                               "the policy would wait"},
    [RECONCILED_UNKNOWN] = {"unknown_here", "on their list, unknown here",
                            "no delivery, nor a failure that counts"},
};

static cJSON *row_object(const struct reconciled *reconciled, const struct reconciled_row *row)
{
    cJSON *object = cJSON_CreateObject();
    json_text(object, "address", row->address);
    if (row->failure) {
        json_text(object, "category",
                  taxonomy_category_name(reconciled->taxonomy, row->failure->category));
        json_known_number(object, "code", row->failure->code);
        json_text(object, "reply", failure_text(row->failure, FAILURE_REPLY));
        json_time(object, "last_seen", row->failure->last_seen);
    }
    if (row->tier != TIER_NONE)
        json_text(object, "tier", tier_name(row->tier));
    if (row->held_by.len)
        json_text(object, "held_by", row->held_by);
    if (row->delivered_at)
        json_time(object, "delivered_at", row->delivered_at);
    return object;
}

void output_reconciled_json(struct outfile *out, const struct reconciled *reconciled)
{
    struct buf head = {0};
    buf_printf(&head,
               "{\"schema\":\"bouncelog.reconcile/1\",\n\"theirs\":%zu,\n\"ours\":%zu,\n"
               "\"both\":%zu,\n\"left_out\":%zu",
               reconciled->theirs, reconciled->ours, reconciled->both, reconciled->left_out);
    outfile_write(out, buf_sv(&head));
    for (int group = 0; group < RECONCILED_GROUPS; group++) {
        const struct reconciled_rows *rows = &reconciled->groups[group];
        buf_clear(&head);
        buf_printf(&head, ",\n\"%s\":[", groups[group].key);
        outfile_write(out, buf_sv(&head));
        for (size_t i = 0; i < rows->count; i++) {
            outfile_write(out, i ? SV(",\n ") : SV("\n "));
            json_write(out, row_object(reconciled, &rows->list[i]));
        }
        outfile_write(out, SV("]"));
    }
    outfile_write(out, SV("}\n"));
    buf_release(&head);
}

/* What speaks for or against it. */
static void add_reason(struct buf *out, const struct reconciled *reconciled, int group,
                       const struct reconciled_row *row)
{
    char date[DATE_TEXT];
    if (group == RECONCILED_ALIVE) {
        date_format(row->delivered_at, date);
        buf_printf(out, "took mail on %.*s", DATE_LENGTH, date);
    } else if (row->failure) {
        date_format(row->failure->last_seen, date);
        buf_printf(out, "%.*s on %.*s",
                   SV_FMT(taxonomy_category_name(reconciled->taxonomy, row->failure->category)),
                   DATE_LENGTH, date);
    }
    if (row->held_by.len)
        buf_printf(out, " (%.*s)", SV_FMT(row->held_by));
}

static void add_group(struct buf *out, const struct reconciled *reconciled, int group)
{
    const struct reconciled_rows *rows = &reconciled->groups[group];
    struct buf reason = {0};
    if (!rows->count)
        return;
    buf_printf(out, "\n%zu %s: %s\n", rows->count, groups[group].title, groups[group].todo);
    for (size_t i = 0; i < rows->count && i < ROWS_MAX; i++) {
        buf_clear(&reason);
        add_reason(&reason, reconciled, group, &rows->list[i]);
        buf_add(out, SV("  "));
        size_t columns = text_add_clipped(out, rows->list[i].address,
                                          reason.len ? WIDTH - 4 - reason.len : WIDTH - 2);
        if (reason.len)
            buf_printf(out, "%*s", (int)(WIDTH - 2 - columns), buf_cstr(&reason));
        buf_add_byte(out, '\n');
    }
    if (rows->count > ROWS_MAX)
        buf_printf(out, "  and %zu more (--json)\n", rows->count - ROWS_MAX);
    buf_release(&reason);
}

static void add_all(struct buf *out, const struct reconciled *reconciled)
{
    buf_printf(out, "%zu address%s on their list, %zu to be suppressed here, %zu of theirs agree\n",
               reconciled->theirs, reconciled->theirs == 1 ? "" : "es", reconciled->ours,
               reconciled->both);
    if (reconciled->left_out)
        buf_printf(out, "%zu of theirs are not among --recipients\n", reconciled->left_out);
    for (int group = 0; group < RECONCILED_GROUPS; group++)
        add_group(out, reconciled, group);
}

void output_reconciled_text(struct outfile *out, const struct reconciled *reconciled)
{
    struct buf text = {0};
    add_all(&text, reconciled);
    outfile_write(out, buf_sv(&text));
    buf_release(&text);
}
