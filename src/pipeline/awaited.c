/* A ring of events, of which the first one waits for a message to be seen and the others for the
 * first one, or for messages of their own. What an event shows dies with its line, so each has a
 * copy of its texts in one block, which its place in the ring keeps. */
#include "awaited.h"

#include "bouncelog/base/mem.h"
#include "doubts.h"

static struct awaited_event *at(const struct awaited *awaited, size_t i)
{
    return &awaited->ring[(awaited->first + i) % AWAITED_MAX];
}

static void keep(struct awaited *awaited, const struct event *event)
{
    sv *texts[EVENT_TEXTS];
    size_t len = 0;
    if (!awaited->ring)
        awaited->ring = mem_zero(AWAITED_MAX, sizeof *awaited->ring);
    struct awaited_event *kept = at(awaited, awaited->count++);
    kept->event = *event;
    event_texts(&kept->event, texts);
    for (size_t i = 0; i < EVENT_TEXTS; i++)
        len += texts[i]->len;
    if (len > kept->texts_cap) {
        mem_free(kept->texts);
        kept->texts = mem_alloc(len);
        kept->texts_cap = len;
    }
    char *to = kept->texts;
    for (size_t i = 0; i < EVENT_TEXTS; i++) {
        if (!texts[i]->len)
            continue;
        sv_put(to, *texts[i]);
        *texts[i] = sv_make(to, texts[i]->len);
        to += texts[i]->len;
    }
    if (event->awaited)
        fpset_add(&awaited->messages, event->awaited, 0);
}

static void let_first_go(struct awaited *awaited)
{
    struct awaited_event *first = at(awaited, 0);
    awaited->handler(awaited->context, &first->event);
    awaited->first = (awaited->first + 1) % AWAITED_MAX;
    if (--awaited->count == 0)
        fpset_release(&awaited->messages);
}

static void let_go(struct awaited *awaited)
{
    while (awaited->count && !at(awaited, 0)->event.awaited)
        let_first_go(awaited);
}

void awaited_take(struct awaited *awaited, struct event *event)
{
    while (awaited->count &&
           (awaited->count == AWAITED_MAX ||
            event->attempt.time - at(awaited, 0)->event.attempt.time > AWAITED_SECONDS)) {
        let_first_go(awaited);
        let_go(awaited);
    }
    if (awaited->count || event->awaited)
        keep(awaited, event);
    else
        awaited->handler(awaited->context, event);
}

void awaited_seen(struct awaited *awaited, uint64_t message_key)
{
    if (!awaited->count || fpset_get(&awaited->messages, message_key) == FPSET_NEW)
        return;
    for (size_t i = 0; i < awaited->count; i++) {
        struct event *event = &at(awaited, i)->event;
        if (event->awaited != message_key)
            continue;
        event->awaited = 0;
        event->attempt.outcome = OUTCOME_HANDED_OVER;
    }
    let_go(awaited);
}

void awaited_end(struct awaited *awaited)
{
    while (awaited->count)
        let_first_go(awaited);
}

void awaited_release(struct awaited *awaited)
{
    for (size_t i = 0; awaited->ring && i < AWAITED_MAX; i++)
        mem_free(awaited->ring[i].texts);
    mem_free(awaited->ring);
    fpset_release(&awaited->messages);
}
