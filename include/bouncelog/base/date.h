/* date: seconds since 1970 UTC to civil dates and back, and local times of a zone.
 *
 * The zone is the process's (environment TZ, set once by cli before any thread starts).
 * A local time in the gap of a change to summer time is read with the offset that held before the
 * gap; a local time that occurs twice in autumn is read as the first of the two. */
#ifndef BOUNCELOG_BASE_DATE_H
#define BOUNCELOG_BASE_DATE_H

#include "bouncelog/base/sv.h"

struct civil {
    int year, month, day; /* month 1 to 12 */
    int hour, minute, second;
};

/* Any proleptic Gregorian date; second may be 60. */
int64_t date_from_civil(struct civil civil);
struct civil date_to_civil(int64_t seconds);

/* Whole steps of so many seconds since 1970, also before it; whole UTC days. */
enum { DATE_DAY = 86400 };
static inline int64_t date_step(int64_t seconds, int64_t width)
{
    return (seconds - (seconds < 0 ? width - 1 : 0)) / width;
}
static inline int64_t date_day(int64_t seconds)
{
    return date_step(seconds, DATE_DAY);
}

/* True when the fields are a date and time that exist (leap second allowed). */
bool date_is_valid(struct civil civil);

/* "2026-11-22T03:11:09Z" into text (at least DATE_TEXT bytes, NUL-terminated). */
enum { DATE_TEXT = 32 };
void date_format(int64_t seconds, char *text);
/* "Sun, 22 Nov 2026 03:11:09 +0000" (RFC 2822, RFC 5322). */
void date_format_mail(int64_t seconds, char *text);

/* RFC 3339 date-time, or YYYY-MM-DD (midnight UTC); false when it is neither. */
bool date_parse(sv text, int64_t *seconds);

/* Seconds east of UTC that the process's zone has at a UTC second. */
int date_zone_offset(int64_t seconds);

/* The UTC second of a local civil time in the process's zone (see above for gaps and folds). */
int64_t date_from_local(struct civil civil);

/* Hours of the wall clock that no change of the zone's clock is near: a caller that asks for one
 * time after the other keeps them, and the zone's rules are asked once an hour. Zero-initialise;
 * one thread's; of no use once TZ is another one. */
enum { LOCAL_HOURS_KEPT = 4 };
struct local_hours {
    struct local_hour {
        int64_t begins; /* wall clock; 0: free */
        int offset_s;
    } kept[LOCAL_HOURS_KEPT];
};

/* The same as date_from_local. */
int64_t date_from_local_hour(struct local_hours *hours, struct civil civil);

#endif
