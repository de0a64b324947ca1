/* charges: the parts of a suspect: how they grow, thin out and go. */
#ifndef BOUNCELOG_LEDGER_CHARGES_H
#define BOUNCELOG_LEDGER_CHARGES_H

#include "bouncelog/ledger/evidence.h"

/* That of the category; made, without a message, when there is none. */
struct charge *suspect_charge(struct suspect *suspect, uint8_t category);
/* Is an event of this time and place the latest one, whose texts the charge has? Of two in one
 * second the order of host, file and line decides, whichever is noted first. */
bool charge_takes(const struct charge *charge, int64_t time, sv host, sv file, int64_t line);
/* Copies them. */
void charge_set_texts(struct charge *charge, const sv *texts);
/* A failure of the message: new, or the later one counts. */
void charge_add_message(struct charge *charge, const struct charge_message *message);
/* A failure at this time. */
void charge_add_day(struct charge *charge, int64_t time);

/* See evidence_settle; `open`: messages whose fate is not known. */
void suspect_settle(struct suspect *suspect, const struct ledger *ledger, const struct fpset *open);

#endif
