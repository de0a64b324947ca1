/* grounds: what decisions and the search for what is missing look at alike. */
#ifndef BOUNCELOG_SUPPRESS_GROUNDS_H
#define BOUNCELOG_SUPPRESS_GROUNDS_H

#include "bouncelog/suppress/suppress.h"

/* An event with an original recipient counts against the original where it expanded to this one
 * recipient in that message, else against the final one. */
static inline bool ground_counts(const struct ledger *ledger, const struct failed_message *message)
{
    if (!message->original)
        return true;
    bool expanded = ledger_expanded(ledger, message->message, message->original);
    return message->as_original ? !expanded : expanded;
}

/* What a category holds against all of a domain; NULL: nothing. */
static inline const struct failure *ground_of_domain(const struct evidence *evidence, sv domain,
                                                     uint8_t category)
{
    return address_record_failure(map_get(&evidence->domains, domain), category);
}

/* Does the map hold the address, or @ and its domain? */
static inline bool has_address(const struct map *map, sv address)
{
    size_t at = sv_rfind_byte(address, '@');
    return map_get(map, address) || (at != SV_NPOS && map_get(map, sv_skip(address, at)));
}

#endif
