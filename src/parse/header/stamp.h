/* stamp: the date of a line as it stands there, and how it becomes UTC.
 *
 * What the stamp does not carry is found out per source, from its first bytes alone, so that the
 * answer depends neither on chunks nor on threads. */
#ifndef BOUNCELOG_PARSE_STAMP_H
#define BOUNCELOG_PARSE_STAMP_H

#include "bouncelog/base/date.h"
#include "bouncelog/parse/parse.h"

struct stamp {
    struct civil civil; /* year 0: not logged */
    bool has_zone;
    int zone_s;    /* east of UTC */
    bool absolute; /* `seconds` says it all (a journal's microseconds) */
    int64_t seconds;
};

/* False when the fields are no date. months: names in other languages -> int. */
bool stamp_from_fields(struct stamp *stamp, const struct map *months, sv year, sv month, sv day,
                       sv hour, sv minute, sv second, sv zone);

/* A time as data: Unix seconds (also in milli-, micro- or nanoseconds), or RFC 3339. */
bool stamp_seconds(sv text, int64_t *seconds);

/* UTC. id_time: when the line's queue id says the message arrived; negative: it does not. */
int64_t stamp_resolve(const struct stamp *stamp, const struct clock *clock, int64_t id_time,
                      struct local_hours *hours);

/* Can a line of this second be about a message that arrived then? Of the years that a stamp without
 * one may have, at most one passes. */
bool stamp_is_of(int64_t seconds, int64_t id_time);

/* Gathers what the lines at the head of a source say about its year and zone. */
struct clock_evidence {
    struct civil first; /* the first stamp without a year */
    bool has_first;
    int64_t first_id_time; /* of the first arrival whose stamp agrees with its queue id */
    bool has_id;
    int offsets[64]; /* in quarters of an hour, of arrivals in stamps without a zone */
    size_t offset_count;
};

void clock_note(struct clock_evidence *evidence, const struct stamp *stamp, int64_t id_time,
                bool arrival);
struct clock clock_decide(const struct clock_evidence *evidence,
                          const struct clock_options *options);

#endif
