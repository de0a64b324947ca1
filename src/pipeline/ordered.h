/* stage: what depends on the order of the lines: the join, the counters of outcomes, the evidence
 * and the event sink. One thread at a time, chunk by chunk in input order. */
#ifndef BOUNCELOG_PIPELINE_ORDERED_H
#define BOUNCELOG_PIPELINE_ORDERED_H

#include "awaited.h"
#include "bouncelog/pipeline/pipeline.h"
#include "doubts.h"
#include "worker.h"

struct ordered_stage {
    struct scan_result *scan;
    struct input *input;
    const struct pipeline_options *options;
    struct awaited awaited;
    struct doubts doubts;
    struct late *late;          /* NULL: no mail was read */
    int64_t latest;             /* time of the latest attempt that counts; INT64_MIN: none */
    struct line_days line_days; /* with by_day */
    size_t source;              /* that is being read; SIZE_MAX: none yet */
    uint64_t set;               /* of it */
    int64_t day;                /* since 1970, that `period` is of */
    struct period *period;      /* with by_day: where events are counted; NULL: no event yet */
};

void ordered_init(struct ordered_stage *stage, struct scan_result *scan, struct input *input,
                  const struct pipeline_options *options);

/* With --sender: does one of them match? */
bool ordered_wants_sender(const struct pipeline_options *options, sv sender);

/* Where an event of this time is counted. */
struct tally *ordered_tally(struct ordered_stage *stage, int64_t time);

/* For a backtest. known: when it could be, or INT64_MIN for its own time. */
void ordered_keep(struct ordered_stage *stage, const struct event *event, int64_t known);

/* The next batch in order, of this source; it is changed on the way. */
void ordered_apply(struct ordered_stage *stage, size_t source, struct batch *batch);
/* There are no more. */
void ordered_finish(struct ordered_stage *stage);

#endif
