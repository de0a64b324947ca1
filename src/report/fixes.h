/* fixes: what we can mend ourselves. */
#ifndef BOUNCELOG_REPORT_FIXES_H
#define BOUNCELOG_REPORT_FIXES_H

#include "bouncelog/report/report.h"

/* From categories and from all block rows, before these are cut; memory is the report's arena. */
void fixes_make(struct report *report, const struct taxonomy *taxonomy);

#endif
