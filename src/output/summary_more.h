/* summary_more: objects of the summary about time. */
#ifndef BOUNCELOG_OUTPUT_SUMMARY_MORE_H
#define BOUNCELOG_OUTPUT_SUMMARY_MORE_H

#include "bouncelog/report/report.h"
#include "json.h"

/* Which part of the mail it is about. */
cJSON *summary_cut(const struct report_cut *cut);
/* null: there is no day before. */
cJSON *summary_latest_day(const struct latest_day *day);
cJSON *summary_retries(const struct report *report);
cJSON *summary_messages(const struct message_row *row);
cJSON *summary_rates(const struct report *report);
/* `kind` NULL: it has none. */
cJSON *summary_stream(const char *kind, const struct message_row *row);
cJSON *summary_episode(const struct episode_row *episode);
cJSON *summary_mail(const struct report *report);
/* Of those who were listed, who lives. null: there is no history. */
cJSON *summary_reversals(const struct report *report);
void summary_sighting(cJSON *row, int64_t first, int64_t last);

#endif
