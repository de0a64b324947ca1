/* Dates are counted in whole days of the Gregorian calendar by Howard Hinnant's algorithms,
 * without tables and without the C library, whose functions ask the zone each time. What is read
 * is RFC 3339 with a date alone allowed; what is written is RFC 3339 in UTC, or a date of RFC
 * 5322 for the formats that want one. Only a local time asks the C library, and only twice: the
 * offsets half a day before and after a wall time say whether the clock changed in between. */
#include "bouncelog/base/date.h"

#include <stdio.h>
#include <time.h>

enum { HOUR = 3600 };

/* Days from civil and back: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static int64_t days_from_civil(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

int64_t date_from_civil(struct civil c)
{
    return days_from_civil(c.year, c.month, c.day) * 86400 + c.hour * 3600 + c.minute * 60 +
           c.second;
}

struct civil date_to_civil(int64_t seconds)
{
    int64_t days = seconds / 86400, rest = seconds % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct civil){.year = (int)(yoe + era * 400 + (month <= 2)),
                          .month = month,
                          .day = (int)(doy - (153 * mp + 2) / 5 + 1),
                          .hour = (int)(rest / 3600),
                          .minute = (int)(rest / 60 % 60),
                          .second = (int)(rest % 60)};
}

bool date_is_valid(struct civil c)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (c.month < 1 || c.month > 12 || c.hour < 0 || c.hour > 23 || c.minute < 0 || c.minute > 59 ||
        c.second < 0 || c.second > 60)
        return false;
    bool leap = (c.year % 4 == 0 && c.year % 100 != 0) || c.year % 400 == 0;
    return c.day >= 1 && c.day <= days[c.month - 1] + (c.month == 2 && leap);
}

static char *put_two(char *to, int number, char behind)
{
    to[0] = (char)('0' + number / 10);
    to[1] = (char)('0' + number % 10);
    to[2] = behind;
    return to + 3;
}

/* By hand: events have one each, rows of who is suppressed two. */
void date_format(int64_t seconds, char *text)
{
    struct civil c = date_to_civil(seconds);
    int year = c.year % 10000;
    if (year < 0) {
        snprintf(text, DATE_TEXT, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, c.month, c.day, c.hour,
                 c.minute, c.second);
        return;
    }
    text = put_two(text, year / 100, 0) - 1;
    text = put_two(text, year % 100, '-');
    text = put_two(text, c.month, '-');
    text = put_two(text, c.day, 'T');
    text = put_two(text, c.hour, ':');
    text = put_two(text, c.minute, ':');
    put_two(text, c.second, 'Z')[0] = 0;
}

void date_format_mail(int64_t seconds, char *text)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = date_to_civil(seconds);
    int64_t day = (days_from_civil(c.year, c.month, c.day) + 4) % 7; /* 1970-01-01: a Thursday */
    char iso[DATE_TEXT];
    date_format(seconds, iso);
    snprintf(text, DATE_TEXT, "%.3s, %.2s %.3s %.4s %.8s +0000", days[day < 0 ? day + 7 : day],
             iso + 8, months[c.month - 1], iso, iso + 11);
}

static bool digits(sv text, size_t at, size_t count, int *out)
{
    if (at + count > text.len)
        return false;
    *out = 0;
    for (size_t i = at; i < at + count; i++) {
        if (!is_digit(text.ptr[i]))
            return false;
        *out = *out * 10 + (text.ptr[i] - '0');
    }
    return true;
}

static bool parse_offset(sv text, int *offset)
{
    int hours, minutes;
    if (text.len == 1 && (text.ptr[0] == 'Z' || text.ptr[0] == 'z')) {
        *offset = 0;
        return true;
    }
    if (text.len != 6 || (text.ptr[0] != '+' && text.ptr[0] != '-') || text.ptr[3] != ':' ||
        !digits(text, 1, 2, &hours) || !digits(text, 4, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset = (hours * 3600 + minutes * 60) * (text.ptr[0] == '-' ? -1 : 1);
    return true;
}

bool date_parse(sv text, int64_t *seconds)
{
    struct civil c = {0};
    if (!digits(text, 0, 4, &c.year) || text.len < 10 || text.ptr[4] != '-' ||
        !digits(text, 5, 2, &c.month) || text.ptr[7] != '-' || !digits(text, 8, 2, &c.day))
        return false;
    int offset = 0;
    if (text.len > 10) {
        char t = text.ptr[10];
        if ((t != 'T' && t != 't' && t != ' ') || text.len < 20 || text.ptr[13] != ':' ||
            text.ptr[16] != ':' || !digits(text, 11, 2, &c.hour) ||
            !digits(text, 14, 2, &c.minute) || !digits(text, 17, 2, &c.second))
            return false;
        size_t at = 19;
        if (text.ptr[at] == '.')
            do
                at++;
            while (at < text.len && is_digit(text.ptr[at]));
        if (!parse_offset(sv_skip(text, at), &offset))
            return false;
    }
    if (!date_is_valid(c))
        return false;
    *seconds = date_from_civil(c) - offset;
    return true;
}

int date_zone_offset(int64_t seconds)
{
    time_t at = (time_t)seconds;
    struct tm tm;
    if (!localtime_r(&at, &tm))
        return 0;
    return (int)tm.tm_gmtoff;
}

/* The offsets half a day before and after bracket any change near this wall time. */
static void offsets_around(int64_t wall, int *before, int *after)
{
    int64_t about = wall - date_zone_offset(wall);
    *before = date_zone_offset(about - DATE_DAY / 2);
    *after = date_zone_offset(about + DATE_DAY / 2);
}

int64_t date_from_local(struct civil civil)
{
    int before, after;
    int64_t wall = date_from_civil(civil);
    offsets_around(wall, &before, &after);
    int64_t early = wall - before;
    if (before == after || date_zone_offset(early) == before)
        return early;
    int64_t late = wall - after;
    return date_zone_offset(late) == after ? late : early;
}

/* Is the offset the same around the whole hour? No zone goes there and back within one. */
static bool is_steady(int64_t begins, int *offset_s)
{
    int before, after, end_before, end_after;
    offsets_around(begins, &before, &after);
    offsets_around(begins + HOUR, &end_before, &end_after);
    *offset_s = before;
    return before == after && before == end_before && before == end_after;
}

int64_t date_from_local_hour(struct local_hours *hours, struct civil civil)
{
    int64_t wall = date_from_civil(civil), begins = date_step(wall, HOUR) * HOUR;
    /* Years that are tried one after the other have places of their own. */
    struct local_hour *hour = &hours->kept[(unsigned)civil.year % LOCAL_HOURS_KEPT];
    if (hour->begins != begins || !begins) {
        int offset_s;
        if (!is_steady(begins, &offset_s))
            return date_from_local(civil);
        *hour = (struct local_hour){begins, offset_s};
    }
    return wall - hour->offset_s;
}
