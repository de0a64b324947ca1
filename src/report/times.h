/* times: when it happened, for charts. */
#ifndef BOUNCELOG_REPORT_TIMES_H
#define BOUNCELOG_REPORT_TIMES_H

#include "bouncelog/report/report.h"

/* Timeline and hours of the week; their memory is the report's arena. */
void times_make(struct report *report, const struct tally *tally);
/* After times_make and the ranking of providers. */
void times_add_trends(struct report *report, const struct tally *tally);

#endif
