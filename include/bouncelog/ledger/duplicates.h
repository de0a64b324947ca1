/* duplicates: events that stand in another log of the same host, too.
 *
 * rsyslog writes every line of mail into syslog and into mail.log. Logs of one set (mail.log,
 * mail.log.1) never hold the same line twice, those of different sets of one host may: there an
 * event is known by host, queue id, recipient, second, outcome and words.
 * Memory: 8 to 16 bytes for each event of sets that share a host; nothing otherwise.
 * Thread: one. */
#ifndef BOUNCELOG_LEDGER_DUPLICATES_H
#define BOUNCELOG_LEDGER_DUPLICATES_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/err.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/model/event.h"

enum { DUPLICATE_SETS_MAX = 64 };

struct duplicate_set {
    uint64_t name; /* fingerprint of the set's name */
    int64_t day;   /* since 1970, of its latest event */
    struct fpset events;
    struct fpset late[2]; /* those of this day and the one before: another set may have them in the
                           * next run */
};

/* Zero-initialise. */
struct duplicates {
    struct duplicate_set sets[DUPLICATE_SETS_MAX];
    size_t count;
};

void duplicates_release(struct duplicates *duplicates);
/* This set shares a host with another one. More than DUPLICATE_SETS_MAX are not looked at. */
void duplicates_add_set(struct duplicates *duplicates, uint64_t name);
/* Has another set the event? Else it is this set's from now on. */
bool duplicates_has(struct duplicates *duplicates, uint64_t set, const struct event *event);

/* The latest events, for the next run. */
void duplicates_pack(struct buf *out, const struct duplicates *duplicates);
int duplicates_unpack(struct duplicates *duplicates, sv bytes) MUST_CHECK;

#endif
