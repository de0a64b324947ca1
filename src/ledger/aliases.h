/* aliases: which original recipients stand for several people.
 *
 * A failure of one of them says nothing about the address that was mailed (ledger_expanded). */
#ifndef BOUNCELOG_LEDGER_ALIASES_H
#define BOUNCELOG_LEDGER_ALIASES_H

#include "state.h"

/* This recipient came without an original: it may be the copy that an alias keeps. */
void aliases_direct(struct ledger *ledger, const struct message *message, uint64_t recipient);
/* Before the attempt is applied. */
void aliases_expansion(struct ledger *ledger, sv file, struct message *message,
                       const struct record *attempt);
/* `outcome` is what the attempt's own turned out to be. */
void aliases_forwarding(struct ledger *ledger, const struct message *message,
                        const struct record *attempt, enum outcome outcome);
/* Fetches what an attempt will be looked up by soon. */
void aliases_prefetch(const struct ledger *ledger, const struct record *record);

#endif
