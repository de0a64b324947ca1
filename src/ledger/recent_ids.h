/* recent_ids: which queue ids of ours were seen lately, whatever host gave them.
 *
 * A fixed table of fingerprints: an acceptance that names one of these ids is no delivery but a
 * way into another queue. Re-injection is logged within seconds, so forgetting the oldest of
 * RECENT_WAYS ids that share a place does no harm. */
#ifndef BOUNCELOG_LEDGER_RECENT_IDS_H
#define BOUNCELOG_LEDGER_RECENT_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECENT_WAYS = 4 };

struct recent_ids {
    struct recent_id {
        uint64_t id;       /* fingerprint; 0: free */
        uint32_t sequence; /* of the message's first sight */
    } * ids;
    size_t sets;
};

/* sets: of RECENT_WAYS ids each; a power of two. */
void recent_ids_init(struct recent_ids *recent, size_t sets);
void recent_ids_release(struct recent_ids *recent);
void recent_ids_add(struct recent_ids *recent, uint64_t id, uint32_t sequence);
bool recent_ids_find(const struct recent_ids *recent, uint64_t id, uint32_t *sequence);
/* Fetches the place of an id that will be added soon. */
void recent_ids_prefetch(const struct recent_ids *recent, uint64_t id);

#endif
