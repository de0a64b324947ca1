/* suppressions: what was decided, as rows of the report. */
#ifndef BOUNCELOG_REPORT_SUPPRESSIONS_H
#define BOUNCELOG_REPORT_SUPPRESSIONS_H

#include "bouncelog/report/report.h"

void suppressions_make(struct report *report, const struct decisions *decisions,
                       const struct report_options *options);

#endif
