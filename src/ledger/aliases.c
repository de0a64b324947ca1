/* Notes what one recipient of a message turned out to be: an alias of several, a mailbox that sends
 * copies on, or itself. Which pairs of a message and an original led to more than one final
 * recipient is remembered for the run; the rest only as long as the message is open, or in tables
 * of a fixed size. */
#include "aliases.h"

#include "bouncelog/base/hash.h"

static void mark_several(struct ledger *ledger, struct expansion *expansion)
{
    if (!expansion->several)
        fpset_add(&ledger->several, expansion->chain.key, 0);
    expansion->several = true;
}

/* Of a recipient without an original in a message; the sequence tells which use of the id it was.
 */
static uint64_t direct_key(uint64_t message_key, uint64_t recipient)
{
    return hash_mix(message_key, recipient);
}

static bool was_direct(const struct ledger *ledger, const struct message *message,
                       uint64_t recipient)
{
    uint32_t sequence;
    return recent_ids_find(&ledger->direct, direct_key(message->key, recipient), &sequence) &&
           sequence == message->sequence;
}

/* An alias that keeps a copy (sales: sales, bob) expands to itself as well, and that copy is
 * logged without an original. The copies are first tried together, so that a memory of the last
 * such recipients is enough, and none is needed for a message with one recipient. */
void aliases_direct(struct ledger *ledger, const struct message *message, uint64_t recipient)
{
    struct expansion *known = expansions_find(&ledger->messages.expansions, message->expansions,
                                              hash_mix(message_fingerprint(message), recipient));
    if (known)
        mark_several(ledger, known);
    if (message->expected != 1 && !was_direct(ledger, message, recipient))
        recent_ids_add(&ledger->direct, direct_key(message->key, recipient), message->sequence);
}

/* An alias that could not be looked up is deferred under its own name. What it is now known to lead
 * to stands for it from here on. */
static void settle_lookup(struct ledger *ledger, sv file, struct message *message,
                          const struct record *attempt, uint64_t original)
{
    struct chains *pendings = &ledger->messages.pendings;
    uint64_t fingerprint = message_fingerprint(message);
    const struct pending *lookup = pendings_find(pendings, fingerprint, message->pending, original);
    if (!lookup || !pending_is_unrouted(lookup))
        return;
    ledger_withdraw(ledger, file, message, lookup, attempt);
    pendings_settle(pendings, fingerprint, &message->pending, original);
}

void aliases_expansion(struct ledger *ledger, sv file, struct message *message,
                       const struct record *attempt)
{
    if (!attempt->original.len) {
        if (attempt->outcome != OUTCOME_DEFERRED) /* ...which may be one of looking an alias up */
            aliases_direct(ledger, message, attempt->address_key);
        return;
    }
    uint64_t original = hash_mailbox(attempt->original);
    settle_lookup(ledger, file, message, attempt, original);
    uint64_t pair = hash_mix(message_fingerprint(message), original);
    struct chains *expansions = &ledger->messages.expansions;
    struct expansion *known = expansions_find(expansions, message->expansions, pair);
    if (!known) {
        known = expansions_add(expansions, &message->expansions, pair, attempt->address_key,
                               message_slot(&ledger->messages, message));
        if (was_direct(ledger, message, original))
            mark_several(ledger, known);
    } else if (known->final != attempt->address_key) {
        mark_several(ledger, known);
    }
}

static void note_own_copy(struct ledger *ledger, const struct message *message, uint64_t address,
                          struct message *copy)
{
    struct chains *expansions = &ledger->messages.expansions;
    uint64_t pair = hash_mix(message_fingerprint(message), address);
    uint32_t sequence;
    if (!copy) {
        recent_ids_add(&ledger->own, pair, message->sequence);
    } else if (recent_ids_find(&ledger->own, pair, &sequence)) {
        pair = hash_mix(message_fingerprint(copy), address);
        if (!expansions_find(expansions, copy->expansions, pair))
            mark_several(ledger, expansions_add(expansions, &copy->expansions, pair, address,
                                                message_slot(&ledger->messages, copy)));
    }
}

/* A mailbox that keeps its mail and sends a copy on expands to itself and, in the copy, which is
 * another message, to the rest. local(8) sends the copy on when all else is delivered
 * (postfix/src/local/forward.c, forward_finish). */
void aliases_forwarding(struct ledger *ledger, const struct message *message,
                        const struct record *attempt, enum outcome outcome)
{
    struct message *copy = NULL;
    if (!attempt->local || attempt->outcome != OUTCOME_DELIVERED)
        return;
    if (outcome == OUTCOME_HANDED_OVER) {
        copy = messages_find(&ledger->messages,
                             message_key_of(attempt->host_key, attempt->forwarded_key));
        if (!copy)
            return;
    }
    note_own_copy(ledger, message, attempt->address_key, copy);
    if (attempt->original.len)
        note_own_copy(ledger, message, hash_mailbox(attempt->original), copy);
}

void aliases_prefetch(const struct ledger *ledger, const struct record *record)
{
    recent_ids_prefetch(&ledger->direct, direct_key(record->message_key, record->address_key));
}
