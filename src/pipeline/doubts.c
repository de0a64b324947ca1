/* Says which stamps are strange. Events near the last one that was believed are believed at once.
 * Others wait: behind a gap until enough of one time have come, at the beginning of a log until it
 * is known which time is usual there. What waits keeps its place: events leave in the order in
 * which they came, so nothing that follows depends on the waiting. */
#include "doubts.h"

#include <string.h>

#include "bouncelog/base/date.h"

enum { YEAR = 366 * DATE_DAY, AHEAD_MAX = DATE_DAY };

/* 1 January 1990: no log of these MTAs is older. */
static const int64_t earliest = INT64_C(631152000);

static bool are_near(int64_t a, int64_t b)
{
    return a - b <= YEAR && b - a <= YEAR;
}

/* A zone that had to be guessed may put a stamp some hours ahead. */
static bool cannot_be(const struct doubts *doubts, int64_t time)
{
    return time < earliest || (doubts->now && time > doubts->now + AHEAD_MAX);
}

void doubts_release(struct doubts *doubts)
{
    arena_release(&doubts->texts);
}

void doubts_begin(struct doubts *doubts, int64_t last)
{
    doubts->sure = doubts->goes_on = last != INT64_MIN;
    doubts->usual = last;
}

static void let_go(struct doubts *doubts)
{
    for (size_t i = 0; i < doubts->count; i++)
        doubts->handler(doubts->context, &doubts->waiting[i]);
    doubts->count = 0;
    arena_clear(&doubts->texts);
}

/* What the event shows dies with its line. */
static void keep(struct doubts *doubts, const struct event *event)
{
    sv *texts[EVENT_TEXTS];
    struct event *kept = &doubts->waiting[doubts->count++];
    *kept = *event;
    event_texts(kept, texts);
    for (size_t i = 0; i < EVENT_TEXTS; i++)
        *texts[i] = arena_copy(&doubts->texts, *texts[i]);
}

static size_t count_near(const struct doubts *doubts, int64_t time)
{
    size_t count = 0;
    for (size_t i = 0; i < doubts->count; i++)
        count += !cannot_be(doubts, doubts->waiting[i].attempt.time) &&
                 are_near(doubts->waiting[i].attempt.time, time);
    return count;
}

static size_t largest_group(const struct doubts *doubts)
{
    size_t largest = 0;
    for (size_t i = 0; i < doubts->count; i++) {
        size_t count = count_near(doubts, doubts->waiting[i].attempt.time);
        largest = count > largest ? count : largest;
    }
    return largest;
}

/* The first events of a log: the time of most of them is usual, and so is one of nearly as many. */
static void decide_beginning(struct doubts *doubts)
{
    size_t largest = largest_group(doubts);
    for (size_t i = 0; i < doubts->count; i++) {
        struct event *event = &doubts->waiting[i];
        size_t near = count_near(doubts, event->attempt.time);
        event->strange = cannot_be(doubts, event->attempt.time) || near * 2 <= largest;
        if (event->strange || near < largest)
            continue;
        doubts->usual = event->attempt.time;
        doubts->sure = true;
    }
    let_go(doubts);
}

/* Events behind a gap. */
static void decide_block(struct doubts *doubts, bool believed)
{
    for (size_t i = 0; i < doubts->count; i++) {
        struct event *event = &doubts->waiting[i];
        event->strange = !believed || cannot_be(doubts, event->attempt.time);
        if (!event->strange)
            doubts->usual = event->attempt.time;
    }
    let_go(doubts);
}

static void decide(struct doubts *doubts, bool believed)
{
    if (doubts->sure)
        decide_block(doubts, believed);
    else
        decide_beginning(doubts);
}

static bool is_usual(const struct doubts *doubts, int64_t time)
{
    return doubts->sure &&
           (are_near(time, doubts->usual) || (doubts->goes_on && are_near(time, doubts->now)));
}

/* Does something wait that is of another time? */
static bool breaks_block(const struct doubts *doubts, int64_t time)
{
    return doubts->sure && doubts->count && !count_near(doubts, time);
}

void doubts_take(struct doubts *doubts, struct event *event)
{
    int64_t time = event->attempt.time;
    bool strange = cannot_be(doubts, time);
    if (!strange && is_usual(doubts, time)) {
        if (doubts->count)
            decide_block(doubts, false);
        doubts->usual = time;
        doubts->handler(doubts->context, event);
        return;
    }
    if (!strange && breaks_block(doubts, time))
        decide_block(doubts, false);
    if (doubts->count == DOUBTS_MAX)
        decide(doubts, false);
    event->strange = strange;
    if (strange && !doubts->count) {
        doubts->handler(doubts->context, event);
        return;
    }
    keep(doubts, event);
    if (!strange && count_near(doubts, time) >= DOUBTS_NEEDED)
        decide(doubts, true);
}

void doubts_end(struct doubts *doubts)
{
    if (doubts->count)
        decide(doubts, false);
}
