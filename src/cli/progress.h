/* progress: a line on stderr that says how far a scan is. */
#ifndef BOUNCELOG_CLI_PROGRESS_H
#define BOUNCELOG_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "bouncelog/input/input.h"
#include "scan_options.h"

struct progress {
    bool shown;
    bool terminal;
    int64_t started_ms, last_ms;
};

/* False when nothing is to be shown. */
bool progress_start(struct progress *progress, enum when when);
void progress_show(void *context, const struct input *input);
void progress_end(struct progress *progress);

#endif
