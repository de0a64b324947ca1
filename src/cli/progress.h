/* progress: a line on stderr that says how far a scan is. */
#ifndef BOUNCELOG_CLI_PROGRESS_H
#define BOUNCELOG_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "options/options.h"

struct progress {
    bool shown;
    bool terminal;
    int64_t total; /* bytes on disk of all sources; 0: unknown */
    int64_t started_ms, last_ms;
};

/* False when nothing is to be shown. */
bool progress_start(struct progress *progress, enum when when, int64_t total);
/* read: raw bytes of all sources so far. */
void progress_show(void *context, int64_t read);
void progress_end(struct progress *progress);

#endif
