/* zone: sets the process's time zone, which base/date.h reads local times in; and tables of others,
 * which reports are shown in. */
#ifndef BOUNCELOG_CLI_ZONE_H
#define BOUNCELOG_CLI_ZONE_H

#include "bouncelog/base/err.h"
#include "bouncelog/report/wall.h"

/* Whether it is a name of the zoneinfo database, UTC, or an offset like +02:00. */
int zone_check(const char *option, const char *zone, struct err *err) MUST_CHECK;
/* The same, and sets it; NULL: the machine's. */
int zone_set(const char *zone, struct err *err) MUST_CHECK;

/* A zone to show a report in. */
struct display_zone {
    struct wall wall; /* count 0: UTC */
    struct buf name;
    struct wall_change *changes;
    size_t count;
};

/* Also "local", the machine's. */
int display_zone_check(const char *option, const char *zone, struct err *err) MUST_CHECK;
/* Of a zone that was checked, into zeroes: its changes from 1970 to 2199. The zone of the process
 * is another one meanwhile: before any other thread starts. */
void display_zone_load(struct display_zone *zone, const char *name);
void display_zone_release(struct display_zone *zone);

#endif
