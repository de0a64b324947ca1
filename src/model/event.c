/* Names the views of an event that die with its line, so that whoever keeps an event can copy what
 * they show. What lives for the run (verdicts, providers) is none of them; nor is the file, which
 * the input keeps. */
#include "bouncelog/model/event.h"

#include <string.h>

void event_texts(struct event *event, sv *texts[EVENT_TEXTS])
{
    struct record *a = &event->attempt;
    sv *all[] = {&a->host,
                 &a->queue_id,
                 &a->sender,
                 &a->recipient,
                 &a->original,
                 &a->relay.host,
                 &a->relay.ip,
                 &a->transport,
                 &a->dsn,
                 &a->forwarded_id,
                 &a->said.raw,
                 &a->reply.text,
                 &a->reply.enhanced,
                 &a->shape,
                 &event->sender,
                 &a->stream.address,
                 &event->stream.address};
    _Static_assert(sizeof all / sizeof *all == EVENT_TEXTS, "all of them");
    memcpy(texts, all, sizeof all);
}
