/* ours_ways: the ways that mail takes, what failed on each of them, and what got through. */
#ifndef BOUNCELOG_SUPPRESS_OURS_WAYS_H
#define BOUNCELOG_SUPPRESS_OURS_WAYS_H

#include "ours.h"

enum { HOUR = 3600, HOURS_A_DAY = 24 };

/* One message that failed on the way. */
struct trouble {
    int64_t first, last; /* hours since 1970 */
    uint64_t domain;     /* fingerprint */
    uint64_t provider;   /* fingerprint of its name; 0: none */
};

struct way {
    struct trouble *troubles; /* by their last hour */
    size_t count;
    uint64_t provider; /* of a hop: whose name most of the mail has; 0: nobody's */
    uint32_t *mails;   /* that a hop took, by the hour; NULL: it serves too few domains to matter */
    int64_t first, last; /* hours of the trouble that somebody is held for */
    int64_t held;        /* so many addresses */
};

/* Domains that took mail in an hour; of many of them some are kept. */
struct taken_hour {
    uint32_t count, kept;
    uint64_t *domains;
};

static inline const struct ours_guard *ours_guard_of(const struct ours *ours)
{
    return &ours->options->policy->ours;
}

/* Is it said of the way to a mailbox, not of the mailbox? */
bool ours_on_the_way(const struct ours *ours, const struct failure *failure);
/* When it was tried; an expiry ends days in a queue. */
struct trouble ours_trouble_of(const struct ours *ours, const struct failure *failure,
                               const struct failed_message *message);
/* Who runs the hop of this address or domain's mail, unless it is its domain's own; a view of
 * `lower`, OPERATOR_MAX bytes. */
sv ours_hop_of(sv key, const struct failure *failure, char *lower);

#endif
