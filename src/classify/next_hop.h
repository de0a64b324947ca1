/* next_hop: did a failure happen on the way to a hop of our own, or behind it? */
#ifndef BOUNCELOG_CLASSIFY_NEXT_HOP_H
#define BOUNCELOG_CLASSIFY_NEXT_HOP_H

#include "bouncelog/classify/classify.h"

/* As the configuration names them; owned. */
struct own_hops {
    sv *names;
    size_t count;
};

bool next_hop_is_own(const struct patterns *patterns, const struct own_hops *named,
                     const struct record *attempt);

#endif
