/* Makes the time line of the page: one row for each hour or day, also for those in which nothing
 * happened; how names fared over its days; at which hours of the week mail was deferred. Up to two
 * days it goes by the hour, beyond by the day. Hours are those of UTC, as they were counted; the
 * day and the hour of the week are those in which an hour begins by the wall clock of the report.
 */
#include "times.h"

#include "bouncelog/base/buf.h"
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"

#include <stdlib.h>

enum { HOUR = 3600, DAY = 86400, HOURLY_UP_TO = 2 * DAY, DATE_LENGTH = 10, GAP_HOURS_MAX = 24 };

static int64_t floor_to(int64_t time, int64_t step)
{
    return time - ((time % step) + step) % step;
}

/* 1970-01-01 was a Thursday. */
static int64_t weekday(int64_t time)
{
    int64_t day = floor_to(time, DAY) / DAY;
    return (day % WEEKDAYS + WEEKDAYS + 3) % WEEKDAYS;
}

/* Half of it is a whole number, too, for the middle of an axis. */
static int64_t scale_above(int64_t most)
{
    static const int64_t small[] = {2, 4, 6, 8}, large[] = {10, 12, 16, 20, 30, 40, 50, 60, 80};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        if (small[i] >= most)
            return small[i];
    for (int64_t unit = 1;; unit *= 10)
        for (size_t i = 0; i < sizeof large / sizeof *large; i++)
            if (large[i] * unit >= most)
                return large[i] * unit;
}

/* The begin of the row that a second of UTC belongs to: an hour of UTC, or a day of the wall clock.
 */
static int64_t period_of(const struct report *report, int64_t time)
{
    int64_t hour = floor_to(time, HOUR);
    bool day = report->timeline.step == DAY;
    return day ? floor_to(wall_time(report->wall, hour), DAY) : hour;
}

static void begin_timeline(struct report *report)
{
    struct timeline *timeline = &report->timeline;
    timeline->step = report->last - report->first < HOURLY_UP_TO ? HOUR : DAY;
    int64_t first = period_of(report, report->first), last = period_of(report, report->last);
    if ((last - first) / timeline->step >= PERIODS_MAX)
        first = last - (PERIODS_MAX - 1) * timeline->step;
    timeline->begins = first;
    timeline->count = (size_t)((last - first) / timeline->step) + 1;
    timeline->rows = arena_alloc(&report->arena, timeline->count * sizeof *timeline->rows);
    memset(timeline->rows, 0, timeline->count * sizeof *timeline->rows);
    for (size_t i = 0; i < timeline->count; i++) {
        int64_t start = first + (int64_t)i * timeline->step;
        bool day = timeline->step == DAY; /* has 23 hours now and then, or 25 */
        timeline->rows[i].start = day ? start : wall_time(report->wall, start);
    }
}

static void add_hour(struct report *report, int64_t hour, const struct outcomes *outcomes)
{
    struct timeline *timeline = &report->timeline;
    int64_t wall = wall_time(report->wall, hour), period = period_of(report, hour);
    int64_t *cell =
        &report->week_hours.deferred[weekday(wall)][(wall - floor_to(wall, DAY)) / HOUR];
    *cell += outcomes->deferred;
    if (*cell > report->week_hours.most)
        report->week_hours.most = *cell;
    size_t at = (size_t)((period - timeline->begins) / timeline->step);
    if (period < timeline->begins)
        outcomes_add(&timeline->earlier, outcomes);
    else if (at < timeline->count)
        outcomes_add(&timeline->rows[at].outcomes, outcomes);
}

void times_make(struct report *report, const struct tally *tally)
{
    struct timeline *timeline = &report->timeline;
    int64_t hour, most = 0;
    if (!report->has_window)
        return;
    begin_timeline(report);
    for (size_t i = 0; i < map_count(&tally->hours); i++)
        if (date_parse(map_key_at(&tally->hours, i), &hour))
            add_hour(report, hour, map_value_at(&tally->hours, i));
    for (size_t i = 0; i < timeline->count; i++) {
        struct period_row *row = &timeline->rows[i];
        row->failed = row->outcomes.bounced + row->outcomes.expired;
        row->others =
            row->outcomes.count - row->outcomes.delivered - row->outcomes.deferred - row->failed;
        if (row->outcomes.count > most)
            most = row->outcomes.count;
    }
    timeline->scale = scale_above(most);
}

