/* Rows of lists that a template of a pattern file describes: what is known of an entry, under the
 * names that templates use. How it is escaped, and where a body begins and ends, is the template's
 * business (src/pattern/list_template.c). */
#include <stdio.h>

#include "bouncelog/base/date.h"
#include "lists.h"

enum { NUMBER_TEXT = 24 };

void list_template_row(struct list_bodies *bodies, struct buf *out, const struct suppression *entry)
{
    struct buf words = {0};
    char code[NUMBER_TEXT], count[NUMBER_TEXT], days[NUMBER_TEXT], first[DATE_TEXT],
        last[DATE_TEXT];
    (void)snprintf(code, sizeof code, "%d", list_code(entry));
    (void)snprintf(count, sizeof count, "%lld", (long long)entry->count);
    (void)snprintf(days, sizeof days, "%lld", (long long)entry->days);
    date_format(entry->first_seen, first);
    date_format(entry->last_seen, last);
    list_add_words(&words, entry);
    struct list_values values = {.fields = {[LIST_FIELD_ADDRESS] = entry->address,
                                            [LIST_FIELD_CATEGORY] = entry->category,
                                            [LIST_FIELD_WORDS] = buf_sv(&words),
                                            [LIST_FIELD_CODE] = sv_from(code),
                                            [LIST_FIELD_ENHANCED] = entry->enhanced,
                                            [LIST_FIELD_REPLY] = entry->reply,
                                            [LIST_FIELD_MESSAGES] = sv_from(count),
                                            [LIST_FIELD_DAYS] = sv_from(days),
                                            [LIST_FIELD_FIRST_SEEN] = sv_from(first),
                                            [LIST_FIELD_LAST_SEEN] = sv_from(last)}};
    list_bodies_add(bodies, out, &values, entry->complaint);
    buf_release(&words);
}
