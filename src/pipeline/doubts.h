/* doubts: events whose stamps cannot be, or lie years from those beside them in their log.
 *
 * A clock that lost its battery begins in 1970, or in the year that its board was made; one that
 * runs ahead is in a year to come. What such a stamp says would speak against an address for years,
 * or clear it of all that is still to come. So events pass through here in the order of their log:
 * they go on as they came, those in doubt marked `strange`; the first ones of a log, and the first
 * behind a gap of more than a year, wait for those that follow. A year that is not logged is found
 * by its neighbours anyway (parse/header/stamp.h); an hour that comes twice is none of this.
 *
 * Memory: DOUBTS_MAX events. Thread: one (the ordered stage). */
#ifndef BOUNCELOG_PIPELINE_DOUBTS_H
#define BOUNCELOG_PIPELINE_DOUBTS_H

#include "bouncelog/base/arena.h"
#include "bouncelog/ledger/ledger.h"

enum {
    DOUBTS_NEEDED = 16, /* so many events of one time are no mistake */
    DOUBTS_MAX = 64,
};

struct doubts {
    void (*handler)(void *context, struct event *event);
    void *context;
    int64_t now;
    int64_t usual; /* time of the last event that was believed */
    bool sure;     /* there is one */
    bool goes_on;  /* an earlier run read the log up to there: now is as good a neighbour */
    size_t count;  /* of those that wait */
    struct event waiting[DOUBTS_MAX];
    struct arena texts; /* of them */
};

void doubts_release(struct doubts *doubts);
/* A log begins; `last`: time of its last event in an earlier run, INT64_MIN: there is none. */
void doubts_begin(struct doubts *doubts, int64_t last);
/* The handler gets it, or those that waited, now or later. */
void doubts_take(struct doubts *doubts, struct event *event);
/* The log ends: the handler gets all that wait. */
void doubts_end(struct doubts *doubts);

#endif
