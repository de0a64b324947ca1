/* Turns the stamp of a line into UTC. A year that is not logged is the one that agrees with the
 * queue ids or with the date of the file; a zone that is not logged follows from arrivals, whose
 * queue ids carry the time in UTC, else it is that of the machine. */
#include "stamp.h"

#include "bouncelog/base/bytes.h"

enum {
    MONTH_BYTES = 32,
    DAY = 86400,
    QUARTER = 900,
    ZONE_MAX = 14 * 3600,      /* no zone is further from UTC */
    QUEUE_LIFE_MAX = 35 * DAY, /* no queue keeps mail longer */
    SLACK = 120,               /* between a queue id and the line that announces it */
};

static bool number(sv text, int *out)
{
    uint64_t n;
    if (!sv_to_u64(text, &n) || n > 9999)
        return false;
    *out = (int)n;
    return true;
}

static bool month_number(sv text, const struct map *months, int *out)
{
    sv names = SV("JanFebMarAprMayJunJulAugSepOctNovDec");
    char lower[MONTH_BYTES];
    if (number(text, out))
        return true;
    for (int i = 0; i < 12; i++)
        if (sv_eq(text, sv_sub(names, (size_t)i * 3, (size_t)i * 3 + 3))) {
            *out = i + 1;
            return true;
        }
    if (text.len > sizeof lower)
        return false;
    bytes_lower(lower, text);
    const int *month = map_get(months, sv_make(lower, text.len));
    if (month)
        *out = *month;
    return month != NULL;
}

/* Z, UTC, GMT, +hh:mm, +hhmm */
static bool zone_offset(sv text, int *out)
{
    int hours, minutes;
    *out = 0;
    if (text.len < 5)
        return true;
    if (!number(sv_sub(text, 1, 3), &hours) || !number(sv_skip(text, text.len - 2), &minutes))
        return false;
    *out = (hours * 3600 + minutes * 60) * (text.ptr[0] == '-' ? -1 : 1);
    return true;
}

bool stamp_from_fields(struct stamp *stamp, const struct map *months, sv year, sv month, sv day,
                       sv hour, sv minute, sv second, sv zone)
{
    struct civil *c = &stamp->civil;
    *stamp = (struct stamp){.has_zone = zone.len > 0};
    if ((year.len && !number(year, &c->year)) || !month_number(month, months, &c->month) ||
        !number(day, &c->day) || !number(hour, &c->hour) || !number(minute, &c->minute) ||
        !number(second, &c->second) || !zone_offset(zone, &stamp->zone_s))
        return false;
    struct civil check = *c;
    if (!check.year)
        check.year = 2000; /* 29 February may stand in a stamp without a year */
    return date_is_valid(check);
}

static int64_t to_utc(const struct stamp *stamp, struct civil civil, const struct clock *clock,
                      struct local_hours *hours)
{
    if (stamp->has_zone)
        return date_from_civil(civil) - stamp->zone_s;
    return clock->fixed ? date_from_civil(civil) - clock->offset_s
                        : date_from_local_hour(hours, civil);
}

static int64_t in_year(const struct stamp *stamp, int year, const struct clock *clock,
                       struct local_hours *hours)
{
    struct civil civil = stamp->civil;
    civil.year = year;
    return to_utc(stamp, civil, clock, hours);
}

bool stamp_is_of(int64_t seconds, int64_t id_time)
{
    return seconds >= id_time - ZONE_MAX && seconds <= id_time + QUEUE_LIFE_MAX;
}

int64_t stamp_resolve(const struct stamp *stamp, const struct clock *clock, int64_t id_time,
                      struct local_hours *hours)
{
    if (stamp->absolute)
        return stamp->seconds;
    if (stamp->civil.year)
        return to_utc(stamp, stamp->civil, clock, hours);
    if (id_time >= 0) {
        int year = date_to_civil(id_time).year;
        static const int nearest_first[] = {0, 1, -1};
        for (int i = 0; i < 3; i++) {
            int64_t seconds = in_year(stamp, year + nearest_first[i], clock, hours);
            if (stamp_is_of(seconds, id_time))
                return seconds;
        }
    }
    int year = date_to_civil(clock->has_anchor ? clock->not_before : clock->not_after).year;
    if (clock->has_anchor) {
        int64_t seconds = in_year(stamp, year, clock, hours);
        return seconds >= clock->not_before ? seconds : in_year(stamp, year + 1, clock, hours);
    }
    int64_t seconds = in_year(stamp, year + 1, clock, hours); /* a zone may be ahead at the turn */
    if (seconds <= clock->not_after)
        return seconds;
    seconds = in_year(stamp, year, clock, hours);
    return seconds <= clock->not_after ? seconds : in_year(stamp, year - 1, clock, hours);
}

