/* events: what is told of a notice. */
#ifndef BOUNCELOG_LATE_EVENTS_H
#define BOUNCELOG_LATE_EVENTS_H

#include "bouncelog/late/late.h"

/* Of a delivery that these logs have. */
struct event event_proven(const struct event *delivery, const struct late_notice *notice);
/* Of one that an earlier run had. */
struct event event_earlier(const struct late_question *question);
/* Only the tag proves it: no log, and no earlier run, has the delivery. It is of the time when it
 * came back, as that mail says, but not later than now. */
struct event event_unseen(const struct late_notice *notice, int64_t now);
/* latest: when, if the mail does not say it. */
struct event event_unproven(const struct late_notice *notice, int64_t latest);

#endif
