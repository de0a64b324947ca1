/* tried: a backtest as people read it: sums, shares with their bounds, who was suppressed wrongly,
 * and who enters and leaves from one policy to another.
 *
 * Frozen, as a report is; addresses are redacted. What is said of an entry is made when it is asked
 * for (tried_tell): a rival may have half a million of them. Views live as long as it and the
 * backtest. Thread: one. */
#ifndef BOUNCELOG_REPORT_TRIED_H
#define BOUNCELOG_REPORT_TRIED_H

#include "bouncelog/backtest/backtest.h"
#include "bouncelog/base/arena.h"
#include "bouncelog/report/redact.h"

/* Entries that share a name. */
struct tried_group {
    sv name;
    int64_t listed, mailed_again, accepted_again;
    int64_t mails_saved, mails_lost;
    double lower, upper; /* of accepted_again among mailed_again, each at 95 % (base/binomial.h) */
};

/* By what the entries rest on. */
enum tried_by { TRIED_BY_RULE, TRIED_BY_CATEGORY, TRIED_BY_PROVIDER, TRIED_BY_OPERATOR, TRIED_BYS };

struct tried_groups {
    struct tried_group *list; /* the most listed first */
    size_t count;
};

/* What is said of an entry. */
struct tried_row {
    sv address, rule, category, provider, operator, reply;
    int code;
    int64_t sign, listed_at, accepted_at; /* accepted_at 0: no mail was taken */
    int32_t saved, lost;
    bool tested;
};

/* Whose entry it is. */
struct tried_entry {
    sv address;
    const struct backtest_entry *of;
};

struct tried_entries {
    struct tried_entry *list; /* by address */
    size_t count;
};

struct tried_policy {
    sv name, meaning; /* meaning: of a rival */
    struct tried_group all;
    double days_median, days_p90; /* from the first sign to the list; without entries 0 */
    struct tried_groups by[TRIED_BYS];
    struct tried_entries reversals; /* who took mail that was sent all the same */
};

/* From one policy to another. */
struct tried_diff {
    sv from, to;
    struct tried_entries enter, leave; /* those of `to` alone, and of `from` alone */
};

struct tried {
    int64_t first, last; /* days since 1970; first > last: there were none */
    struct tried_policy *policies;
    size_t policy_count;
    struct tried_diff *diffs; /* from the first policy to each other */
    size_t diff_count;
    const struct redactor *redactor; /* outlives it */
    struct arena arena;
};

/* How sure the policy's list would have been, in a sentence or two. */
void tried_say(struct buf *out, const struct tried_policy *policy);

void tried_make(struct tried *tried, const struct backtest *backtest,
                const struct backtest_policy *policies, size_t count,
                const struct redactor *redactor);
void tried_release(struct tried *tried);
/* Texts that are made for it live in the arena. */
struct tried_row tried_tell(const struct tried *tried, const struct tried_entry *entry,
                            struct arena *arena);

#endif
