/* retries: how long mail waited that was taken at last. */
#ifndef BOUNCELOG_REPORT_RETRIES_H
#define BOUNCELOG_REPORT_RETRIES_H

#include "bouncelog/report/report.h"

/* After the counts. */
void retries_make(struct report *report, const struct tally *tally);

#endif
