/* engine: the threads, and which of them does what next. */
#ifndef BOUNCELOG_PIPELINE_ENGINE_H
#define BOUNCELOG_PIPELINE_ENGINE_H

#include "lane.h"

/* Reads all sources of the lane's input, in lane->options->jobs threads. */
void engine_run(struct lane *lane);

#endif
