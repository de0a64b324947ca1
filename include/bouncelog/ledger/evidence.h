/* evidence: what speaks against an address since mail to it was last delivered.
 *
 * Only events whose action is `suppress` or `count` are kept, per address and category: distinct
 * messages, days, and the latest event in full, so that a person can see why an address is on a
 * list. A delivery to the address wipes its slate clean; one to a domain that of the domain.
 * An event that names an original recipient is kept under both addresses; which of them is meant
 * follows at the end from what else the original expanded to.
 * Thread: one. What evidence_at gives lives as long as the evidence. */
#ifndef BOUNCELOG_LEDGER_EVIDENCE_H
#define BOUNCELOG_LEDGER_EVIDENCE_H

#include "bouncelog/base/hash.h"
#include "bouncelog/base/map.h"
#include "bouncelog/model/event.h"

enum { CHARGE_MESSAGES_MAX = 32, CHARGE_DAYS_MAX = 64 };

/* One distinct message that failed. */
struct charge_message {
    uint64_t message;
    int64_t time;      /* of its first failure of this kind */
    uint64_t original; /* fingerprint of the original recipient, 0: none */
    bool as_original;  /* kept under the original: the address is not the final one */
    bool at_once;      /* one of its failures suffices by itself */
};

/* What one category holds against an address. */
struct charge {
    uint8_t category;
    int64_t first_seen, last_seen;
    struct charge_message *messages; /* the first one and the latest others */
    size_t message_count;
    int64_t forgotten;             /* messages beyond CHARGE_MESSAGES_MAX */
    int32_t days[CHARGE_DAYS_MAX]; /* distinct, since 1970 */
    size_t day_count;
    /* the latest event; NUL-terminated, owned */
    int code;
    char *enhanced, *reply, *rule, *host, *queue_id, *file, *final, *original;
    int64_t line;
    struct charge *next;
};

struct suspect {
    struct charge *charges;
    int64_t delivered_at; /* the last delivery that wiped it clean; 0: none */
};

struct evidence {
    struct map addresses; /* lower-cased address -> struct suspect */
    struct map domains;   /* lower-cased domain -> struct suspect, for rules per domain */
    struct fpset senders; /* hash_nocase of envelope senders of mail that left this host */
};

void evidence_init(struct evidence *evidence);
void evidence_release(struct evidence *evidence);

/* per_domain: the event's category counts per domain as well. */
/* Hints that an event of this sealed record will be noted soon. */
void evidence_expect(const struct evidence *evidence, const struct record *record);
/* The same for the event's sender. */
void evidence_expect_sender(const struct evidence *evidence, const struct event *event);
void evidence_note(struct evidence *evidence, const struct event *event, bool per_domain);

#endif
