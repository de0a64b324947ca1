/* messages: what became of each recipient of each message, counted once, by its last outcome.
 *
 * A recipient that is deferred waits; whatever comes next takes it from there. As nights are
 * counted apart, a day keeps how many recipients were deferred on it for the first time that day,
 * and how many of those that had been deferred so many days before it were taken from there: so
 * that any stretch of days can say who of those that it saw was still waiting at its end
 * (messages_settle). Thread: one. */
#ifndef BOUNCELOG_TALLY_MESSAGES_H
#define BOUNCELOG_TALLY_MESSAGES_H

#include "bouncelog/base/map.h"
#include "bouncelog/model/event.h"

/* No queue keeps a message much longer; the last of them is for all that are longer ago. */
enum { WAITED_DAYS = 8 };

struct message_counts {
    int64_t delivered, bounced, expired, discarded, handed_over;
    int64_t waiting;           /* deferred last; of these events alone */
    int64_t deferred;          /* recipients that were deferred, once for each day */
    int64_t left[WAITED_DAYS]; /* of those, taken from there so many days later */
};

int64_t messages_total(const struct message_counts *counts);
/* What an event changes, which is the next one of its recipient: the same in each table. */
struct message_step {
    size_t ended;    /* offset of what is counted up; SIZE_MAX: nothing is */
    int8_t waiting;  /* one more, or one less */
    bool deferred;   /* once more on this day */
    bool taken_back; /* it was counted as delivered, and is not any more */
    uint8_t left;    /* `left[left - 1]` is counted up; 0: none */
};
struct message_step messages_step(const struct event *event);

static inline void messages_count(struct message_counts *counts, const struct message_step *step)
{
    if (step->ended != SIZE_MAX)
        ++*(int64_t *)(void *)((char *)counts + step->ended);
    if (!step->waiting && !step->deferred && !step->left && !step->taken_back)
        return;
    counts->delivered -= step->taken_back;
    counts->waiting += step->waiting;
    counts->deferred += step->deferred;
    if (step->left)
        counts->left[step->left - 1]++;
}

void messages_add(struct message_counts *sum, const struct message_counts *more);
/* Of a day's, as it was kept: who waits, for a stretch of time that began `days` earlier. */
void messages_settle(struct message_counts *counts, int64_t days);

/* Cuts through the messages. */
enum stream_kind {
    STREAM_DAY,      /* 2026-11-22, UTC */
    STREAM_PROVIDER, /* where they go */
    STREAM_SENDER,   /* what is made for each recipient left out */
    STREAM_CAMPAIGN,
    STREAM_KINDS
};

/* Names that each cut has; what is beyond is counted as (other). */
enum { STREAM_NAMES = 10000, STREAM_PROVIDERS = 64 };

struct streams {
    struct map kinds[STREAM_KINDS];              /* name -> struct message_counts */
    struct message_counts *others[STREAM_KINDS]; /* of (other); NULL: not looked for yet */
    /* Those of the last providers, whose names live for the run, and of the last day. */
    struct stream_provider {
        const char *name;
        struct message_counts *counts; /* NULL: free */
    } last_providers[STREAM_PROVIDERS];
    int64_t last_day;
    struct message_counts *day_counts;
};

void streams_init(struct streams *streams);
void streams_release(struct streams *streams);
void streams_count(struct streams *streams, const struct event *event,
                   const struct message_step *step);
void streams_merge(struct streams *into, const struct streams *from);
/* All of them, as messages_settle. */
void streams_settle(struct streams *streams, int64_t days);
/* Drops what is named after the address; false: nothing is. */
bool streams_forget(struct streams *streams, sv address);

#endif
