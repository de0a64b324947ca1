/* activity: when mail to a domain or provider was taken, and when addresses there were called dead:
 * what tells an outage from dead addresses.
 *
 * A UTC day has INTERVALS_A_DAY intervals. Immutable once counted; thread: any. */
#ifndef BOUNCELOG_MODEL_ACTIVITY_H
#define BOUNCELOG_MODEL_ACTIVITY_H

#include "bouncelog/base/sv.h"

enum { INTERVAL_SECONDS = 14400, INTERVALS_A_DAY = 86400 / INTERVAL_SECONDS };

struct activity {
    uint32_t delivered[INTERVALS_A_DAY]; /* mails taken */
    uint32_t dead[INTERVALS_A_DAY];      /* failures that would each list an address */
};

/* Called for each domain or provider of a day; views live until it returns. */
typedef void activity_visitor(void *context, sv name, bool is_domain,
                              const struct activity *activity);

#endif
