/* Says which MTAs need hooks. All others are their pattern file: they get the hooks of mta_other,
 * which know no queue id, and find the ids of accepting servers by the words of Postfix and
 * sendmail. */
#include "mta.h"

#include "../address.h"
#include "queue_id.h"

const struct mta mta_other = {.name = "",
                              .queue_id_length = queue_id_plain_length,
                              .forwarded_id = address_queued_as,
                              .separator = REPLY_SPACED};

const struct mta *mta_find(sv name)
{
    static const struct mta *const known[] = {&mta_postfix, &mta_exim, &mta_sendmail};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (sv_eq(name, sv_from(known[i]->name)))
            return known[i];
    return &mta_other;
}
