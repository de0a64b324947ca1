/* Lists as JSON documents or NDJSON, one row an address, in the shape that each service's
 * interface takes (docs/LISTS.md has the documents of each). cJSON quotes. Where a service asks
 * for a code and there was none, 550 stands for a mailbox that is not there. */
#include <stdio.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/text.h"
#include "json.h"
#include "lists.h"

enum { CODE_DEFAULT = 550 };

void list_add_error(struct buf *out, const struct suppression *entry)
{
    if (entry->enhanced.len) {
        buf_add(out, entry->enhanced);
        buf_add_byte(out, ' ');
    }
    if (entry->reply.len)
        buf_add(out, entry->reply);
    else
        list_add_words(out, entry);
}

int list_code(const struct suppression *entry)
{
    return entry->code ? entry->code : CODE_DEFAULT;
}

void list_json(struct buf *out, const struct suppression *entry)
{
    json_suppression(out, entry, "address", false);
}

/* Never soft: the policy has counted already, and listmonk would begin anew with soft ones. */
void list_listmonk_webhook(struct buf *out, const struct suppression *entry)
{
    cJSON *row = cJSON_CreateObject();
    json_text(row, "email", entry->address);
    json_text(row, "source", SV("bouncelog"));
    json_text(row, "type", entry->complaint ? SV("complaint") : SV("hard"));
    cJSON *meta = cJSON_AddObjectToObject(row, "meta");
    json_text(meta, "category", entry->category);
    json_known_number(meta, "code", entry->code);
    json_known(meta, "enhanced", entry->enhanced);
    json_known(meta, "reply", entry->reply);
    json_time(row, "created_at", entry->last_seen);
    json_add(out, row);
    buf_add_byte(out, '\n');
}

void list_ses_json(struct buf *out, const struct suppression *entry)
{
    cJSON *row = cJSON_CreateObject();
    json_text(row, "emailAddress", entry->address);
    json_text(row, "reason", entry->complaint ? SV("COMPLAINT") : SV("BOUNCE"));
    json_add(out, row);
    buf_add_byte(out, '\n');
}

void list_mailgun_json(struct buf *out, const struct suppression *entry)
{
    struct buf error = {0};
    char code[16], date[DATE_TEXT];
    cJSON *row = cJSON_CreateObject();
    list_add_error(&error, entry);
    date_format_mail(entry->last_seen, date);
    (void)snprintf(code, sizeof code, "%d", list_code(entry));
    json_text(row, "address", entry->address);
    json_text(row, "code", sv_from(code));
    json_text(row, "error", buf_sv(&error));
    json_text(row, "created_at", sv_from(date));
    json_add(out, row);
    buf_release(&error);
}

void list_sendgrid(struct buf *out, const struct suppression *entry)
{
    text_add_json(out, entry->address);
}
