/* incidents: in words and as rows. */
#ifndef BOUNCELOG_REPORT_INCIDENTS_H
#define BOUNCELOG_REPORT_INCIDENTS_H

#include "bouncelog/report/report.h"

/* "incident: the provider google called ..."; NULL: one of long ago. */
void incidents_say(struct buf *text, const struct incident *incident);
void incidents_make(struct report *report, const struct decisions *decisions);

#endif
