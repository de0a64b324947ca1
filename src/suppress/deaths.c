/* Deaths by the hour. What is asked of each place again and again must cost what happened at that
 * place, not what happened anywhere: there are as many places as domains. */
#include "deaths.h"

#include "bouncelog/base/map.h"
#include "bouncelog/base/mem.h"

enum { HOURS_A_DAY = 24, DAYS_BEFORE = 32, DAYS_AFTER = 3, DAYS_MAX = 400 };

void deaths_add(struct deaths *deaths, const struct death *death)
{
    deaths->list = mem_room(deaths->list, deaths->count, sizeof *deaths->list);
    deaths->list[deaths->count++] = *death;
}

struct window window_of(const struct deaths *deaths)
{
    int32_t first = deaths->list[0].hour, last = first;
    for (size_t i = 0; i < deaths->count; i++) {
        if (deaths->list[i].hour < first)
            first = deaths->list[i].hour;
        if (deaths->list[i].hour > last)
            last = deaths->list[i].hour;
    }
    if (last - first > DAYS_MAX * HOURS_A_DAY)
        first = last - DAYS_MAX * HOURS_A_DAY;
    first -= DAYS_BEFORE * HOURS_A_DAY;
    return (struct window){first, (size_t)(last + DAYS_AFTER * HOURS_A_DAY + 1 - first)};
}

/* The hour's index, or `hours` where it lies outside. */
static size_t index_in(struct window window, int32_t hour)
{
    int64_t at = (int64_t)hour - window.first;
    return at >= 0 && at < (int64_t)window.hours ? (size_t)at : window.hours;
}

struct surge_sums *sums_of(const struct deaths *deaths, struct activity *mail, struct window window)
{
    struct surge_sums *sums = mem_zero(window.hours + 1, sizeof *sums);
    size_t count;
    const struct hour_activity *hours = activity_hours(mail, &count);
    for (size_t i = 0; i < count; i++) {
        size_t at = index_in(window, hours[i].hour);
        if (at < window.hours)
            sums[at + 1].taken += hours[i].delivered;
    }
    for (size_t i = 0; i < deaths->count; i++) {
        const struct death *death = &deaths->list[i];
        size_t at = index_in(window, death->hour);
        if (at == window.hours || death->explained)
            continue;
        sums[at + 1].dead += death->first;
        sums[at + 1].living += death->first && death->living;
        sums[at + 1].again += !death->first;
    }
    for (size_t i = 1; i <= window.hours; i++) {
        sums[i].taken += sums[i - 1].taken;
        sums[i].dead += sums[i - 1].dead;
        sums[i].living += sums[i - 1].living;
        sums[i].again += sums[i - 1].again;
    }
    return sums;
}

/* Of the world nothing is explained: the mail that was taken beside those deaths is in it as well.
 */
void world_init(struct world *world, const struct deaths *all, struct activity *mail)
{
    struct window window = window_of(all);
    *world = (struct world){window, sums_of(all, mail, window),
                            mem_zero(window.hours + 1, sizeof *world->hours)};
}

void world_release(struct world *world)
{
    mem_free(world->sums);
    mem_free(world->hours);
    *world = (struct world){0};
}

struct window window_in(const struct world *world, const struct deaths *deaths)
{
    struct window window = window_of(deaths), all = world->window;
    int32_t end = window.first + (int32_t)window.hours, last = all.first + (int32_t)all.hours;
    int32_t first = window.first > all.first ? window.first : all.first;
    return (struct window){first, (size_t)((end < last ? end : last) - first)};
}

bool deaths_are_crowded(const struct world *world, const struct deaths *deaths, int least)
{
    struct window window = world->window;
    bool found = false;
    if (deaths->count < (size_t)least)
        return false;
    for (size_t i = 0; i < deaths->count; i++)
        world->hours[index_in(window, deaths->list[i].hour)] += deaths->list[i].first;
    for (size_t i = 0; i < deaths->count && !found; i++) {
        int64_t sum = 0;
        size_t from = index_in(window, deaths->list[i].hour);
        for (size_t j = from; j < from + SURGE_HOURS_MAX && j < window.hours; j++)
            sum += world->hours[j];
        found = sum >= least;
    }
    for (size_t i = 0; i < deaths->count; i++)
        world->hours[index_in(window, deaths->list[i].hour)] = 0;
    return found;
}

bool deaths_are_common(const struct deaths *deaths, int32_t first, int32_t end, int least)
{
    struct map domains;
    size_t most = 0, all = 0;
    map_init(&domains, sizeof(size_t));
    for (size_t i = 0; i < deaths->count; i++) {
        const struct death *death = &deaths->list[i];
        if (death->hour < first || death->hour >= end || death->explained)
            continue;
        size_t *count =
            map_add(&domains, sv_make((const char *)&death->domain, sizeof death->domain), NULL);
        all++;
        if (++*count > most)
            most = *count;
    }
    bool common = map_count(&domains) >= (size_t)least && most * 2 <= all;
    map_release(&domains);
    return common;
}
