/* rankings: names by how often they occur, cut at a length, with the rest in one row. */
#ifndef BOUNCELOG_REPORT_RANKINGS_H
#define BOUNCELOG_REPORT_RANKINGS_H

#include "bouncelog/report/report.h"

/* The map's values begin with a struct outcomes. */
void ranking_make(struct ranking *ranking, const struct map *outcomes_by_name, size_t top);
void ranking_release(struct ranking *ranking);

/* part / whole, four decimals; 0 without a whole. */
double rankings_share(int64_t part, int64_t whole);
/* (bounced + expired) / count, four decimals; 0 without any. */
double rankings_bounce_rate(const struct outcomes *outcomes);

#endif
