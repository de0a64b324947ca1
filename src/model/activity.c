/* Keeps the hours of an activity sorted. Logs come mostly in the order of time, so a new hour
 * mostly goes to the end of the others, and the hour that is counted stays at hand; one that comes
 * again is added to what is there. */
#include "bouncelog/model/activity.h"

#include "bouncelog/base/mem.h"

static void add_counts(struct hour_activity *sum, const struct hour_activity *more)
{
    sum->delivered += more->delivered;
    sum->dead += more->dead;
}

/* Puts the hour that was at hand among the others. */
static void put_away(struct activity *activity)
{
    struct hour_activity hour = activity->last;
    size_t at = activity->count;
    activity->last = (struct hour_activity){0};
    if (!hour.delivered && !hour.dead)
        return;
    while (at && activity->others[at - 1].hour > hour.hour)
        at--;
    if (at && activity->others[at - 1].hour == hour.hour) {
        add_counts(&activity->others[at - 1], &hour);
        return;
    }
    activity->others = mem_room(activity->others, activity->count, sizeof *activity->others);
    for (size_t i = activity->count++; i > at; i--)
        activity->others[i] = activity->others[i - 1];
    activity->others[at] = hour;
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
    if (from->last.delivered || from->last.dead)
        activity_add(into, &from->last);
}

const struct hour_activity *activity_hours(struct activity *activity, size_t *count)
{
    if (!activity->count) {
        *count = activity->last.delivered || activity->last.dead;
        return &activity->last;
    }
    put_away(activity);
    *count = activity->count;
    return activity->others;
}

void activity_release(struct activity *activity)
{
    mem_free(activity->others);
    *activity = (struct activity){0};
}
