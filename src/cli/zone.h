/* zone: sets the process's time zone, which base/date.h reads local times in. */
#ifndef BOUNCELOG_CLI_ZONE_H
#define BOUNCELOG_CLI_ZONE_H

#include "bouncelog/base/err.h"

/* A name of the zoneinfo database, UTC, or an offset like +02:00; NULL: the machine's. */
int zone_set(const char *zone, struct err *err) MUST_CHECK;

#endif
