/* regrets: how many of those who were listed lived after all. */
#ifndef BOUNCELOG_REPORT_REGRETS_H
#define BOUNCELOG_REPORT_REGRETS_H

#include "bouncelog/report/report.h"

void regrets_make(struct report *report, const struct report_source *source,
                  const struct report_options *options);

#endif
