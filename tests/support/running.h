/* running: a whole run over some logs, and everything that comes out of it as one text. */
#ifndef BOUNCELOG_TESTS_RUNNING_H
#define BOUNCELOG_TESTS_RUNNING_H

#include "bouncelog/pipeline/pipeline.h"
#include "testing.h"

enum { RUN_LOGS_MAX = 16 };

struct run_options {
    const struct patterns *patterns;
    size_t chunk_bytes; /* 0: the default */
    unsigned jobs;
    bool inbound;
    size_t messages_max; /* 0: the default */
};

/* Events, then the summary, then the list as CSV. */
void run_logs(const char *const *paths, size_t count, const struct run_options *options,
              struct buf *result);

#endif
