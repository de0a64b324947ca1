/* evidence: what is known of each address: the failures since mail to it was last delivered.
 *
 * Only events whose action is `suppress` or `count` are kept, per address and category: distinct
 * messages, days, and the latest event in full, so that a person can see why an address is on a
 * list. A delivery to the address refutes what is older than it, or of the same step
 * (model/activity.h); one to a domain that of the domain. What is left depends on the times of the
 * events, not on the order in which they are noted, so that nights and hosts add up. A failure that
 * would have listed the address, and was refuted, is kept for a while: many of them are an
 * incident.
 * An event that names an original recipient is kept under both addresses, if the message was seen
 * from its beginning; which of them is meant follows at the end from what else the original
 * expanded to. Else it is kept under the final one alone.
 * Thread: one. Failures and texts live as long as their address record, or until it records more.
 */
#ifndef BOUNCELOG_EVIDENCE_EVIDENCE_H
#define BOUNCELOG_EVIDENCE_EVIDENCE_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/err.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/map.h"
#include "bouncelog/ledger/ledger.h"
#include "bouncelog/model/activity.h"
#include "bouncelog/model/event.h"

/* Of a busy address or domain: the latest of each day, and the oldest of all. */
enum { FAILURE_MESSAGES_MAX = 64, FAILURE_MESSAGES_A_DAY = 8, FAILURE_DAYS_MAX = 128 };

/* One distinct message that failed. */
struct failed_message {
    uint64_t message;
    int64_t time;      /* of its latest failure of this kind */
    uint64_t original; /* fingerprint of the original recipient, 0: none */
    uint32_t earlier;  /* seconds from its first failure to its latest one */
    bool as_original;  /* kept under the original: the address is not the final one */
    bool at_once;      /* one of its failures suffices by itself */
};

static inline int64_t failed_message_first(const struct failed_message *message)
{
    return message->time - message->earlier;
}

/* Texts of the latest event: each without what stands behind a NUL byte in it. */
enum failure_text {
    FAILURE_ENHANCED,
    FAILURE_REPLY,
    FAILURE_RULE,
    FAILURE_HOST,
    FAILURE_QUEUE_ID,
    FAILURE_FILE,
    FAILURE_FINAL, /* empty: it is spelled as the address is known */
    FAILURE_ORIGINAL,
    FAILURE_PROVIDER,
    FAILURE_RELAY, /* host */
    FAILURE_DSN,
    FAILURE_NETWORK, /* of a relay that is the domain's own */
    FAILURE_TEXTS
};

/* What else rules and policy look at, of the same event. */
struct failure_facts {
    uint8_t mta, outcome, severity, origin, stage, cause;
    bool local, never_rcpt, for_all;
};

/* What one category holds against an address. Most addresses have one failure of one message, so
 * that the first of everything stands here and only further ones take memory of their own. */
struct failure {
    struct failure *next;
    int64_t last_seen; /* time of the event that texts, code and line are of */
    struct failed_message first;
    struct failed_message *others;
    int64_t forgotten;              /* messages beyond the limits */
    int64_t first_day, *other_days; /* distinct: the latest failure of each */
    char *texts;                    /* FAILURE_TEXTS of them, each with a NUL behind it; owned */
    int64_t line;
    int16_t code;
    struct failure_facts facts;
    uint8_t message_count, day_count;
    uint8_t category;
};

static inline const struct failed_message *failure_message(const struct failure *failure, size_t i)
{
    return i ? &failure->others[i - 1] : &failure->first;
}

static inline int64_t failure_day(const struct failure *failure, size_t i)
{
    return i ? failure->other_days[i - 1] : failure->first_day;
}

/* A complaint stays: that mail was taken, before or later, says nothing against it. */
static inline bool failure_is_lasting(const struct failure *failure)
{
    return failure->facts.outcome == OUTCOME_COMPLAINED;
}

sv failure_text(const struct failure *failure, enum failure_text which);
/* How the address that is known by this key was spelled when it failed so. */
sv failure_spelling(const struct failure *failure, sv key);
/* Can it have been otherwise than the key is? */
bool failure_may_spell(sv key);
/* Of the oldest failure that counts. */
int64_t failure_first_seen(const struct failure *failure);

/* What became of mail to an address that is on the lists: was it right to put it there? */
enum fate {
    FATE_UNTESTED, /* none was sent, or nobody knows */
    FATE_REFUSED,  /* for good */
    FATE_ACCEPTED, /* it was taken: the address lives */
    FATES
};

/* Where an address stands on the lists, as the last run left it. */
struct listing {
    int64_t since;        /* when it came on the lists; 0: it is on none */
    int64_t last_failure; /* time of the latest failure that keeps it there */
    int64_t cleared_at;   /* when it went from them, because it took mail; 0: never */
    int64_t excused;      /* failures up to then count not: there was an incident; 0: none */
    enum tier tier;       /* that it is listed with; TIER_NONE: with none, or nobody knows */
    enum fate fate;
    bool probed;   /* lists leave it out until mail to it was sent */
    uint64_t rule; /* hash_bytes of the name of the rule that it was listed for; 0: nobody knows */
};

struct address_record {
    struct failure *failures;
    /* What would have listed it, or has, but for mail that it took later. */
    struct failure *refuted;
    int64_t delivered_at; /* its latest delivery, or the beginning of that one's step; 0: none */
    struct listing listing;
    bool changed; /* since it was unpacked */
    bool known;   /* to the history that it was read from */
};

