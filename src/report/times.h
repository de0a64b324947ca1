/* times: when it happened, for charts. */
#ifndef BOUNCELOG_REPORT_TIMES_H
#define BOUNCELOG_REPORT_TIMES_H

#include "bouncelog/report/report.h"

/* Timeline and hours of the week; their memory is the report's arena. */
void times_make(struct report *report, const struct tally *tally);
/* Every hour, for those who draw their own; the rows are freed with the report. */
void times_list_hours(struct report *report, const struct tally *tally);
/* After times_make and the ranking of providers. */
void times_add_trends(struct report *report, const struct tally *tally);

#endif
