/* deaths: the times that addresses were called dead at one place, hour by hour. */
#ifndef BOUNCELOG_SUPPRESS_DEATHS_H
#define BOUNCELOG_SUPPRESS_DEATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bouncelog/model/activity.h"
#include "surge.h"

struct place;

/* Once that an address was called dead. */
struct death {
    int32_t hour;
    bool first, living; /* struct incident_death */
    uint64_t domain;    /* fingerprint */
    /* Where else it was noted, and whether an incident that is found there is reason enough. */
    struct place *others[2];
    bool explained;
};

struct deaths {
    struct death *list;
    size_t count;
};

void deaths_add(struct deaths *deaths, const struct death *death);

/* A stretch of hours: [first, first + hours). */
struct window {
    int32_t first;
    size_t hours;
};
/* From a month before the first of them to days after the last; there is one. */
struct window window_of(const struct deaths *deaths);
/* sums[i] is what happened in the window before its hour i; who calls it frees them. What is
 * explained is no death. */
struct surge_sums *sums_of(const struct deaths *deaths, struct activity *mail,
                           struct window window);

/* All places together, summed up once for each of them to be compared with. */
struct world {
    struct window window;
    struct surge_sums *sums;
    uint32_t *hours; /* all 0: to count in */
};
void world_init(struct world *world, const struct deaths *all, struct activity *mail);
void world_release(struct world *world);
/* window_of, no further than the world goes. */
struct window window_in(const struct world *world, const struct deaths *deaths);

/* Are there so many, in a stretch that surge_find looks at, that were not called dead before? At
 * most places there are not, and nothing else has to be known of them. */
bool deaths_are_crowded(const struct world *world, const struct deaths *deaths, int least);
/* Of these hours: do they belong to so many domains, and no more than half of them to one? One
 * domain that is wrong is not a fault of all who run their own servers, nor of its neighbours in a
 * network. */
bool deaths_are_common(const struct deaths *deaths, int32_t first, int32_t end, int least);

#endif
