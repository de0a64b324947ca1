/* worker: one chunk in, its records and line counts out. Private state only. */
#ifndef BOUNCELOG_PIPELINE_WORKER_H
#define BOUNCELOG_PIPELINE_WORKER_H

#include "bouncelog/classify/classify.h"
#include "bouncelog/input/input.h"
#include "bouncelog/parse/parse.h"
#include "bouncelog/tally/tally.h"
#include "line_days.h"

struct worker {
    struct parser *parser;
    struct classifier *classifier;
};

/* What a chunk gave; recycled. Lines are counted from the chunk's first one, which is 0: how many
 * came before them is known in the ordered stage only. */
struct batch {
    struct records records;
    struct line_tally lines;
    struct chunk_days days;
};

void worker_init(struct worker *worker, const struct parser_options *options);
void worker_release(struct worker *worker);

/* in_quotes: of a CSV log, the chunk begins within a quoted value. */
void worker_run(struct worker *worker, const struct chunk *chunk, const struct clock *clock,
                bool in_quotes, struct batch *batch);

#endif
