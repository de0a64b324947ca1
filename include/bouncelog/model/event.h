/* event: the nouns that travel from a log line to a verdict.
 *
 * "The MTA frames a complaint, the remote makes it, we judge it": struct said is the frame,
 * struct reply the complaint with the SMTP grammar undone, struct verdict the judgement.
 * All views point into the line's chunk or its arena, and die with the chunk. */
#ifndef BOUNCELOG_MODEL_EVENT_H
#define BOUNCELOG_MODEL_EVENT_H

#include "bouncelog/base/hash.h"
#include "bouncelog/model/names.h"
#include "bouncelog/model/taxonomy.h"

/* Who spoke, when in the dialogue, and the words as our MTA logged them. */
struct said {
    enum origin origin;
    enum stage stage;
    sv raw;
};

/* RFC 5321 section 4.2 (code, text), RFC 3463 (enhanced). */
struct reply {
    int code;    /* 0: none was logged */
    sv enhanced; /* right behind a code, as the remote wrote it; empty: none */
    sv text;     /* without codes, the lines of a multi-line reply joined by one space */
};

struct rule;

struct verdict {
    uint8_t category; /* CATEGORY_NONE for a delivery */
    enum basis basis;
    sv rule;         /* name of the rule, enhanced code or code that decided; lives for the run */
    sv remedy;       /* lives for the run */
    sv list;         /* the DNS list that the rule names; lives for the run */
    bool for_a_time; /* the words say that it will pass: it counts, and never suffices by itself */
};

struct relay {
    sv host, ip;
    int port; /* 0: not logged */
};

/* What it is best known by: its name, or its address where it has none (Postfix: unknown). */
static inline sv relay_name(const struct relay *relay)
{
    return relay->ip.len && sv_find_byte(relay->host, '.') == SV_NPOS ? relay->ip : relay->host;
}

enum record_kind {
    RECORD_ATTEMPT, /* one recipient of one delivery line */
    RECORD_SENDER,  /* the envelope sender of a queue id */
    RECORD_QUEUED,  /* a queue id came into being */
    RECORD_EXPIRED, /* the message gave up: its recipients are those last deferred */
    RECORD_REMOVED, /* the queue id is free again */
};

/* What mail with this envelope sender is counted under. */
struct stream_names {
    sv address;       /* in lower case, without what is made for each recipient or message */
    uint64_t hash;    /* hash_bytes of it */
    bool is_campaign; /* what is left is the part that repeats */
};

/* What one log line gives, in line order: the worker's product, the ledger's food. */
struct record {
    /* What the ordered stage looks at ahead of time, in one cache line. */
    _Alignas(16) enum record_kind kind;
    uint8_t mta;          /* index of taxonomy.mtas */
    bool null_sender;     /* RECORD_SENDER: the envelope sender is <> */
    bool notification;    /* RECORD_SENDER: the message is a notification of our own MTA */
    bool arrival;         /* RECORD_SENDER, _QUEUED: the message was handed to us just now */
    bool frees_itself;    /* RECORD_SENDER: no line will say that the queue id is free */
    enum outcome outcome; /* RECORD_ATTEMPT */
    /* Fingerprints (ledger_fingerprint): they depend on no other line, so workers make them. */
    uint64_t message_key;   /* of host and queue id; 0: not made yet */
    uint64_t queue_key;     /* hash_id of the queue id alone */
    uint64_t address_key;   /* RECORD_ATTEMPT: hash_nocase of the recipient */
    uint64_t domain_key;    /* RECORD_ATTEMPT: hash_nocase of the recipient's domain */
    uint64_t forwarded_key; /* RECORD_ATTEMPT: hash_id of forwarded_id; 0: it is empty */
    uint64_t relay_key;     /* RECORD_ATTEMPT: who may run the server (classify); 0: not made */
    int64_t time;           /* seconds since 1970, UTC */
    int64_t line;           /* 1 for the first of its source */
    uint64_t host_key;      /* hash_bytes of the host */
    uint64_t message_id;    /* RECORD_SENDER, _QUEUED: message_id_key, where it is asked for */
    uint64_t sender_hash;   /* hash_bytes of the sender; 0: it is empty */
    sv host, queue_id;
    sv sender;                  /* RECORD_SENDER, or has_sender */
    struct stream_names stream; /* of the sender */
    int recipients_expected;    /* RECORD_SENDER: of the message; 0 unknown */
    /* What follows is of a RECORD_ATTEMPT, and undefined in the other kinds. */
    enum severity severity;
    bool ambiguous;  /* the line can be read in two ways: never suppresses */
    bool local;      /* an agent of our own host delivered or refused */
    bool skipped;    /* the words say that nothing was tried: it is no attempt */
    bool never_rcpt; /* the stage is not known, but was not RCPT */
    bool piped;      /* a command of our own took it: a store, or a filter that sends it on */
    bool each;       /* each recipient gets a reply of its own, also to the data (LMTP, PRDR) */
    bool own_hop;    /* the next hop is one of our own: a socket, our relay, a filter */
    bool has_sender; /* the line itself names the sender */
    sv recipient, original;
    struct relay relay;
    sv transport;    /* what stands for the relay where none was asked: none, local, a mailer */
    sv hop;          /* the host whose name led nowhere, as the words have it */
    sv dsn;          /* what our MTA logged as dsn= */
    double delay_s;  /* negative: not logged */
    sv forwarded_id; /* the queue id that an accepting reply names, or empty */
    struct said said;
    struct reply reply;
    struct verdict verdict;
    sv provider; /* lives for the run; empty: unknown */
    sv shape;    /* of words that nothing is known about; else empty */
};

