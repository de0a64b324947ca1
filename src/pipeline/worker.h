/* worker: one chunk in, its records and line counts out. Private state only. */
#ifndef BOUNCELOG_PIPELINE_WORKER_H
#define BOUNCELOG_PIPELINE_WORKER_H

#include "bouncelog/classify/classify.h"
#include "bouncelog/input/input.h"
#include "bouncelog/parse/parse.h"
#include "bouncelog/tally/tally.h"

struct worker {
    struct parser *parser;
    struct classifier *classifier;
    struct line_tally lines;
};

/* What a chunk gave; recycled. */
struct batch {
    struct records records;
    int64_t line_count;
};

void worker_init(struct worker *worker, const struct parser_options *options);
void worker_release(struct worker *worker);

/* first_line: the number of the chunk's first line in its source. */
void worker_run(struct worker *worker, const struct chunk *chunk, const struct clock *clock,
                int64_t first_line, struct batch *batch);

#endif
