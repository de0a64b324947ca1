/* counts: small tables of what the report counts. */
#ifndef BOUNCELOG_REPORT_COUNTS_H
#define BOUNCELOG_REPORT_COUNTS_H

#include "bouncelog/report/report.h"

/* Why addresses are listed, and why some are in no list; after the suppressions. */
void counts_of_suppressions(struct report *report, const struct taxonomy *taxonomy);
/* Attempts by MTA, outcome and category. */
void counts_of_replies(struct report *report, const struct tally *tally,
                       const struct taxonomy *taxonomy);
/* Since the history began. */
void counts_of_totals(struct report *report, const struct period *totals,
                      const struct taxonomy *taxonomy);

#endif