/* Of the message that has the queue id with this hash_id on the host with this hash_bytes. */
static inline uint64_t message_key_of(uint64_t host_key, uint64_t queue_key)
{
    return hash_mix(host_key, queue_key) | 1;
}

/* A delivery attempt as it leaves the program: a record joined with what the other lines of its
 * message say. Views live until the next event. */
struct event {
    struct record attempt; /* code, text, relay of an expiry are those of the last deferral */
    sv file;               /* source of the line, as the user named it */
    sv sender;
    struct stream_names stream; /* of a known sender */
    uint64_t sender_key;        /* hash_nocase of a known sender */
    uint64_t sender_domain_key; /* of its domain; 0: it has none */
    bool sender_known;
    bool begun;        /* its message was seen coming into being: no recipient went before */
    bool strange;      /* its time cannot be: it counts, and speaks for and against nobody */
    bool suppressible; /* false: this failure must never count against the address */
    bool for_all;      /* the reply was one for all recipients of its transaction */
    uint8_t cause;     /* category of the last deferral of an expiry, or CATEGORY_NONE */
    enum action action;
    bool waits;     /* a delivery that a mail may take back, or to a command of our own: it speaks
                     * for nobody (yet) */
    bool withdrawn; /* no attempt: what was deferred waits no more, and nobody says why */
    bool notification; /* its message is one that our own MTA wrote */
    bool stopped;      /* by a list of ours: it bounced, and nobody was asked */
    /* How often this recipient of the message was deferred before, when last, and how long ago that
     * began. */
    uint32_t deferrals;
    bool carried; /* the last time in an earlier run */
    int64_t deferred_at, waited_s;
    uint64_t message;    /* fingerprint of (host, queue id, use of the id) */
    uint64_t message_id; /* message_id_key of its Message-ID; 0: not known, or not asked for */
    uint16_t recipients; /* of the message, as a line said; 0: none did */
    /* A delivery to our own host that names a queue id which was not seen yet: should the message
     * of this key (record.message_key) come, it was none. 0: nothing is waited for. */
    uint64_t awaited;
    enum proof proof; /* of what a mail says: OUTCOME_BOUNCED_LATER, _COMPLAINED... */
    bool unseen;      /* ...of a message whose delivery nobody saw, so it was not counted */
};

/* The reply to DATA, or to its end, is one for all recipients of the transaction (RFC 5321 section
 * 4.2.5), who may be as many as the message has; 0: it is not known how many. */
static inline bool event_is_for_all(const struct event *event)
{
    const struct record *attempt = &event->attempt;
    enum stage stage = attempt->said.stage;
    return (stage == STAGE_DATA || stage == STAGE_END_OF_DATA) && !attempt->each &&
           attempt->said.origin == ORIGIN_REMOTE && event->recipients != 1;
}

/* All that an event shows of its line, and that dies with it. */
enum { EVENT_TEXTS = 17 };
void event_texts(struct event *event, sv *texts[EVENT_TEXTS]);

#endif
