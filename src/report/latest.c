/* Compares the last 24 hours with the days of 24 hours before them, and marks reply shapes that
 * were never seen before. The median of each count is what is usual: one bad day among seven does
 * not move it. */
#include "latest.h"

#include <stdlib.h>

#include "bouncelog/base/date.h"

enum { HOUR = 3600, DAY = 86400 };

/* windows[0] is the latest day, [1] the one before. */
struct windows {
    int64_t until, first; /* first: the earliest hour of all */
    struct outcomes days[COMPARED_DAYS + 1];
};

static void add_hour(struct windows *windows, int64_t hour, const struct outcomes *outcomes)
{
    if (hour < windows->first)
        windows->first = hour;
    if (hour >= windows->until)
        return;
    int64_t at = (windows->until - 1 - hour) / DAY;
    if (at <= COMPARED_DAYS)
        outcomes_add(&windows->days[at], outcomes);
}

/* What holds all holds the hours that are reported, too. */
static void add_hours(struct windows *windows, const struct map *hours, const struct map *without)
{
    int64_t hour;
    for (size_t i = 0; i < map_count(hours); i++) {
        sv name = map_key_at(hours, i);
        if ((!without || !map_get(without, name)) && date_parse(name, &hour))
            add_hour(windows, hour, map_value_at(hours, i));
    }
}

static int by_number(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Of an even number of days, the lower one of the two in the middle. */
static int64_t median(const struct windows *windows, int64_t days, size_t offset)
{
    int64_t numbers[COMPARED_DAYS];
    for (int64_t i = 0; i < days; i++)
        numbers[i] = *(const int64_t *)((const char *)&windows->days[i + 1] + offset);
    qsort(numbers, (size_t)days, sizeof *numbers, by_number);
    return numbers[(days - 1) / 2];
}

void latest_day_make(struct report *report, const struct report_source *source)
{
    struct windows windows = {.first = INT64_MAX};
    if (!report->has_window)
        return;
    windows.until = (date_step(report->last, HOUR) + 1) * HOUR;
    add_hours(&windows, &source->tally->hours, NULL);
    if (source->before)
        add_hours(&windows, &source->before->hours,
                  source->before_holds_all ? &source->tally->hours : NULL);
    struct latest_day *day = &report->latest_day;
    day->since = windows.until - DAY;
    day->until = windows.until;
    day->days = (windows.until - windows.first) / DAY - 1;
    if (day->days > COMPARED_DAYS)
        day->days = COMPARED_DAYS;
    if (day->days <= 0) {
        day->days = 0;
        return;
    }
    day->latest = windows.days[0];
    day->usual = (struct outcomes){
        .count = median(&windows, day->days, offsetof(struct outcomes, count)),
        .delivered = median(&windows, day->days, offsetof(struct outcomes, delivered)),
        .deferred = median(&windows, day->days, offsetof(struct outcomes, deferred)),
        .bounced = median(&windows, day->days, offsetof(struct outcomes, bounced)),
        .expired = median(&windows, day->days, offsetof(struct outcomes, expired))};
    if (!day->usual.count) /* on most days there was nothing */
        day->days = 0;
}

void latest_shapes_mark(struct report *report, const struct report_source *source)
{
    if (!source->before)
        return;
    report->knows_shapes = true;
    for (size_t i = 0; i < report->shape_count; i++) {
        struct rule_row *row = &report->shapes[i];
        const int64_t *before = map_get(&source->before->shapes, row->rule);
        row->fresh = !before || (source->before_holds_all && *before <= row->count);
        report->fresh_shape_count += row->fresh;
    }
}
