/* Deaths by the hour. There are as many places as domains, so that what is asked of each of them
 * must cost what happened there, not what happened anywhere: all deaths are summed up once, and a
 * place where no stretch has enough of them is not summed up at all. */
#include "deaths.h"

#include "bouncelog/base/map.h"
#include "bouncelog/base/mem.h"

enum { HOURS_A_DAY = 24, DAYS_BEFORE = 32, DAYS_AFTER = 3, DAYS_MAX = 400 };

void world_release(struct world *world)
{
    mem_free(world->deaths.list);
    mem_free(world->sums);
    mem_free(world->hours);
    *world = (struct world){0};
}

void world_add(struct world *world, const struct death *death)
{
    struct deaths *deaths = &world->deaths;
    deaths->list = mem_room(deaths->list, deaths->count, sizeof *deaths->list);
    deaths->list[deaths->count++] = *death;
}

static struct window window_of(int32_t first, int32_t last)
{
    if (last - first > DAYS_MAX * HOURS_A_DAY)
        first = last - DAYS_MAX * HOURS_A_DAY;
    first -= DAYS_BEFORE * HOURS_A_DAY;
    return (struct window){first, (size_t)(last + DAYS_AFTER * HOURS_A_DAY + 1 - first)};
}

static const struct death *death_at(const struct world *world, const struct deaths_here *here,
                                    size_t i)
{
    return &world->deaths.list[here->list[i]];
}

struct window deaths_window_here(const struct world *world, const struct deaths_here *here)
{
    struct window all = world->window;
    int32_t first = death_at(world, here, 0)->hour, last = first;
    for (size_t i = 0; i < here->count; i++) {
        int32_t hour = death_at(world, here, i)->hour;
        first = hour < first ? hour : first;
        last = hour > last ? hour : last;
    }
    struct window window = window_of(first, last);
    int32_t end = window.first + (int32_t)window.hours, end_of_all = all.first + (int32_t)all.hours;
    first = window.first > all.first ? window.first : all.first;
    return (struct window){first, (size_t)((end < end_of_all ? end : end_of_all) - first)};
}

/* The hour's index, or `hours` where it lies outside. */
static size_t index_in(struct window window, int32_t hour)
{
    int64_t at = (int64_t)hour - window.first;
    return at >= 0 && at < (int64_t)window.hours ? (size_t)at : window.hours;
}

static void add_death(struct surge_sums *sums, struct window window, const struct death *death)
{
    size_t at = index_in(window, death->hour);
    if (at == window.hours || death->explained)
        return;
    sums[at + 1].dead += death->first;
    sums[at + 1].living += death->first && death->living;
    sums[at + 1].again += !death->first;
}

static struct surge_sums *mail_in(struct activity *mail, struct window window)
{
    struct surge_sums *sums = mem_zero(window.hours + 1, sizeof *sums);
    size_t count;
    const struct hour_activity *hours = activity_hours(mail, &count);
    for (size_t i = 0; i < count; i++) {
        size_t at = index_in(window, hours[i].hour);
        if (at < window.hours)
            sums[at + 1].taken += hours[i].delivered;
    }
    return sums;
}

static void sum_up(struct surge_sums *sums, struct window window)
{
    for (size_t i = 1; i <= window.hours; i++) {
        sums[i].taken += sums[i - 1].taken;
        sums[i].dead += sums[i - 1].dead;
        sums[i].living += sums[i - 1].living;
        sums[i].again += sums[i - 1].again;
    }
}

struct surge_sums *deaths_sums(const struct world *world, const struct deaths_here *here,
                               struct activity *mail, struct window window)
{
    struct surge_sums *sums = mail_in(mail, window);
    for (size_t i = 0; i < here->count; i++)
        add_death(sums, window, death_at(world, here, i));
    sum_up(sums, window);
    return sums;
}

void world_open(struct world *world)
{
    const struct deaths *deaths = &world->deaths;
    int32_t first = deaths->list[0].hour, last = first;
    for (size_t i = 0; i < deaths->count; i++) {
        first = deaths->list[i].hour < first ? deaths->list[i].hour : first;
        last = deaths->list[i].hour > last ? deaths->list[i].hour : last;
    }
    world->window = window_of(first, last);
    world->hours = mem_zero(world->window.hours + 1, sizeof *world->hours);
}

void world_sum(struct world *world, struct activity *mail)
{
    world->sums = mail_in(mail, world->window);
    for (size_t i = 0; i < world->deaths.count; i++)
        add_death(world->sums, world->window, &world->deaths.list[i]);
    sum_up(world->sums, world->window);
}

void deaths_add_last(struct deaths_here *here, const struct world *world)
{
    here->list = mem_room(here->list, here->count, sizeof *here->list);
    here->list[here->count++] = (uint32_t)(world->deaths.count - 1);
}

bool deaths_are_crowded(const struct world *world, const struct deaths_here *here, int least)
{
    struct window window = world->window;
    bool found = false;
    if (here->count < (size_t)least)
        return false;
    for (size_t i = 0; i < here->count; i++) {
        const struct death *death = death_at(world, here, i);
        world->hours[index_in(window, death->hour)] += death->first;
    }
    for (size_t i = 0; i < here->count && !found; i++) {
        int64_t sum = 0;
        size_t from = index_in(window, death_at(world, here, i)->hour);
        for (size_t j = from; j < from + SURGE_HOURS_MAX && j < window.hours; j++)
            sum += world->hours[j];
        found = sum >= least;
    }
    for (size_t i = 0; i < here->count; i++)
        world->hours[index_in(window, death_at(world, here, i)->hour)] = 0;
    return found;
}

bool deaths_are_common(const struct world *world, const struct deaths_here *here, int32_t first,
                       int32_t end, int least)
{
    struct map domains;
    size_t most = 0, all = 0;
    map_init(&domains, sizeof(size_t));
    for (size_t i = 0; i < here->count; i++) {
        const struct death *death = death_at(world, here, i);
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
