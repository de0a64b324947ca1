/* evidence: what speaks against an address since mail to it was last delivered.
 *
 * Only events whose action is `suppress` or `count` are kept, per address and category: distinct
 * messages, days, and the latest event in full, so that a person can see why an address is on a
 * list. A delivery to the address wipes away what is older than it; one to a domain that of the
 * domain. What is left depends on the times of the events, not on the order in which they are
 * noted, so that nights and hosts add up.
 * An event that names an original recipient is kept under both addresses; which of them is meant
 * follows at the end from what else the original expanded to.
 * Thread: one. What evidence_at gives lives as long as the evidence. */
#ifndef BOUNCELOG_LEDGER_EVIDENCE_H
#define BOUNCELOG_LEDGER_EVIDENCE_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/err.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/map.h"
#include "bouncelog/ledger/ledger.h"
#include "bouncelog/model/event.h"

/* Of a busy address or domain: the latest of each day, and the oldest of all. */
enum { CHARGE_MESSAGES_MAX = 64, CHARGE_MESSAGES_A_DAY = 8, CHARGE_DAYS_MAX = 128 };

/* One distinct message that failed. */
struct charge_message {
    uint64_t message;
    int64_t time;      /* of its latest failure of this kind */
    uint64_t original; /* fingerprint of the original recipient, 0: none */
    uint32_t earlier;  /* seconds from its first failure to its latest one */
    bool as_original;  /* kept under the original: the address is not the final one */
    bool at_once;      /* one of its failures suffices by itself */
};

static inline int64_t charge_message_first(const struct charge_message *message)
{
    return message->time - message->earlier;
}

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
    CHARGE_PROVIDER,
    CHARGE_RELAY, /* host */
    CHARGE_DSN,
    CHARGE_TEXTS
};

/* What else rules and policy look at, of the same event. */
struct charge_facts {
    uint8_t mta, outcome, severity, origin, stage, cause;
    bool local, never_rcpt;
};

/* What one category holds against an address. Most addresses have one charge of one message, so
 * that the first of everything stands here and only further ones take memory of their own. */
struct charge {
    struct charge *next;
    int64_t last_seen; /* time of the event that texts, code and line are of */
    struct charge_message first;
    struct charge_message *others;
    int64_t forgotten;              /* messages beyond the limits */
    int64_t first_day, *other_days; /* distinct: the latest failure of each */
    char *texts;                    /* CHARGE_TEXTS of them, each with a NUL behind it; owned */
    int64_t line;
    int16_t code;
    struct charge_facts facts;
    uint8_t message_count, day_count;
    uint8_t category;
};

static inline const struct charge_message *charge_message(const struct charge *charge, size_t i)
{
    return i ? &charge->others[i - 1] : &charge->first;
}

static inline int64_t charge_day(const struct charge *charge, size_t i)
{
    return i ? charge->other_days[i - 1] : charge->first_day;
}

sv charge_text(const struct charge *charge, enum charge_text which);
/* Of the oldest failure that counts. */
int64_t charge_first_seen(const struct charge *charge);

struct suspect {
    struct charge *charges;
    int64_t delivered_at; /* the last delivery that wiped it clean; 0: none */
    int64_t listed_at;    /* when it came on the lists; 0: it is on none */
    int64_t listed_for;   /* time of the latest failure that keeps it there */
    int64_t cleared_at;   /* when it went from them, because it took mail; 0: never */
    bool changed;         /* since it was unpacked */
    bool known;           /* to the history that it was read from */
    bool on_list;         /* of the report that is being made */
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

/* Of messages whose fate is known: whether the original recipient is meant or the final one does
 * not change any more, and only that is kept. */
void evidence_settle(struct evidence *evidence, const struct ledger *ledger);

/* Mail was delivered on this day (since 1970) to all whose hash_nocase stands in the set with this
 * flag. Where logs of several hosts are read one after the other, a delivery may be read before the
 * failure that it undoes: failures of earlier days go. What came first on the day itself nobody
 * knows. */
void evidence_acquit_on(struct evidence *evidence, int64_t day, const struct fpset *recipients,
                        unsigned flag);

/* Forgets failures before `time` and days with them. */
void suspect_forget_before(struct suspect *suspect, int64_t time);

/* Judges the latest event of each charge anew. The judge sets the attempt's verdict and the action;
 * charges whose action is neither `suppress` nor `count` any more are dropped. True: something
 * changed. key: the address or domain. */
typedef void charge_judge(void *context, struct event *event);
bool suspect_rejudge(struct suspect *suspect, sv key, charge_judge *judge, void *context);

void suspect_release(struct suspect *suspect);
size_t suspect_messages(const struct suspect *suspect);
/* Texts of charges that mention the address are dropped; false: none does. */
bool suspect_forget_text(struct suspect *suspect, sv address);

/* A suspect as bytes, and added to what is known of another (or of none). Categories go by their
 * names; charges of a category that the taxonomy does not have any more are dropped. -1: the bytes
 * are damaged. */
void suspect_pack(struct buf *out, const struct suspect *suspect, const struct taxonomy *taxonomy);
int suspect_unpack(struct suspect *suspect, sv bytes, const struct taxonomy *taxonomy) MUST_CHECK;

#endif
