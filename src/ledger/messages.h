/* messages: the bounded table of messages on their way.
 *
 * Keyed by a fingerprint of host and queue id. A queue id that was freed and comes again starts a
 * new use of it: a new message (Postfix hands short ids out again). */
#ifndef BOUNCELOG_LEDGER_MESSAGES_H
#define BOUNCELOG_LEDGER_MESSAGES_H

#include "bouncelog/base/hash.h"
#include "bouncelog/model/event.h"
#include "expansions.h"
#include "pendings.h"
#include "senders.h"

enum { NO_MESSAGE = UINT32_MAX };

/* One cache line: a busy host has more messages on their way than fit into the caches. */
struct message {
    uint64_t key;
    struct sender *sender;   /* NULL: not known */
    struct pending *pending; /* the first of the ring */
    struct expansion *expansions;
    uint32_t sequence;       /* order of first sight */
    uint32_t chain;          /* next in its bucket, or among the free slots */
    uint32_t older, newer;   /* neighbours in the open or the closed list */
    uint32_t first_time;     /* seconds since 1970: with the key, which use of the id it is */
    uint16_t expected, done; /* recipients; 0 expected: not known */
    bool closed : 1;         /* may go first when room is needed */
    bool touched : 1;        /* since it was last looked at for eviction */
    bool announced : 1;      /* first seen in a line that was no attempt */
    bool begun : 1;          /* a line said that it came into being: nothing went before */
    bool gave_up : 1;
    bool notification : 1; /* our own MTA wrote it */
    bool submitted : 1;    /* somebody handed it to us */
    bool frees_itself : 1;
};
_Static_assert(sizeof(struct message) <= 64, "see above");

struct message_list {
    uint32_t oldest, newest;
};

struct messages {
    struct message *slots;
    uint64_t *ids; /* by slot: message_id_key, 0: not known; NULL: nobody asks for them */
    uint32_t count, cap, max, closed_count;
    uint32_t free; /* the slot that was left last, so that few are used over and over */
    uint32_t *buckets;
    uint32_t bucket_count;
    struct message_list open, closed;
    uint32_t sequence;
    int64_t evicted;
    struct senders senders;
    struct chains pendings, expansions; /* pendings.h, expansions.h */
};

void messages_init(struct messages *messages, size_t max);
void messages_release(struct messages *messages);

/* Finds or makes the message; an id that is not known, or free again, gives a fresh message, of
 * this time. *created says so. The pointer lives until the next call. */
struct message *messages_get(struct messages *messages, uint64_t key, int64_t time, bool *created);
/* NULL: not known, or its id is free again. */
struct message *messages_find(const struct messages *messages, uint64_t key);
/* Fetch the bucket of a message that will be asked for soon, and, later, the message. */
void messages_prefetch(const struct messages *messages, uint64_t key);
void messages_prefetch_more(const struct messages *messages, uint64_t key);
/* Moves it among those that may be forgotten first. */
void messages_close(struct messages *messages, struct message *message);
/* It had more recipients than it said. */
void messages_reopen(struct messages *messages, struct message *message);
/* Forgets it: its id is free, and its next mention is another message. */
void messages_remove(struct messages *messages, struct message *message);

void messages_set_sender(struct messages *messages, struct message *message,
                         const struct said_sender *said);

/* The message_id_key of its Message-ID; 0: not known. */
void messages_set_id(struct messages *messages, const struct message *message, uint64_t id);
uint64_t messages_id(const struct messages *messages, const struct message *message);

static inline uint32_t message_slot(const struct messages *messages, const struct message *message)
{
    return (uint32_t)(message - messages->slots);
}

/* What stands for the message in evidence, also over nights: of host, queue id, and when this use
 * of the id began. */
static inline uint64_t message_fingerprint(const struct message *message)
{
    return hash_mix(message->key, message->first_time);
}

#endif
