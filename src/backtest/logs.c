/* Gives what a run over logs has kept the order of days.
 *
 * It may have read them in any order. Within a day mail that was taken comes first, as with a
 * history. */
#include <stdlib.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "state.h"

static int by_day(const void *left, const void *right)
{
    const struct trial *a = left, *b = right;
    int64_t day = date_day(a->known), other = date_day(b->known);
    if (day != other)
        return day < other ? -1 : 1;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    if (a->known != b->known)
        return a->known < b->known ? -1 : 1;
    return (a->message > b->message) - (a->message < b->message);
}

static int by_step(const void *left, const void *right)
{
    const struct trial_delivery *a = left, *b = right;
    if (a->step != b->step)
        return a->step < b->step ? -1 : 1;
    return (a->address > b->address) - (a->address < b->address);
}

static int64_t day_of(const struct trial_delivery *delivery)
{
    return date_step(delivery->step, DELIVERY_STEPS_A_DAY);
}

static void take(struct backtest *backtest, const struct trials *trials,
                 const struct trial_delivery *delivery)
{
    sv address = map_key_at(&trials->addresses, delivery->address);
    backtest_take(backtest, fpset_kept(hash_bytes(address)), delivery->step);
}

void backtest_replay(struct backtest *backtest, const struct trials *trials, int64_t *first,
                     int64_t *last)
{
    size_t count = trials->count, taken = trials->delivery_count;
    struct trial *list = mem_zero(count + 1, sizeof *list);
    struct trial_delivery *deliveries = mem_zero(taken + 1, sizeof *deliveries);
    for (size_t i = 0; i < count; i++)
        list[i] = trials->list[i];
    for (size_t i = 0; i < taken; i++)
        deliveries[i] = trials->deliveries[i];
    qsort(list, count, sizeof *list, by_day);
    qsort(deliveries, taken, sizeof *deliveries, by_step);
    for (size_t i = 0; i < map_count(&trials->addresses); i++)
        backtest_know(backtest, map_key_at(&trials->addresses, i));
    *first = count ? date_day(list[0].known) : INT64_MAX;
    *last = count ? date_day(list[count - 1].known) : INT64_MIN;
    if (count && taken && day_of(&deliveries[taken - 1]) > *last)
        *last = day_of(&deliveries[taken - 1]);
    size_t next = 0, next_taken = 0;
    for (int64_t day = *first; count && day <= *last; day++) {
        for (; next_taken < taken && day_of(&deliveries[next_taken]) <= day; next_taken++)
            take(backtest, trials, &deliveries[next_taken]);
        for (; next < count && date_day(list[next].known) <= day; next++)
            backtest_fail(backtest, trials, &list[next]);
        backtest_night(backtest, day);
    }
    mem_free(list);
    mem_free(deliveries);
}
