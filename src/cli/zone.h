/* zone: sets the process's time zone, which base/date.h reads local times in. */
#ifndef BOUNCELOG_CLI_ZONE_H
#define BOUNCELOG_CLI_ZONE_H

#include "bouncelog/base/err.h"

/* Whether it is a name of the zoneinfo database, UTC, or an offset like +02:00. */
int zone_check(const char *zone, struct err *err) MUST_CHECK;
/* The same, and sets it; NULL: the machine's. */
int zone_set(const char *zone, struct err *err) MUST_CHECK;

#endif