static int by_start(const void *left, const void *right)
{
    const struct hour_row *a = left, *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

/* How many empty rows stand between two hours. */
static size_t empty_between(int64_t hour, int64_t next)
{
    int64_t hours = (next - hour) / HOUR - 1;
    return hours > GAP_HOURS_MAX ? 2 : (size_t)hours;
}

void times_list_hours(struct report *report, const struct tally *tally)
{
    size_t seen = 0, count = 0;
    struct hour_row *known = mem_zero(map_count(&tally->hours), sizeof *known);
    for (size_t i = 0; i < map_count(&tally->hours); i++)
        if (date_parse(map_key_at(&tally->hours, i), &known[seen].start))
            known[seen++].outcomes = *(const struct outcomes *)map_value_at(&tally->hours, i);
    qsort(known, seen, sizeof *known, by_start);
    for (size_t i = 0; i < seen; i++)
        count += 1 + (i ? empty_between(known[i - 1].start, known[i].start) : 0);
    struct hour_row *rows = mem_zero(count, sizeof *rows);
    for (size_t i = 0, at = 0; i < seen; i++) {
        size_t empty = i ? empty_between(known[i - 1].start, known[i].start) : 0;
        for (size_t j = 0; j < empty; j++) /* half of them from its begin, half from its end */
            rows[at++].start = 2 * j < empty ? known[i - 1].start + (int64_t)(j + 1) * HOUR
                                             : known[i].start - (int64_t)(empty - j) * HOUR;
        rows[at++] = known[i];
    }
    mem_free(known);
    report->hour_rows = rows;
    report->hour_count = count;
}

/* Providers are counted by the day of UTC, whatever the days of the timeline are. */
static struct trend *new_trend(struct report *report, size_t count)
{
    size_t bytes = count * sizeof(int64_t);
    struct trend *trend = arena_alloc(&report->arena, sizeof *trend);
    *trend = (struct trend){.count = count,
                            .attempts = arena_alloc(&report->arena, bytes),
                            .failures = arena_alloc(&report->arena, bytes)};
    memset(trend->attempts, 0, bytes);
    memset(trend->failures, 0, bytes);
    return trend;
}

static void fill_trend(struct trend *trend, int64_t first, const struct tally *tally, sv name)
{
    char date[DATE_TEXT];
    struct buf key = {0};
    for (size_t i = 0; i < trend->count; i++) {
        date_format(first + (int64_t)i * DAY, date);
        buf_clear(&key);
        buf_printf(&key, "%.*s\n%.*s", SV_FMT(name), DATE_LENGTH, date);
        const struct outcomes *outcomes = map_get(&tally->provider_days, buf_sv(&key));
        if (!outcomes)
            continue;
        trend->attempts[i] = outcomes->count;
        trend->failures[i] = outcomes->deferred + outcomes->bounced + outcomes->expired;
        if (outcomes->count > trend->most)
            trend->most = outcomes->count;
    }
    buf_release(&key);
}

void times_add_trends(struct report *report, const struct tally *tally)
{
    if (report->timeline.step != DAY) /* nor where there is no time at all */
        return;
    int64_t first = floor_to(report->first, DAY), last = floor_to(report->last, DAY);
    if ((last - first) / DAY >= PERIODS_MAX)
        first = last - (PERIODS_MAX - 1) * (int64_t)DAY;
    for (size_t i = 0; i < report->providers.count; i++) {
        struct ranking_row *row = &report->providers.rows[i];
        if (!map_get(&tally->providers, row->name)) /* the row of all others */
            continue;
        struct trend *trend = new_trend(report, (size_t)((last - first) / DAY) + 1);
        fill_trend(trend, first, tally, row->name);
        row->trend = trend;
    }
}
