/* engine: the threads, and which of them does what next. */
#ifndef BOUNCELOG_PIPELINE_ENGINE_H
#define BOUNCELOG_PIPELINE_ENGINE_H

#include "ordered.h"

/* Reads all sources of the ordered stage's input, in stage->options->jobs threads. */
void engine_run(struct ordered_stage *stage);

#endif
