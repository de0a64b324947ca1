/* sharing: which sets of logs are of one host, so that both may tell of the same mail. */
#ifndef BOUNCELOG_PIPELINE_SHARING_H
#define BOUNCELOG_PIPELINE_SHARING_H

#include "bouncelog/pipeline/pipeline.h"

/* Is all of one rotated set, and so in the order of time? */
bool sharing_is_one_set(struct input *input);

/* By the hosts in the first lines of each source; one set alone shares nothing. */
void sharing_find(struct duplicates *duplicates, struct input *input,
                  const struct pipeline_options *options);

#endif
