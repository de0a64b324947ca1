/* Maps of MTAs: Postfix's access(5) and transport(5), Exim's lsearch, sendmail's access
 * database. Postfix looks for `$`, sendmail for `%` and `(`, Exim for `:` and quotes: hence the
 * quoted key of Exim, and list_add_words. No word of a stranger goes into a map. */
#include "bouncelog/base/date.h"
#include "lists.h"

void list_add_words(struct buf *out, const struct suppression *entry)
{
    char date[DATE_TEXT];
    buf_add(out, SV("Suppressed by bouncelog as "));
    for (size_t i = 0; i < entry->category.len; i++) {
        char c = entry->category.ptr[i];
        buf_add_byte(out, is_alnum(c) ? c : ' ');
    }
    date_format(entry->last_seen, date);
    buf_printf(out, " on %.10s", date);
}

void list_plain(struct buf *out, const struct suppression *entry)
{
    buf_add(out, entry->address);
    buf_add_byte(out, '\n');
}

static void add_entry(struct buf *out, sv before, sv address, sv behind,
                      const struct suppression *entry)
{
    buf_add(out, before);
    buf_add(out, address);
    buf_add(out, behind);
    list_add_words(out, entry);
    buf_add_byte(out, '\n');
}

void list_postfix(struct buf *out, const struct suppression *entry)
{
    add_entry(out, SV_EMPTY, entry->address, SV("\t550 5.1.1 "), entry);
}

void list_postfix_transport(struct buf *out, const struct suppression *entry)
{
    add_entry(out, SV_EMPTY, entry->address, SV("\terror:5.1.1 "), entry);
}

void list_exim(struct buf *out, const struct suppression *entry)
{
    add_entry(out, SV("\""), entry->address, SV("\": 550 5.1.1 "), entry);
}

void list_sendmail(struct buf *out, const struct suppression *entry)
{
    add_entry(out, SV("To:"), entry->address, SV("\tERROR:5.1.1:550 "), entry);
}
