/* activity: when mail to a domain, a provider or an operator was taken, and when addresses there
 * were called dead: what tells an incident from dead addresses.
 *
 * By the hour (UTC). Most domains have mail in few hours, so only those are kept: the one that was
 * counted last at hand, the others sorted. Thread: one while it is counted, then any. */
#ifndef BOUNCELOG_MODEL_ACTIVITY_H
#define BOUNCELOG_MODEL_ACTIVITY_H

#include <stddef.h>
#include <stdint.h>

#include "bouncelog/base/sv.h"

enum { ACTIVITY_SECONDS = 3600 };

/* Of every address that took mail it is remembered when it last did, in steps of four hours: a
 * second for each would take twice the memory. So that it is of no matter what was read first, a
 * failure in the step of a delivery, or before, never counts. */
enum { DELIVERY_STEP = 14400, DELIVERY_STEPS_A_DAY = 86400 / DELIVERY_STEP };

/* Where a server takes mail and sends it back later, a delivery is not believed before this time is
 * over: a bounce may still come. Of one in this step, as long as nothing is later than `latest`. */
enum { LATE_HOURS = 72 };
static inline bool late_may_come(int64_t step, int64_t latest)
{
    return latest != INT64_MIN && latest - step * DELIVERY_STEP < (int64_t)LATE_HOURS * 3600;
}

struct hour_activity {
    int32_t hour;             /* since 1970 */
    uint32_t delivered, dead; /* mails taken; failures that would each list an address */
};

/* Zero-initialise. */
struct activity {
    struct hour_activity last;
    struct hour_activity *others; /* by hour; owned */
    uint32_t count;               /* of the others */
};

void activity_add(struct activity *activity, const struct hour_activity *more);
void activity_merge(struct activity *into, const struct activity *from);
void activity_release(struct activity *activity);
/* All hours in order; the activity owns the list until it is added to again. */
const struct hour_activity *activity_hours(struct activity *activity, size_t *count);

/* The same into `hours`, which has room for count + 1 of them; how many there are. */
size_t activity_copy(const struct activity *activity, struct hour_activity *hours);
/* All that is dead in hours behind this one. */
int64_t activity_dead_after(const struct activity *activity, int64_t hour);

static inline void activity_count(struct activity *activity, int64_t time, bool delivered,
                                  bool dead)
{
    int32_t hour = (int32_t)(time / ACTIVITY_SECONDS);
    if (activity->last.hour != hour)
        activity_add(activity, &(struct hour_activity){.hour = hour});
    activity->last.delivered += delivered;
    activity->last.dead += dead;
}

enum activity_kind {
    ACTIVITY_PROVIDER,
    ACTIVITY_OPERATOR, /* of mail that no provider took */
    ACTIVITY_NETWORK,  /* of servers that their domains keep themselves */
    ACTIVITY_DOMAIN,
    ACTIVITY_OWN_DOMAIN, /* that keeps its server itself */
    ACTIVITY_KINDS
};

/* Called for each name; views live until it returns. */
typedef void activity_visitor(void *context, sv name, enum activity_kind kind,
                              const struct hour_activity *hours, size_t count);

#endif
