/* event: the nouns that travel from a log line to a verdict.
 *
 * "The MTA frames a complaint, the remote makes it, we judge it": struct said is the frame,
 * struct reply the complaint with the SMTP grammar undone, struct verdict the judgement.
 * All views point into the line's chunk or its arena, and die with the chunk. */
#ifndef BOUNCELOG_MODEL_EVENT_H
#define BOUNCELOG_MODEL_EVENT_H

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
    sv rule;   /* name of the rule, enhanced code or code that decided; lives for the run */
    sv remedy; /* lives for the run */
    sv list;   /* the DNS list that the rule names; lives for the run */
};

struct relay {
    sv host, ip;
    int port; /* 0: not logged */
};

enum record_kind {
    RECORD_ATTEMPT,  /* one recipient of one delivery line */
    RECORD_SENDER,   /* the envelope sender of a queue id */
    RECORD_QUEUED,   /* a queue id came into being (client=, uid=, a notification's own id) */
    RECORD_EXPIRED,  /* the message gave up: its recipients are those last deferred */
    RECORD_REMOVED,  /* the queue id is free again */
};

/* What one log line gives, in line order: the worker's product, the ledger's food. */
struct record {
    enum record_kind kind;
    enum mta mta;
    bool ambiguous;      /* the line can be read in two ways: never suppresses */
    bool local;          /* delivered, or refused, by an agent of our own host */
    bool arrival;        /* RECORD_SENDER: a new message, not a retry */
    bool prior;          /* RECORD_EXPIRED: only its named recipient */
    enum outcome outcome;
    int64_t time;        /* seconds since 1970, UTC */
    int64_t line;        /* 1 for the first of its source */
    sv host, queue_id;
    sv sender;           /* RECORD_SENDER; an empty one is the null sender */
    sv recipient, original;
    struct relay relay;
    sv dsn;              /* what our MTA logged as dsn= */
    double delay_s;      /* negative: not logged */
    int recipients_expected; /* RECORD_SENDER: nrcpt of the message, 0 unknown */
    sv forwarded_id;     /* the queue id that an accepting reply names, or empty */
    struct said said;
    struct reply reply;
    enum severity severity;
    struct verdict verdict;
    sv provider;         /* lives for the run; empty: unknown */
};

#endif
