/* event_id: what an event is known by, so that whoever stores events twice has them once. */
#ifndef BOUNCELOG_OUTPUT_EVENT_ID_H
#define BOUNCELOG_OUTPUT_EVENT_ID_H

#include "bouncelog/output/output.h"

/* 32 hex digits, in the arena: the same for the same line of a log, in whatever file it lies;
 * redactor: keyed. */
sv event_id(const struct record *attempt, const struct taxonomy *taxonomy,
            const struct redactor *redactor, struct arena *arena);

#endif
