/* moment: a time as people write it. */
#ifndef BOUNCELOG_CLI_OPTIONS_MOMENT_H
#define BOUNCELOG_CLI_OPTIONS_MOMENT_H

#include "bouncelog/base/sv.h"

/* Reads it; false when it is no time. `local`: what names no zone is of the process's zone, else of
 * UTC. A date alone is of UTC in any case. `now` is the present. */
bool moment_parse(sv text, int64_t now, bool local, int64_t *time);

#endif
