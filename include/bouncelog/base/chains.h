/* chains: a hash table of things that somebody else owns, by their fingerprints.
 *
 * A thing has a struct chain as its first member, and can be found and taken out in the same time
 * however many there are. Of equal fingerprints the last one that was added is found.
 * Zero-initialise; chains_release frees the table, never the things. Thread: one. */
#ifndef BOUNCELOG_BASE_CHAINS_H
#define BOUNCELOG_BASE_CHAINS_H

#include <stddef.h>
#include <stdint.h>

struct chain {
    struct chain *next; /* in its bucket */
    uint64_t key;       /* set before it is added */
};

struct chains {
    struct chain **buckets;
    size_t count, cap;
};

void chains_release(struct chains *chains);

/* NULL: none. */
struct chain *chains_find(const struct chains *chains, uint64_t key);
void chains_add(struct chains *chains, struct chain *thing);
/* It must be in the table. */
void chains_remove(struct chains *chains, struct chain *thing);

#endif
