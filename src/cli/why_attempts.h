/* why_attempts: the attempts on one address, from logs and from what a history kept of it. */
#ifndef BOUNCELOG_CLI_WHY_ATTEMPTS_H
#define BOUNCELOG_CLI_WHY_ATTEMPTS_H

#include "bouncelog/archive/archive.h"
#include "bouncelog/output/output.h"
#include "bouncelog/pattern/patterns.h"

struct attempt;

struct attempts {
    sv address; /* lower-cased */
    const struct patterns *patterns;
    struct attempt *list;
    size_t count;
    size_t failed_count;
    size_t kept_count; /* of these, such as only the history has */
    struct why_uncounted uncounted[WHY_UNCOUNTED_MAX];
    size_t uncounted_count;
    sv mailed;            /* an original recipient that failures of the address may count against */
    int64_t delivered_at; /* the latest; 0: none is known */
    struct arena texts;
    struct buf line; /* the one being written */
};

/* An event_sink: takes those of the address, as recipient or original recipient. */
void attempts_take(void *attempts, const struct event *event);
/* Takes what the history kept beyond the attempts that are there. record NULL: nothing;
 * delivered_at: 0, or the step in which it took mail last. */
void attempts_take_kept(struct attempts *attempts, const struct address_record *record,
                        int64_t delivered_at);
/* Into why, oldest first; why->attempts is the caller's to free. */
void attempts_show(struct attempts *attempts, struct why *why);
void attempts_release(struct attempts *attempts);

#endif
