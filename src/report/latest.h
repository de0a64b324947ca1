/* latest: what is different from before. */
#ifndef BOUNCELOG_REPORT_LATEST_H
#define BOUNCELOG_REPORT_LATEST_H

#include "bouncelog/report/report.h"

/* The last day against the days before; after the window is known. */
void latest_day_make(struct report *report, const struct report_source *source);
/* Which shapes are fresh; before they are cut and redacted. */
void latest_shapes_mark(struct report *report, const struct report_source *source);

#endif
