/* Senders with reference counts, and the last ones that were seen by their fingerprints: a
 * message takes the one that is there, or makes a new one in its place. A sender is kept with
 * the fingerprints of its address and of its domain, which are then computed once for all its
 * messages. Where each message has a sender of its own, they come and go with it: those of the
 * usual length use the memory of one that went. */
#include "senders.h"

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"

enum { ROOM = 96 /* bytes of text that a usual sender has room for */ };

bool sender_is(const struct sender *sender, const struct said_sender *said)
{
    return sv_eq(sender_text(sender), said->address) && sender->stream == said->names.hash &&
           sender->is_campaign == said->names.is_campaign;
}

static size_t room_of(size_t len)
{
    return len > ROOM ? len : ROOM;
}

static struct sender *make(struct senders *senders, const struct said_sender *said)
{
    size_t len = said->address.len + said->names.address.len;
    struct sender *fresh = len <= ROOM ? senders->spare : NULL;
    if (fresh)
        senders->spare = fresh->next_spare;
    else
        fresh = mem_alloc(sizeof *fresh + room_of(len));
    fresh->references = 1; /* that of `recent` */
    fresh->len = (uint32_t)said->address.len;
    fresh->key = hash_address(said->address, &fresh->domain_key);
    fresh->stream = said->names.hash;
    fresh->address_len = (uint32_t)said->names.address.len;
    fresh->is_campaign = said->names.is_campaign;
    sv_put(sv_put(fresh->text, said->address), said->names.address);
    return fresh;
}

struct sender *senders_take(struct senders *senders, const struct said_sender *said)
{
    size_t place = said->hash % SENDERS_RECENT;
    struct sender *known = senders->recent[place].sender;
    if (!known || senders->recent[place].hash != said->hash || !sender_is(known, said)) {
        sender_drop(senders, known);
        known = make(senders, said);
        senders->recent[place].sender = known;
        senders->recent[place].hash = said->hash;
    }
    known->references++;
    return known;
}

const struct sender *senders_find(const struct senders *senders, sv address, uint64_t hash)
{
    size_t place = hash % SENDERS_RECENT;
    const struct sender *known = senders->recent[place].sender;
    return known && senders->recent[place].hash == hash && sv_eq(sender_text(known), address)
               ? known
               : NULL;
}

void sender_drop(struct senders *senders, struct sender *sender)
{
    if (!sender || --sender->references)
        return;
    if (room_of(sender->len + sender->address_len) > ROOM) {
        mem_free(sender);
        return;
    }
    sender->next_spare = senders->spare;
    senders->spare = sender;
}

void senders_release(struct senders *senders)
{
    for (size_t i = 0; i < SENDERS_RECENT; i++) {
        sender_drop(senders, senders->recent[i].sender);
        senders->recent[i].sender = NULL;
    }
    for (struct sender *next; senders->spare; senders->spare = next) {
        next = senders->spare->next_spare;
        mem_free(senders->spare);
    }
}
