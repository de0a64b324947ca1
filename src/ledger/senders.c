/* Senders with reference counts, and the last ones that were seen by their fingerprints: a
 * message takes the one that is there, or makes a new one in its place. A sender is kept with
 * the fingerprints of its address and of its domain, which are then computed once for all its
 * messages. */
#include "senders.h"

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"

bool sender_is(const struct sender *sender, sv address, const struct stream_names *names)
{
    struct stream_names known = sender_names(sender);
    return sv_eq(sender_text(sender), address) && sv_eq(known.address, names->address) &&
           known.is_campaign == names->is_campaign;
}

struct sender *senders_take(struct senders *senders, sv address, const struct stream_names *names)
{
    uint64_t hash = hash_bytes(address);
    size_t place = hash % SENDERS_RECENT;
    struct sender *known = senders->recent[place].sender;
    if (!known || senders->recent[place].hash != hash || !sender_is(known, address, names)) {
        struct sender *fresh = mem_alloc(sizeof *fresh + address.len + names->address.len);
        fresh->references = 1; /* that of `recent` */
        fresh->len = (uint32_t)address.len;
        fresh->key = hash_address(address, &fresh->domain_key);
        fresh->address_len = (uint32_t)names->address.len;
        fresh->is_campaign = names->is_campaign;
        sv_put(sv_put(fresh->text, address), names->address);
        sender_drop(known);
        senders->recent[place].sender = known = fresh;
        senders->recent[place].hash = hash;
    }
    known->references++;
    return known;
}

void sender_drop(struct sender *sender)
{
    if (sender && --sender->references == 0)
        mem_free(sender);
}

void senders_release(struct senders *senders)
{
    for (size_t i = 0; i < SENDERS_RECENT; i++) {
        sender_drop(senders->recent[i].sender);
        senders->recent[i].sender = NULL;
    }
}
