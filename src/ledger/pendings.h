/* pendings: recipients that were last deferred, with what an expiry has to say about them.
 *
 * A message can have many of them, so they are found by a hash table over all messages
 * (`pendings`, which chains_release frees); those of one message form a ring in the order of their
 * first deferral. Only what outlives a deferral is kept: host and queue id are those of the
 * message. */
#ifndef BOUNCELOG_LEDGER_PENDINGS_H
#define BOUNCELOG_LEDGER_PENDINGS_H

#include "bouncelog/base/chains.h"
#include "bouncelog/model/event.h"

struct pending;

/* `message` is its fingerprint, `ring` where its pendings begin (NULL: none), `address` an
 * address_key. */
struct pending *pendings_find(const struct chains *pendings, uint64_t message, struct pending *ring,
                              uint64_t address);
/* The same, of a message that may be gone. */
bool pendings_have(const struct chains *pendings, uint64_t message, uint64_t address);
/* Puts it among those that wait, with the words of this attempt. */
void pendings_defer(struct chains *pendings, uint64_t message, struct pending **ring,
                    const struct record *attempt);
/* Nothing was tried: it waits with the words of its last attempt; these are used if there was none.
 */
void pendings_skip(struct chains *pendings, uint64_t message, struct pending **ring,
                   const struct record *attempt);
void pendings_settle(struct chains *pendings, uint64_t message, struct pending **ring,
                     uint64_t address);
void pendings_drop(struct chains *pendings, struct pending **ring);

/* How often a recipient was deferred (0: nothing was tried yet), when first and when last. */
struct waiting {
    uint32_t deferrals;
    bool carried; /* the last time in an earlier run */
    int64_t since, last;
};
struct waiting pending_waiting(const struct pending *pending);
/* Of one that comes from a history: what it says of the last time is of an earlier run. */
void pending_resume(struct pending *pending, struct waiting waiting);

/* Nothing was asked yet: where the recipient's mail goes was not known. */
bool pending_is_unrouted(const struct pending *pending);
/* The next one of the ring. */
const struct pending *pending_next(const struct pending *pending);
/* The deferral again, as far as it was kept; host and queue id of `place`. Views live until it is
 * settled. */
struct record pending_attempt(const struct pending *pending, const struct record *place);

#endif
