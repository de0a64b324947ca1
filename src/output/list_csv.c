/* Lists as CSV (RFC 4180). Ours is for people and their spreadsheets: CRLF, every text quoted.
 * The others are for importers, some of which know no quotes: LF, and quotes where a cell may
 * need them. The columns are those that the importers ask for: docs/LISTS.md has the documents
 * of each. */
#include "bouncelog/base/date.h"
#include "bouncelog/base/text.h"
#include "json.h"
#include "lists.h"

static void add_cell(struct buf *out, sv cell)
{
    buf_add_byte(out, '"');
    text_add_csv_first(out, cell);
    buf_add_byte(out, '"');
}

void list_csv(struct buf *out, const struct suppression *entry)
{
    char date[DATE_TEXT];
    add_cell(out, entry->address);
    buf_add_byte(out, ',');
    add_cell(out, entry->category);
    buf_add_byte(out, ',');
    add_cell(out, entry->reason);
    buf_printf(out, ",%d,", entry->code);
    add_cell(out, entry->enhanced);
    buf_printf(out, ",%lld,%lld,", (long long)entry->count, (long long)entry->days);
    date_format(entry->first_seen, date);
    add_cell(out, sv_from(date));
    buf_add_byte(out, ',');
    date_format(entry->last_seen, date);
    add_cell(out, sv_from(date));
    buf_add_byte(out, ',');
    add_cell(out, entry->reply);
    buf_add(out, SV("\r\n"));
}

/* Attributes stay with the subscriber and may be shown to him: no words of a stranger. */
void list_listmonk(struct buf *out, const struct suppression *entry)
{
    struct buf attributes = {0};
    cJSON *root = cJSON_CreateObject();
    cJSON *ours = cJSON_AddObjectToObject(root, "bouncelog");
    json_text(ours, "category", entry->category);
    json_known_number(ours, "code", entry->code);
    json_known(ours, "enhanced", entry->enhanced);
    json_time(ours, "last_seen", entry->last_seen);
    json_add(&attributes, root);
    buf_add(out, entry->address);
    buf_add(out, SV(",,"));
    add_cell(out, buf_sv(&attributes));
    buf_add_byte(out, '\n');
    buf_release(&attributes);
}

void list_ses_csv(struct buf *out, const struct suppression *entry)
{
    buf_add(out, entry->address);
    buf_add(out, entry->complaint ? SV(",COMPLAINT\n") : SV(",BOUNCE\n"));
}

void list_mailgun_csv(struct buf *out, const struct suppression *entry)
{
    struct buf error = {0};
    char date[DATE_TEXT];
    list_add_error(&error, entry);
    date_format_mail(entry->last_seen, date);
    buf_add(out, entry->address);
    buf_printf(out, ",%d,", list_code(entry));
    add_cell(out, buf_sv(&error));
    buf_printf(out, ",\"%s\"\n", date);
    buf_release(&error);
}

/* One row stops one kind of mail only. */
void list_sparkpost(struct buf *out, const struct suppression *entry)
{
    static const char *const types[] = {"transactional", "non_transactional"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        buf_add(out, entry->address);
        buf_printf(out, ",%s,", types[i]);
        list_add_words(out, entry);
        buf_add_byte(out, '\n');
    }
}

/* For importers that find the address by the name of its column. */
void list_email_csv(struct buf *out, const struct suppression *entry)
{
    buf_add(out, entry->address);
    buf_add_byte(out, ',');
    list_add_words(out, entry);
    buf_add_byte(out, '\n');
}

/* Never a 0, which would lift a block that somebody else has set. */
void list_mautic(struct buf *out, const struct suppression *entry)
{
    buf_add(out, entry->address);
    buf_add(out, SV(",1\n"));
}
