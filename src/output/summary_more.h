/* summary_more: objects of the summary about time. */
#ifndef BOUNCELOG_OUTPUT_SUMMARY_MORE_H
#define BOUNCELOG_OUTPUT_SUMMARY_MORE_H

#include "bouncelog/report/report.h"
#include "json.h"

/* null: there is no day before. */
cJSON *summary_latest_day(const struct latest_day *day);
cJSON *summary_retries(const struct report *report);

#endif