/* The offset in quarters of an hour that a wall clock has against a queue id's UTC. */
static bool quarters(int64_t wall, int64_t id_time, int *out)
{
    int64_t difference = wall - id_time + ZONE_MAX;
    if (difference < -SLACK || difference > 2 * ZONE_MAX + SLACK)
        return false;
    int64_t rounded = (difference + SLACK) / QUARTER;
    if (difference - rounded * QUARTER > SLACK)
        return false;
    *out = (int)rounded - ZONE_MAX / QUARTER;
    return true;
}

static bool offset_of(const struct stamp *stamp, int64_t id_time, int *out)
{
    struct civil civil = stamp->civil;
    if (civil.year)
        return quarters(date_from_civil(civil), id_time, out);
    int year = date_to_civil(id_time).year;
    for (civil.year = year - 1; civil.year <= year + 1; civil.year++)
        if (quarters(date_from_civil(civil), id_time, out))
            return true;
    return false;
}

void clock_note(struct clock_evidence *evidence, const struct stamp *stamp, int64_t id_time,
                bool arrival)
{
    if (stamp->absolute || (stamp->civil.year && stamp->has_zone))
        return;
    if (!stamp->civil.year && !evidence->has_first) {
        evidence->first = stamp->civil;
        evidence->has_first = true;
    }
    int offset;
    if (id_time < 0 || !arrival || !offset_of(stamp, id_time, &offset))
        return;
    if (!evidence->has_id) {
        evidence->has_id = true;
        evidence->first_id_time = id_time;
    }
    if (!stamp->has_zone &&
        evidence->offset_count < sizeof evidence->offsets / sizeof *evidence->offsets)
        evidence->offsets[evidence->offset_count++] = offset;
}

/* The most frequent offset; of equals the first. */
static int usual_offset(const struct clock_evidence *evidence)
{
    size_t best = 0, best_count = 0;
    for (size_t i = 0; i < evidence->offset_count; i++) {
        size_t count = 0;
        for (size_t j = 0; j < evidence->offset_count; j++)
            count += evidence->offsets[j] == evidence->offsets[i];
        if (count > best_count) {
            best = i;
            best_count = count;
        }
    }
    return evidence->offsets[best] * QUARTER;
}

/* Days may have passed between the first line and the first id that carries a time; or, where lines
 * are out of order, the other way round. */
static int64_t beginning(const struct clock_evidence *evidence, const struct clock *clock)
{
    int64_t with_id = evidence->first_id_time - ZONE_MAX;
    if (!evidence->has_first)
        return with_id;
    struct stamp first = {.civil = evidence->first};
    struct local_hours hours = {0};
    int year = date_to_civil(evidence->first_id_time).year + 1;
    int64_t begun = in_year(&first, year, clock, &hours);
    while (begun > evidence->first_id_time + QUEUE_LIFE_MAX)
        begun = in_year(&first, --year, clock, &hours);
    return begun < with_id ? begun : with_id;
}

struct clock clock_decide(const struct clock_evidence *evidence,
                          const struct clock_options *options)
{
    struct clock clock = {.source = options->source, .not_after = options->mtime + DAY};
    if (!options->zone_given && evidence->offset_count) {
        clock.offset_s = usual_offset(evidence);
        clock.fixed = date_zone_offset(evidence->first_id_time) != clock.offset_s;
    }
    /* A file runs forward: everything in it is later than its first line, give or take a day. */
    struct stamp first = {.civil = evidence->first};
    struct local_hours hours = {0};
    if (evidence->has_id) {
        clock.has_anchor = true;
        clock.not_before = beginning(evidence, &clock) - DAY;
    } else if (options->year && evidence->has_first) {
        clock.has_anchor = true;
        clock.not_before = in_year(&first, options->year, &clock, &hours) - DAY;
    }
    return clock;
}

bool stamp_seconds(sv text, int64_t *seconds)
{
    uint64_t number;
    sv digits = sv_cut(text, '.', &(sv){0});
    if (!sv_to_u64(digits, &number))
        return date_parse(text, seconds);
    while (number > UINT64_C(100000000000)) /* the year 5138 in seconds, 1973 in milliseconds */
        number /= 1000;
    *seconds = (int64_t)number;
    return true;
}
