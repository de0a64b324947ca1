/* twins: events that a log of another name has told already.
 *
 * rsyslog writes every line of mail into syslog and into mail.log. Logs of one set (mail.log,
 * mail.log.1) never hold the same line twice, those of different sets of one host may: there an
 * event is known by host, queue id, recipient, second, outcome and words.
 * Memory: 8 to 16 bytes for each event of sets that share a host; nothing otherwise.
 * Thread: one. */
#ifndef BOUNCELOG_LEDGER_TWINS_H
#define BOUNCELOG_LEDGER_TWINS_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/err.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/model/event.h"

enum { TWIN_SETS_MAX = 64 };

struct twin_set {
    uint64_t name; /* fingerprint of the set's name */
    int64_t day;   /* since 1970, of its latest event */
    struct fpset told;
    struct fpset late[2]; /* those of this day and the one before: another set may tell them in the
                           * next run */
};

/* Zero-initialise. */
struct twins {
    struct twin_set sets[TWIN_SETS_MAX];
    size_t count;
};

void twins_release(struct twins *twins);
/* This set shares a host with another one. More than TWIN_SETS_MAX are not looked at. */
void twins_add_set(struct twins *twins, uint64_t name);
/* Was the event told by another set? Else it is told now. */
bool twins_told(struct twins *twins, uint64_t set, const struct event *event);

/* The latest events, for the next run. */
void twins_pack(struct buf *out, const struct twins *twins);
int twins_unpack(struct twins *twins, sv bytes) MUST_CHECK;

#endif
