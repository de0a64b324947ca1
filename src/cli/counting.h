/* counting: which of the mail in the logs counts, in words that a history keeps. */
#ifndef BOUNCELOG_CLI_COUNTING_H
#define BOUNCELOG_CLI_COUNTING_H

#include "setup.h"

/* The options that say so, each value once and in one order; empty: all mail counts. Two runs with
 * the same text count the same. */
void counting_describe(struct buf *out, const struct setup *setup);

#endif
