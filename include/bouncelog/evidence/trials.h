/* trials: every failure that could have put an address on somebody's list, in the order of days.
 *
 * Evidence forgets what later mail refutes. To ask what a policy would have done (backtest), what
 * failed on each day must still be there: kept here are attempts that failed for good, those that
 * our own policy counts, and what mail says that comes later. A failure is an address, a message, a
 * time and a shape; a shape is all that failures of one kind share, with the words of one of them.
 * In these words the recipient is written as a control character, so that they name nobody.
 *
 * Bytes of a day (ITEM_TRIALS of a history): shapes, then addresses with their failures.
 * Thread: one. Views of addresses and shapes live as long as the trials. */
#ifndef BOUNCELOG_EVIDENCE_TRIALS_H
#define BOUNCELOG_EVIDENCE_TRIALS_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/err.h"
#include "bouncelog/ledger/ledger.h"
#include "bouncelog/model/event.h"

struct trial {
    uint32_t address; /* index of `addresses` */
    uint32_t
        original;     /* the same of whom the message was for at first; TRIAL_NOBODY: nobody else */
    uint32_t shape;   /* index of `shapes` */
    uint32_t earlier; /* seconds from its first failure that day to its latest one */
    int64_t time;     /* of its latest failure */
    int64_t known;    /* when it could be known: of what comes as mail later than `time` */
    uint64_t message; /* fingerprint */
};
enum { TRIAL_NOBODY = 0xffffffffU };

/* Mail that one of the addresses took, once a step (DELIVERY_STEP). */
struct trial_delivery {
    uint32_t address;
    int64_t step;
};

struct trials {
    struct map
        addresses;     /* mailbox_key -> struct trial_address; an index is the order of addition */
    struct map shapes; /* packed -> struct trial_words */
    struct map again;  /* of what was deferred -> uint32_t index */
    struct trial *list;
    size_t count;
    struct trial_delivery *deliveries; /* of a run: in a history the days know them */
    size_t delivery_count;
    bool missed;  /* deliveries: the logs have to be read again (trials_await) */
    size_t asked; /* addresses whose earlier deliveries were asked for */
    struct arena words;
    struct buf packed; /* the shape that is looked for */
};

void trials_init(struct trials *trials);
void trials_release(struct trials *trials);

/* Is the event one of those that are kept? It has its action. */
bool trials_wants(const struct event *event);
/* known: when, or INT64_MIN for the event's own time. */
void trials_add(struct trials *trials, const struct event *event, const struct taxonomy *taxonomy,
                int64_t known);
/* A delivery to one of the addresses so far; and of each that was added since the last call, by a
 * failure at `time`, the latest one so far, by final and by original recipients (sets of
 * hash_mailbox, marked with steps). If that is later than the failure, the logs are not read in the
 * order of time, and others were missed. */
void trials_note_delivery(struct trials *trials, const struct event *event);
void trials_note_earlier(struct trials *trials, const struct fpset *recipients,
                         const struct fpset *originals, int64_t time);
/* A run over the same logs is to note all deliveries to these addresses. */
void trials_await(struct trials *trials, const struct trials *known);
/* Of messages that had another recipient at first: whom their failures are about. To be called
 * before the ledger goes. */
void trials_resolve(struct trials *trials, const struct ledger *ledger);

/* The failure as an event, with views of `arena`: the recipient is the address; original ones are
 * gone. A category or MTA that the taxonomy does not have is none. */
void trial_event(const struct trials *trials, const struct trial *trial,
                 const struct taxonomy *taxonomy, struct arena *arena, struct event *event);
sv trial_address(const struct trials *trials, const struct trial *trial);
/* The words of its reply, in which the recipient is hidden; and these words said of an address. */
sv trial_words(const struct trials *trials, const struct trial *trial);
sv trial_words_of(sv words, sv address, struct arena *arena);

/* Adds those of `from` that were known on this day (UTC, since 1970). */
void trials_add_day(struct trials *trials, const struct trials *from, int64_t day);
/* All of them as bytes, in an order that does not depend on the order of addition; and such bytes
 * added to what is there. -1: they are damaged. */
void trials_pack(struct buf *out, const struct trials *trials);
int trials_unpack(struct trials *trials, sv bytes) MUST_CHECK;
/* The addresses in such bytes alone. */
typedef void trials_visitor(void *context, sv address);
int trials_each_address(sv bytes, trials_visitor *visit, void *context) MUST_CHECK;
/* 1: `out` is the bytes without the address (lower-cased); 0: nothing of it is in them; -1: they
 * are damaged. */
int trials_forget(struct buf *out, sv bytes, sv address) MUST_CHECK;

#endif
