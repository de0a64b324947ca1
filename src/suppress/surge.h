/* surge: stretches of time in which far more is called dead than usual. Pure arithmetic. */
#ifndef BOUNCELOG_SUPPRESS_SURGE_H
#define BOUNCELOG_SUPPRESS_SURGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bouncelog/model/policy_table.h"

/* What happened from the beginning to an hour, that hour not included. */
struct surge_sums {
    int64_t taken;  /* mails */
    int64_t dead;   /* addresses that were called dead for the first time */
    int64_t living; /* ...of those that are known to have taken mail before, or since */
    int64_t again;  /* times that one of these was called dead once more */
};

/* One place: sums[i] for i in [0, hours]; `world`: those of all places at the same hours. */
struct surge_series {
    const struct surge_sums *sums, *world;
    size_t hours;
    size_t latest; /* the last hour that anything is known of, anywhere */
};

struct surge {
    size_t first, end; /* hours in [first, end) */
    double share, usual;
    int64_t dead;
};

/* A surge goes on for as long as the same addresses go on to be called dead: day by day, while the
 * share is half of what it was, or more. */
void surge_extend(const struct surge_series *series, const struct incident_guard *guard,
                  struct surge *surge);

/* The longest stretch that surge_find looks at. */
enum { SURGE_HOURS_MAX = 72 };

/* The least likely surge that lies in no hour of `taken_out`, which do not count as usual either.
 * False: there is none. */
bool surge_find(const struct surge_series *series, const struct incident_guard *guard,
                const bool *taken_out, struct surge *surge);

#endif
