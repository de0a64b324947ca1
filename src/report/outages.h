/* outages: which domains and providers called many living addresses dead, and when. */
#ifndef BOUNCELOG_REPORT_OUTAGES_H
#define BOUNCELOG_REPORT_OUTAGES_H

#include "bouncelog/report/report.h"

/* The addresses that would be listed for what happened at one name in one stretch of time, then
 * whether that is an outage. */
struct outages {
    struct map names; /* domain\n or provider -> struct outage_name */
};

void outages_init(struct outages *outages);
void outages_release(struct outages *outages);

/* An address at this domain and provider (empty: none) would be listed for a failure then. */
void outages_note(struct outages *outages, sv domain, sv provider, int64_t time);
/* After all are noted. */
void outages_find(struct outages *outages, const struct report_source *source,
                  const struct outage_guard *guard);
bool outages_cover(const struct outages *outages, sv domain, sv provider, int64_t time);

#endif
