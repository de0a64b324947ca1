/* state: all that a ledger remembers; for the files of this room. */
#ifndef BOUNCELOG_LEDGER_STATE_H
#define BOUNCELOG_LEDGER_STATE_H

#include "bouncelog/base/arena.h"
#include "bouncelog/ledger/ledger.h"
#include "messages.h"
#include "recent_ids.h"

struct ledger {
    struct ledger_options options;
    struct messages messages;
    struct recent_ids recent;
    struct recent_ids direct; /* (message, recipient) pairs that came without an original */
    struct recent_ids own;    /* (message, recipient) pairs put into a mailbox of our own */
    struct fpset old_keys;    /* open messages whose keys 1.0.0 made (hash_id_before) */
    struct fpset several;     /* (message, original) pairs that expanded to more than one */
    int64_t unresolved_expiries;
    struct arena texts; /* of what was unpacked: rules, remedies, providers */
};

/* The deferred recipient leaves its message without a last word: the queue was emptied by hand, or
 * it was an alias. Before it is settled. */
void ledger_withdraw(struct ledger *ledger, sv file, const struct message *message,
                     const struct pending *pending, const struct record *record);

#endif
