/* ledger: joins the lines of one message.
 *
 * Records come in the order of the input. Out of them come delivery events that know their sender,
 * whether an acceptance was a real one or only a way into another queue of ours, and, for a
 * message that gave up, who its recipients were: those last deferred (Postfix, sendmail and Exim
 * log an expiry without them).
 *
 * Memory is bounded: messages_max messages are remembered; free ones go first, then the one that
 * was touched least recently. An open one that still had deferred recipients is counted as
 * evicted, because an expiry of it could no longer be told.
 * Thread: one (the ordered stage). Views in an event live until the handler returns. */
#ifndef BOUNCELOG_LEDGER_LEDGER_H
#define BOUNCELOG_LEDGER_LEDGER_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/err.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/model/event.h"

typedef void ledger_handler(void *context, struct event *event);

struct ledger_options {
    size_t messages_max; /* 0: 262 144 */
    const sv *filters;   /* transports and relay hosts that hand over, not deliver */
    size_t filter_count;
    ledger_handler *handler;
    void *context;
};

struct ledger;

struct ledger *ledger_new(const struct ledger_options *options);
void ledger_free(struct ledger *ledger);

/* Makes the record's fingerprints; ledger_apply does it for records that have none. Thread: any. */
void ledger_fingerprint(struct record *record);
/* Hints that the fingerprinted record will be applied soon, and very soon: its places in memory are
 * fetched. */
void ledger_prefetch(const struct ledger *ledger, const struct record *record);
void ledger_prefetch_more(const struct ledger *ledger, const struct record *record);
void ledger_apply(struct ledger *ledger, sv file, const struct record *record);

struct ledger_counts {
    int64_t unresolved_expiries; /* gave up, and no recipient of it is in the input */
    int64_t evicted;
};
struct ledger_counts ledger_counts(const struct ledger *ledger);

/* Did this original recipient (hash_mailbox) expand to several final ones in that message, or may
 * it still? */
bool ledger_expanded(const struct ledger *ledger, uint64_t message, uint64_t original);

/* What is remembered, as bytes for the next night, and into a ledger that is new. -1: the bytes
 * are damaged. */
void ledger_pack(struct buf *out, const struct ledger *ledger, const struct taxonomy *taxonomy);
int ledger_unpack(struct ledger *ledger, sv bytes, const struct taxonomy *taxonomy) MUST_CHECK;
/* Drops deferred recipients with this address, and senders and words that mention it; false: there
 * are none. */
bool ledger_forget(struct ledger *ledger, sv address);
/* Adds the fingerprints of the messages whose fate is not known yet. */
void ledger_open_messages(const struct ledger *ledger, struct fpset *open);

#endif
