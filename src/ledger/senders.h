/* senders: envelope senders, shared by the messages that have them.
 *
 * A newsletter's messages have one sender or a different one each; of the senders seen last, those
 * that come again are kept once. Reference counts; a sender lives until the last message that has
 * it lets go. */
#ifndef BOUNCELOG_LEDGER_SENDERS_H
#define BOUNCELOG_LEDGER_SENDERS_H

#include "bouncelog/base/sv.h"
#include "bouncelog/model/event.h"

struct sender {
    union {
        uint64_t key; /* as in struct event */
        struct sender *next_spare;
    };
    uint64_t domain_key;
    uint64_t stream; /* the hash of its stream names */
    uint32_t references, len;
    uint32_t address_len; /* of its stream names */
    bool is_campaign;
    char text[]; /* the sender and that address, one behind the other */
};

enum { SENDERS_RECENT = 512 };

struct senders {
    struct {
        uint64_t hash; /* of the text: most others are told apart without a look at them */
        struct sender *sender;
    } recent[SENDERS_RECENT];
    struct sender *spare; /* memory that no message has any more */
};

/* As a line has it. */
struct said_sender {
    sv address;
    uint64_t hash; /* hash_bytes of the address */
    struct stream_names names;
};

bool sender_is(const struct sender *sender, const struct said_sender *said);
/* The caller gets a reference. */
struct sender *senders_take(struct senders *senders, const struct said_sender *said);
/* One of the last ones, until the next call; NULL: it is none of them. */
const struct sender *senders_find(const struct senders *senders, sv address, uint64_t hash);
/* Gives a reference back; NULL is none. */
void sender_drop(struct senders *senders, struct sender *sender);
void senders_release(struct senders *senders);

static inline struct stream_names sender_names(const struct sender *sender)
{
    return (struct stream_names){sv_make(sender->text + sender->len, sender->address_len),
                                 sender->stream, sender->is_campaign};
}

static inline sv sender_text(const struct sender *sender)
{
    return sv_make(sender->text, sender->len);
}

#endif
