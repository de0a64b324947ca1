/* wall: what a clock on the wall shows, in the zone in which a report is read.
 *
 * Nothing here asks the machine: whoever wants another zone than UTC hands over its changes. Times
 * of the wall are counted in seconds as if the zone were UTC, so that date.h splits them. */
#ifndef BOUNCELOG_REPORT_WALL_H
#define BOUNCELOG_REPORT_WALL_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/sv.h"

/* From that second of UTC on the zone is so many seconds east of UTC. */
struct wall_change {
    int64_t from;
    int offset_s;
};

/* The offset of the first change holds before it, too. NULL is UTC, in all functions. */
struct wall {
    sv name;
    const struct wall_change *changes; /* the earliest first; at least one */
    size_t count;
};

sv wall_name(const struct wall *wall);
int wall_offset(const struct wall *wall, int64_t utc);
int64_t wall_time(const struct wall *wall, int64_t utc);
/* How many seconds behind its full hours an hour of UTC begins there, at some time in [first,
 * last]; 0 for most zones. */
int wall_hours_begin(const struct wall *wall, int64_t first, int64_t last);
/* "UTC", "UTC+05:30", "Europe/Berlin (UTC+02:00)"; of times in [first, last] with a change between
 * them, "Europe/Berlin (UTC+02:00, then UTC+01:00)". */
void wall_say(const struct wall *wall, int64_t first, int64_t last, struct buf *out);

#endif
