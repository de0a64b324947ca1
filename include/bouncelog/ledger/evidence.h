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

/* Texts of the latest event: each without what stands behind a NUL byte in it. */
enum charge_text {
    CHARGE_ENHANCED,
    CHARGE_REPLY,
    CHARGE_RULE,
    CHARGE_HOST,
    CHARGE_QUEUE_ID,
    CHARGE_FILE,
    CHARGE_FINAL, /* empty: the address itself */
    CHARGE_ORIGINAL,
    CHARGE_TEXTS
};

/* What one category holds against an address. Most addresses have one charge of one message, so
 * that the first of everything stands here and only further ones take memory of their own. */
struct charge {
    struct charge *next;
    int64_t first_seen, last_seen;
    struct charge_message first;
    struct charge_message *others;  /* the latest ones */
    int64_t forgotten;              /* messages beyond CHARGE_MESSAGES_MAX */
    int32_t first_day, *other_days; /* distinct, since 1970 */
    char *texts;                    /* CHARGE_TEXTS of them, each with a NUL behind it; owned */
    int64_t line;
    int16_t code;
    uint8_t message_count, day_count;
    uint8_t category;
};

static inline const struct charge_message *charge_message(const struct charge *charge, size_t i)
{
    return i ? &charge->others[i - 1] : &charge->first;
}

sv charge_text(const struct charge *charge, enum charge_text which);

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

/* Hints that an event of this sealed record will be noted soon. */
void evidence_expect(const struct evidence *evidence, const struct record *record);
/* The same for the event's sender. */
void evidence_expect_sender(const struct evidence *evidence, const struct event *event);
/* per_domain: the event's category counts per domain as well. */
void evidence_note(struct evidence *evidence, const struct event *event, bool per_domain);

#endif
