/* episodes: from when to when a provider refused or slowed one of our hosts. */
#ifndef BOUNCELOG_REPORT_EPISODES_H
#define BOUNCELOG_REPORT_EPISODES_H

#include "bouncelog/report/report.h"

void episodes_make(struct report *report, const struct tally *tally,
                   const struct report_options *options);
/* How often it was met in the 24 hours that end with the hour of `last`. */
int64_t episodes_latest(const struct sighting *seen, int64_t last);

#endif
