/* worker: one chunk in, its records and line counts out. Private state only. */
#ifndef BOUNCELOG_PIPELINE_WORKER_H
#define BOUNCELOG_PIPELINE_WORKER_H

#include "bouncelog/classify/classify.h"
#include "bouncelog/input/input.h"
#include "bouncelog/parse/parse.h"
#include "bouncelog/pipeline/pipeline.h"
#include "bouncelog/tally/tally.h"
#include "line_days.h"

struct worker {
    struct parser *parser;
    struct classifier *classifier;
    bool keep_lines; /* see pipeline_options */
    uint64_t lines_seed;
};

/* What a chunk gave; recycled. Lines are counted from the chunk's first one, which is 0: how many
 * came before them is known in the ordered stage only. */
struct batch {
    struct records records;
    struct line_tally lines;
    int64_t headless;        /* lines without a header that is known... */
    char unread[UNREAD_MAX]; /* ...the beginning of the first one */
    size_t unread_len;
    uint64_t *read; /* fingerprints of the lines, where they are kept */
    size_t read_count;
    bool forgotten;  /* they are not */
    size_t known;    /* lines that are empty because they were read before: none of `lines` */
    bool unfinished; /* the last line has no newline, and counts all the same */
    struct chunk_days days;
};

void batch_release(struct batch *batch);

void worker_init(struct worker *worker, const struct parser_options *options);
void worker_release(struct worker *worker);

/* in_quotes: of a CSV log, the chunk begins within a quoted value. */
void worker_run(struct worker *worker, const struct chunk *chunk, const struct clock *clock,
                bool in_quotes, struct batch *batch);

#endif
