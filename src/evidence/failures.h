/* failures: the parts of an address record: how they grow, thin out and go. */
#ifndef BOUNCELOG_EVIDENCE_FAILURES_H
#define BOUNCELOG_EVIDENCE_FAILURES_H

#include "bouncelog/evidence/evidence.h"

/* That of the category in the record's failures, or in what was refuted; made, without a message,
 * when there is none. */
struct failure *failure_of(struct failure **failures, uint8_t category);
/* Is an event of this time and place the latest one, whose texts the failure has? Of two in one
 * second the order of host, file and line decides, whichever is noted first. */
bool failure_takes(const struct failure *failure, int64_t time, sv host, sv file, int64_t line);
/* Copies them. */
void failure_set_texts(struct failure *failure, const sv *texts);
/* A failure of the message: new, or the later one counts. */
void failure_add_message(struct failure *failure, const struct failed_message *message);
/* A failure at this time. */
void failure_add_day(struct failure *failure, int64_t time);

/* Refutes what the latest delivery refutes. */
void address_record_settle(struct address_record *record);

/* See evidence_resolve_originals; `open`: messages whose fate is not known. */
void address_record_resolve_originals(struct address_record *record, const struct ledger *ledger,
                                      const struct fpset *open);

#endif
