/* deaths: the times that addresses were called dead, hour by hour, in all and at one place. */
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
    bool explained;     /* an incident that is found is reason enough */
    uint64_t domain;    /* fingerprint */
    /* Two of the places that it was noted at: those whose incidents explain it. */
    struct place *places[2];
};

struct deaths {
    struct death *list;
    size_t count;
};

/* The deaths of one place, by their numbers: each of them is one of several places. */
struct deaths_here {
    uint32_t *list;
    size_t count;
};

/* A stretch of hours: [first, first + hours). */
struct window {
    int32_t first;
    size_t hours;
};

/* All places together, summed up once for each of them to be compared with. sums[i] is what
 * happened in the window before its hour i. */
struct world {
    struct deaths deaths;
    struct window window;
    struct surge_sums *sums;
    uint32_t *hours; /* all 0: to count in */
};
void world_release(struct world *world);
void world_add(struct world *world, const struct death *death);
/* After all are added; there is one. Its window: from a month before the first to days after the
 * last. */
void world_open(struct world *world);
/* After the mail is known; before anything is explained. */
void world_sum(struct world *world, struct activity *mail);

/* Adds the death that was added last. */
void deaths_add_last(struct deaths_here *here, const struct world *world);
/* Are there so many, in a stretch that surge_find looks at, that were not called dead before? At
 * most places there are not, and nothing else has to be known of them. */
bool deaths_are_crowded(const struct world *world, const struct deaths_here *here, int least);
/* The same of these alone, as far as the world goes. */
struct window deaths_window_here(const struct world *world, const struct deaths_here *here);
/* Who calls it frees them. What is explained is no death. */
struct surge_sums *deaths_sums(const struct world *world, const struct deaths_here *here,
                               struct activity *mail, struct window window);
/* Of these hours: do they belong to so many domains, and no more than half of them to one? One
 * domain that is wrong is not a fault of all who run their own servers, nor of its neighbours in a
 * network. */
bool deaths_are_common(const struct world *world, const struct deaths_here *here, int32_t first,
                       int32_t end, int least);

#endif
