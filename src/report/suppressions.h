/* suppressions: evidence and policy make the list of addresses to stop mailing. */
#ifndef BOUNCELOG_REPORT_SUPPRESSIONS_H
#define BOUNCELOG_REPORT_SUPPRESSIONS_H

#include "bouncelog/report/report.h"

void suppressions_make(struct report *report, const struct report_source *source,
                       const struct report_options *options);

#endif
