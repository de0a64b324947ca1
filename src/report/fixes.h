/* fixes: what we can mend ourselves, and the small tables of a page and of metrics. */
#ifndef BOUNCELOG_REPORT_FIXES_H
#define BOUNCELOG_REPORT_FIXES_H

#include "bouncelog/report/report.h"

/* From categories and from all block rows, before these are cut; memory is the report's arena. */
void fixes_make(struct report *report, const struct taxonomy *taxonomy);

#endif
