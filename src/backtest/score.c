/* Keeps the entries of each policy, and counts what became of the mail behind them.
 *
 * An entry that is closed is not looked at any more; the address may come on the list again, as
 * another entry. */
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/model/operator.h"
#include "state.h"

sv backtest_text(struct backtest *backtest, sv text)
{
    return map_key_of(map_add(&backtest->texts, text, NULL));
}

static sv operator_of(const struct record *attempt, char *text)
{
    sv relay = relay_name(&attempt->relay);
    if (attempt->provider.len || !relay.len)
        return SV_EMPTY;
    if (operator_is_own(relay, sv_after_last(attempt->recipient, '@')))
        return operator_network(attempt->relay.ip, text);
    return operator_of_relay(relay, text);
}

struct backtest_entry score_entry(struct backtest *backtest, const struct reason *reason)
{
    const struct record *attempt = &reason->event->attempt;
    const struct taxonomy *taxonomy = backtest->options.policies[0].taxonomy;
    char text[OPERATOR_MAX];
    return (struct backtest_entry){
        .address = map_key_of(reason->subject),
        .sign = attempt->time,
        .rule = backtest_text(backtest, attempt->verdict.rule),
        .category =
            backtest_text(backtest, taxonomy_category_name(taxonomy, attempt->verdict.category)),
        .provider = backtest_text(backtest, attempt->provider),
        .operator= backtest_text(backtest, operator_of(attempt, text)),
        .words = backtest_text(backtest, reason->words),
        .code = attempt->reply.code};
}

static void make_room(struct backtest *backtest, struct replay *replay)
{
    size_t count = map_count(&backtest->subjects), room = replay->room;
    if (count <= room)
        return;
    room = count + count / 2;
    replay->open = mem_grow(replay->open, room, sizeof *replay->open);
    memset(replay->open + replay->room, 0, (room - replay->room) * sizeof *replay->open);
    replay->room = room;
}

static struct backtest_entry *entry_of(const struct replay *replay, const struct subject *subject)
{
    uint32_t open = subject->index < replay->room ? replay->open[subject->index] : 0;
    return open ? &replay->entries[open - 1] : NULL;
}

bool score_is_open(const struct replay *replay, const struct subject *subject)
{
    return entry_of(replay, subject) != NULL;
}

void score_open(struct backtest *backtest, struct replay *replay, const struct subject *subject,
                const struct backtest_entry *entry, int64_t until, int64_t now)
{
    make_room(backtest, replay);
    if (score_is_open(replay, subject))
        return;
    replay->entries = mem_room(replay->entries, replay->count, sizeof *replay->entries);
    replay->until = mem_room(replay->until, replay->count, sizeof *replay->until);
    struct backtest_entry *fresh = &replay->entries[replay->count];
    *fresh = *entry;
    fresh->listed_at = now;
    if (subject->sign && subject->sign < fresh->sign)
        fresh->sign = subject->sign;
    replay->until[replay->count++] = until;
    replay->open[subject->index] = (uint32_t)replay->count;
}

void score_close(struct replay *replay, const struct subject *subject)
{
    if (subject->index < replay->room)
        replay->open[subject->index] = 0;
}

void score_saved(const struct replay *replay, const struct subject *subject)
{
    struct backtest_entry *entry = entry_of(replay, subject);
    if (!entry)
        return;
    entry->tested = true;
    entry->saved++;
}

/* Of a day the latest delivery is told, which is what a history knows of it. */
void score_lost(const struct replay *replay, const struct subject *subject, int64_t step,
                bool is_first)
{
    struct backtest_entry *entry = entry_of(replay, subject);
    if (!entry)
        return;
    entry->tested = true;
    entry->lost += is_first;
    int64_t time = step * DELIVERY_STEP;
    if (!entry->accepted_at ||
        (date_day(time) == date_day(entry->accepted_at) && time > entry->accepted_at))
        entry->accepted_at = time;
}

void score_lapse(struct replay *replay, int64_t now)
{
    for (size_t i = 0; i < replay->room; i++)
        if (replay->open[i] && replay->until[replay->open[i] - 1] &&
            replay->until[replay->open[i] - 1] <= now)
            replay->open[i] = 0;
}