/* Addresses of which a history knows more. */
enum { EVIDENCE_KNOWN = 1 };
struct evidence_past {
    const struct fpset *known; /* hash_mailbox of each, with this flag; NULL: of none */
    /* Adds what it knows of one to a record that is new. */
    void (*recall)(void *context, sv key, struct address_record *record);
    void *context;
};

enum { SENDERS_LATER = 16 };

struct evidence {
    struct evidence_past past;
    struct map addresses; /* mailbox_key of an address -> struct address_record; of those that the
                           * past knows the ones that were recorded since */
    struct map domains;   /* mailbox_domain_key -> struct address_record, for rules per domain */
    /* hash_mailbox of envelope senders of mail that left this host, but for the last ones, which
     * are in a ring of their own (0: free). */
    struct fpset senders;
    uint64_t later[SENDERS_LATER];
    size_t later_at;
};

void evidence_init(struct evidence *evidence);
void evidence_release(struct evidence *evidence);

/* The record of an address (mailbox_key), which is added when absent, with what the past knows. */
struct address_record *evidence_address(struct evidence *evidence, sv key);
/* Hints that an event of this record, which has its fingerprints, will be recorded soon. */
void evidence_prefetch(const struct evidence *evidence, const struct record *record);
/* Records a failure or a delivery; per_domain: the event's category counts per domain as well. */
void evidence_record(struct evidence *evidence, const struct event *event, bool per_domain);
/* All is recorded: `senders` has all of them. */
void evidence_settle_senders(struct evidence *evidence);

/* A delivery of an earlier run, in the step of its day of this event's time, was none: where it was
 * the latest, nobody knows of one any more (evidence_take_deliveries, and the history, may). */
void evidence_take_back(struct evidence *evidence, const struct event *event);

/* An event that is counted, and not recorded: what the past knows of its recipients comes along,
 * for evidence_take_deliveries. */
void evidence_recall(struct evidence *evidence, const struct event *event);

/* Did mail with this envelope sender leave the host? */
bool evidence_is_sender(const struct evidence *evidence, sv address);

/* Of messages whose fate is known: whether the original recipient is meant or the final one does
 * not change any more, and only that is kept. */
void evidence_resolve_originals(struct evidence *evidence, const struct ledger *ledger);

/* What a category holds against it; NULL: nothing, or no record. */
static inline const struct failure *address_record_failure(const struct address_record *record,
                                                           uint8_t category)
{
    const struct failure *failure = record ? record->failures : NULL;
    while (failure && failure->category != category)
        failure = failure->next;
    return failure;
}

/* Time of the latest failure that is held against it; INT64_MIN: none. */
int64_t address_record_latest(const struct address_record *record);
/* Did mail to the address come back later? */
bool address_record_came_back(const struct address_record *record);
/* It did: so may what was taken in this step. */
bool address_record_may_lose(const struct address_record *record, int64_t step, int64_t latest);
/* Mail was taken in this step: what failed before it ended is refuted. */
void address_record_delivered_in(struct address_record *record, int64_t step);
/* The same of each address in the set of hash_mailbox, whose marks are steps. Where logs are not
 * read in the order of time, a delivery may be read before the failure that it refutes. latest:
 * time of the latest attempt (address_record_may_lose). */
void evidence_take_deliveries(struct evidence *evidence, const struct fpset *recipients,
                              int64_t latest);
/* What is known of the domain that activity of this name and kind is of; NULL: nothing, or it is of
 * no domain. */
struct address_record *evidence_domain_of(const struct evidence *evidence, sv name,
                                          enum activity_kind kind);
/* The same of a domain that mail was taken at in these hours. */
void evidence_take_activity(struct address_record *domain, const struct hour_activity *hours,
                            size_t count);

/* Forgets failures before `time` and days with them. */
void address_record_forget_before(struct address_record *record, int64_t time);

/* Judges the latest event of each failure anew. The judge sets the attempt's verdict and the
 * action; failures whose action is neither `suppress` nor `count` any more are dropped. True:
 * something changed. key: the address or domain. */
typedef void failure_judge(void *context, struct event *event);
bool address_record_rejudge(struct address_record *record, sv key, failure_judge *judge,
                            void *context);

void address_record_release(struct address_record *record);
size_t address_record_messages(const struct address_record *record);
/* Texts of failures that mention the address are dropped; false: none does. */
bool address_record_forget_text(struct address_record *record, sv address);

/* A record as bytes, and added to what is known of another (or of none). Categories go by their
 * names; failures of a category that the taxonomy does not have any more are dropped. -1: the bytes
 * are damaged. */
void address_record_pack(struct buf *out, const struct address_record *record,
                         const struct taxonomy *taxonomy);
int address_record_unpack(struct address_record *record, sv bytes,
                          const struct taxonomy *taxonomy) MUST_CHECK;
/* What can be seen of such bytes at little cost. */
struct address_glance {
    int64_t first, latest; /* times of the failures that are held against it; INT64_MAX, INT64_MIN:
                            * there are none */
    bool came_back;        /* address_record_came_back */
    bool waits;            /* for what its original recipients expand to */
};
int address_record_glance(struct address_glance *glance, sv bytes,
                          const struct taxonomy *taxonomy) MUST_CHECK;

#endif
