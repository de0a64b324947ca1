/* expansions: original recipients of open messages, and the first final one of each, as
 * fingerprints: to see whether an alias expanded to more than one.
 *
 * A message can have as many as it has recipients, so they are found by a hash table over all
 * messages; those of one message form a list. */
#ifndef BOUNCELOG_LEDGER_EXPANSIONS_H
#define BOUNCELOG_LEDGER_EXPANSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct expansion {
    struct expansion *next;  /* of the same message */
    struct expansion *chain; /* in its bucket */
    uint64_t pair;           /* hash_mix of the message and the original */
    uint64_t final;
    bool several;
};

struct expansions {
    struct expansion **buckets;
    size_t count, cap;
};

void expansions_release(struct expansions *expansions);

/* NULL: not known. */
struct expansion *expansions_find(const struct expansions *expansions, uint64_t pair);
/* `list` is where those of its message begin. */
struct expansion *expansions_add(struct expansions *expansions, struct expansion **list,
                                 uint64_t pair, uint64_t final);
void expansions_drop(struct expansions *expansions, struct expansion **list);

#endif
