/* event_pack: an event as bytes that a file keeps, and back: all that is shown of one (output.h),
 * and what tells which part of the mail it is of (cells.h).
 *
 * MTAs and categories go by their names, which later pattern files may order otherwise; one that
 * they do not have any more becomes none. Thread: any. */
#ifndef BOUNCELOG_MODEL_EVENT_PACK_H
#define BOUNCELOG_MODEL_EVENT_PACK_H

#include "bouncelog/base/pack.h"
#include "bouncelog/model/event.h"

void event_pack(struct buf *out, const struct event *event, const struct taxonomy *taxonomy);
/* Its texts live as long as the bytes. What was damaged makes `in` failed. */
void event_unpack(struct unpack *in, struct event *event, const struct taxonomy *taxonomy);

/* Drops the address (lower-cased) wherever the event only mentions it: as a sender, in a reply.
 * False: it is of the address itself, as recipient or original, and must go as a whole. *changed:
 * it was mentioned. */
bool event_forget(struct event *event, sv address, bool *changed);

#endif
