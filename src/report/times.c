/* Makes the time line of the page: one row for each hour or day, also for those in which nothing
 * happened; how names fared over its days; at which hours of the week mail was deferred. Up to two
 * days it goes by the hour, beyond by the day. */
#include "times.h"

#include "bouncelog/base/buf.h"
#include "bouncelog/base/date.h"

enum { HOUR = 3600, DAY = 86400, HOURLY_UP_TO = 2 * DAY, DATE_LENGTH = 10 };

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

static void begin_timeline(struct report *report)
{
    struct timeline *timeline = &report->timeline;
    timeline->step = report->last - report->first < HOURLY_UP_TO ? HOUR : DAY;
    int64_t first = floor_to(report->first, timeline->step);
    int64_t last = floor_to(report->last, timeline->step);
    if ((last - first) / timeline->step >= PERIODS_MAX)
        first = last - (PERIODS_MAX - 1) * timeline->step;
    timeline->count = (size_t)((last - first) / timeline->step) + 1;
    timeline->rows = arena_alloc(&report->arena, timeline->count * sizeof *timeline->rows);
    for (size_t i = 0; i < timeline->count; i++)
        timeline->rows[i] = (struct period_row){.start = first + (int64_t)i * timeline->step};
}

static void add_hour(struct report *report, int64_t hour, const struct outcomes *outcomes)
{
    struct timeline *timeline = &report->timeline;
    int64_t start = timeline->rows[0].start;
    int64_t *cell =
        &report->week_hours.deferred[weekday(hour)][(hour - floor_to(hour, DAY)) / HOUR];
    *cell += outcomes->deferred;
    if (*cell > report->week_hours.most)
        report->week_hours.most = *cell;
    size_t at = (size_t)((hour - start) / timeline->step);
    if (hour < start)
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

static struct trend *new_trend(struct report *report)
{
    size_t bytes = report->timeline.count * sizeof(int64_t);
    struct trend *trend = arena_alloc(&report->arena, sizeof *trend);
    *trend = (struct trend){.attempts = arena_alloc(&report->arena, bytes),
                            .failures = arena_alloc(&report->arena, bytes)};
    memset(trend->attempts, 0, bytes);
    memset(trend->failures, 0, bytes);
    return trend;
}

static void fill_trend(struct trend *trend, const struct timeline *timeline,
                       const struct tally *tally, sv name)
{
    char date[DATE_TEXT];
    struct buf key = {0};
    for (size_t i = 0; i < timeline->count; i++) {
        date_format(timeline->rows[i].start, date);
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
    if (report->timeline.step != DAY)
        return;
    for (size_t i = 0; i < report->providers.count; i++) {
        struct ranking_row *row = &report->providers.rows[i];
        if (!map_get(&tally->providers, row->name)) /* the row of all others */
            continue;
        struct trend *trend = new_trend(report);
        fill_trend(trend, &report->timeline, tally, row->name);
        row->trend = trend;
    }
}
