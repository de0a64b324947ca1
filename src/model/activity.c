/* Keeps the hours of an activity sorted. Logs come mostly in the order of time, so a new hour
 * mostly goes to the end of the others, and the hour that is counted stays at hand; one that comes
 * again is added to what is there. */
#include "bouncelog/model/activity.h"

#include "bouncelog/base/mem.h"

enum { HOURS_FIRST = 4 }; /* a power of two */

static void add_counts(struct hour_activity *sum, const struct hour_activity *more)
{
    sum->delivered += more->delivered;
    sum->dead += more->dead;
}

static bool is_empty(const struct hour_activity *hour)
{
    return !hour->delivered && !hour->dead;
}

/* Puts an hour that is not empty where it belongs among `count` sorted ones, which have room for
 * one more; how many they are then. */
static size_t insert(struct hour_activity *hours, size_t count, const struct hour_activity *hour)
{
    size_t at = count;
    while (at && hours[at - 1].hour > hour->hour)
        at--;
    if (at && hours[at - 1].hour == hour->hour) {
        add_counts(&hours[at - 1], hour);
        return count;
    }
    for (size_t i = count; i > at; i--)
        hours[i] = hours[i - 1];
    hours[at] = *hour;
    return count + 1;
}

/* A domain that has mail in a second hour mostly has it in some more. */
static struct hour_activity *room_for_one(struct activity *activity)
{
    uint32_t count = activity->count;
    if (count && (count < HOURS_FIRST || (count & (count - 1))))
        return activity->others;
    return mem_grow(activity->others, count ? count * 2 : HOURS_FIRST, sizeof *activity->others);
}

/* Puts the hour that was at hand among the others. */
static void put_away(struct activity *activity)
{
    struct hour_activity hour = activity->last;
    activity->last = (struct hour_activity){0};
    if (is_empty(&hour))
        return;
    activity->others = room_for_one(activity);
    activity->count = (uint32_t)insert(activity->others, activity->count, &hour);
}

void activity_add(struct activity *activity, const struct hour_activity *more)
{
    if (activity->last.hour != more->hour) {
        put_away(activity);
        activity->last.hour = more->hour;
    }
    add_counts(&activity->last, more);
}

void activity_merge(struct activity *into, const struct activity *from)
{
    for (size_t i = 0; i < from->count; i++)
        activity_add(into, &from->others[i]);
    if (!is_empty(&from->last))
        activity_add(into, &from->last);
}

const struct hour_activity *activity_hours(struct activity *activity, size_t *count)
{
    if (!activity->count) {
        *count = !is_empty(&activity->last);
        return &activity->last;
    }
    put_away(activity);
    *count = activity->count;
    return activity->others;
}

size_t activity_copy(const struct activity *activity, struct hour_activity *hours)
{
    for (size_t i = 0; i < activity->count; i++)
        hours[i] = activity->others[i];
    return is_empty(&activity->last) ? activity->count
                                     : insert(hours, activity->count, &activity->last);
}

int64_t activity_dead_after(const struct activity *activity, int64_t hour)
{
    int64_t sum = activity->last.hour > hour ? activity->last.dead : 0;
    for (size_t i = 0; i < activity->count; i++)
        sum += activity->others[i].hour > hour ? activity->others[i].dead : 0;
    return sum;
}

void activity_release(struct activity *activity)
{
    mem_free(activity->others);
    *activity = (struct activity){0};
}
