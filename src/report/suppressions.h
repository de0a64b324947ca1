/* suppressions: what was decided, as rows of the report, made one at a time. */
#ifndef BOUNCELOG_REPORT_SUPPRESSIONS_H
#define BOUNCELOG_REPORT_SUPPRESSIONS_H

#include "bouncelog/report/report.h"

void suppressions_make(struct report *report, const struct decisions *decisions,
                       const struct report_options *options);
void suppressions_release(struct report *report);

#endif
