/* lacks: what an address still lacks to be listed, and what will never list it.
 *
 * Pure, as decisions are, and over the same evidence. Thread: one. */
#ifndef BOUNCELOG_SUPPRESS_LACKS_H
#define BOUNCELOG_SUPPRESS_LACKS_H

#include "bouncelog/suppress/suppress.h"

/* What the messages that failed in one category lack. */
struct lack {
    const struct failure *failure; /* of the address */
    const struct policy_rule *rule;
    int64_t messages; /* that count: of the address, or of all of its domain */
    int64_t span;     /* seconds from the first of them to the last */
    int more;         /* so many more have to fail, at least; 0: enough did */
    /* The last of those in [from, until]; INT64_MAX: whenever. Where enough did: from is the time
     * of the one that was enough. */
    int64_t from, until;
    bool lapsed; /* they are too old to count, by the policy */
};

/* Of messages that failed at these times (any order, no more than FAILURE_MESSAGES_MAX); more of
 * them will fail at `now` or later. Sets all but failure and lapsed. */
struct lack lack_of(const struct policy_rule *rule, const int64_t *times, size_t count,
                    int64_t now);

/* Of each category that holds something against the address (lower-cased), the one that lacks
 * least first; their number. */
size_t lacks_find(struct lack lacks[CATEGORY_MAX], sv address, const struct suppress_source *source,
                  const struct suppress_options *options, int64_t now);

/* Messages whose failure is that of another address: an original recipient, or what it expanded to.
 */
size_t lacks_elsewhere(const struct suppress_source *source, const struct failure *failure);

/* The first failure that was enough by itself, of those from that time on; INT64_MAX: none. */
int64_t lacks_first_at_once(const struct suppress_source *source, const struct failure *failure,
                            int64_t from);

/* Why an address is never listed, whatever fails. */
enum never_listed {
    MAY_BE_LISTED,
    NEVER_NULL,      /* the null sender */
    NEVER_NO_DOMAIN, /* a user of our own host */
    NEVER_NAME,      /* postmaster and relatives */
    NEVER_SENDER,    /* this host sends mail of it */
    NEVER_UNKNOWN,   /* --recipients does not know it */
};
enum never_listed never_listed(sv address, const struct suppress_source *source,
                               const struct suppress_options *options);

/* Why one failure does not count against its address. */
enum uncounted {
    UNCOUNTED_NOT, /* it does count, or is none */
    UNCOUNTED_LOCAL_AGENT,
    UNCOUNTED_NULL_SENDER,
    UNCOUNTED_STRANGE_TIME, /* no clock that is right says so */
    UNCOUNTED_AMBIGUOUS,
    UNCOUNTED_SCOPE, /* its category is not about the address */
    UNCOUNTED_STAGE, /* no recipient was named yet */
    UNCOUNTED_POLICY,
    UNCOUNTED_REASONS
};
enum uncounted why_uncounted(const struct policy_table *policy, const struct taxonomy *taxonomy,
                             const struct event *event);

#endif
