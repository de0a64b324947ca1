/* outages: which domains and providers called many living addresses dead, and when. */
#ifndef BOUNCELOG_SUPPRESS_OUTAGES_H
#define BOUNCELOG_SUPPRESS_OUTAGES_H

#include "bouncelog/suppress/suppress.h"

/* Where and when addresses failed that one failure would list; then, whether that was an outage.
 * What counts is all that happened there, not who is still on the way to a list: whoever was
 * cleared meanwhile shows that it was one. */
struct outages {
    struct map names; /* domain\n or provider -> struct outage_name */
};

void outages_init(struct outages *outages);
void outages_release(struct outages *outages);

/* An address at this domain and provider (empty: none) would be listed for a failure then. */
void outages_note(struct outages *outages, sv domain, sv provider, int64_t time);
/* After all are noted. */
void outages_find(struct outages *outages, const struct suppress_source *source,
                  const struct outage_guard *guard);
bool outages_cover(const struct outages *outages, sv domain, sv provider, int64_t time);

#endif
