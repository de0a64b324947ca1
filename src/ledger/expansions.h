/* expansions: original recipients of open messages, and the first final one of each, as
 * fingerprints: to see whether an alias expanded to more than one.
 *
 * A message can have as many as it has recipients, so they are found by a hash table over all
 * messages (`expansions`, which chains_release frees); those of one message form a list. */
#ifndef BOUNCELOG_LEDGER_EXPANSIONS_H
#define BOUNCELOG_LEDGER_EXPANSIONS_H

#include <stdbool.h>

#include "bouncelog/base/chains.h"

struct expansion {
    struct chain chain;     /* by hash_mix of the message and the original */
    struct expansion *next; /* of the same message */
    uint64_t final;
    uint32_t slot; /* of its message */
    bool several;
};

/* `list` is where those of its message begin. NULL: not known. */
struct expansion *expansions_find(const struct chains *expansions, const struct expansion *list,
                                  uint64_t pair);
struct expansion *expansions_add(struct chains *expansions, struct expansion **list, uint64_t pair,
                                 uint64_t final, uint32_t slot);
void expansions_drop(struct chains *expansions, struct expansion **list);

#endif
