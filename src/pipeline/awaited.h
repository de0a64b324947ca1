/* awaited: deliveries that may turn out to be none, when the queue id that the reply names is seen.
 *
 * A content filter on our own host says `queued as ID` and gives the message back to us. Mostly
 * that id was seen before; in what `grep status=` left of a log, or at the head of a rotated one,
 * its first line comes later. Such a delivery waits for it, and all events behind it with it, so
 * that they leave in the order in which they came: until the id is seen, AWAITED_SECONDS have
 * passed by the log's own time, AWAITED_MAX events wait, or the log ends.
 *
 * Memory: AWAITED_MAX events. Thread: one (the ordered stage). */
#ifndef BOUNCELOG_PIPELINE_AWAITED_H
#define BOUNCELOG_PIPELINE_AWAITED_H

#include "bouncelog/ledger/ledger.h"

enum { AWAITED_MAX = 1024, AWAITED_SECONDS = 600 };

struct awaited_event {
    struct event event;
    char *texts; /* of it, and of those that had its place */
    size_t texts_cap;
};

/* Zero-initialise but for the handler and its context. */
struct awaited {
    void (*handler)(void *context, struct event *event);
    void *context;
    struct awaited_event *ring; /* AWAITED_MAX; NULL: nothing ever waited */
    size_t first, count;
    struct fpset messages; /* that are waited for; some are here by now */
};

void awaited_release(struct awaited *awaited);
/* The handler gets it, now or later. */
void awaited_take(struct awaited *awaited, struct event *event);
/* The log speaks of this message. */
void awaited_seen(struct awaited *awaited, uint64_t message_key);
/* The log ends: the handler gets all that wait. */
void awaited_end(struct awaited *awaited);

#endif
