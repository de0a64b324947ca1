/* What is missing: the policy read from the other side.
 *
 * A rule wants so many messages in a window of time that is at least so wide and at most so wide.
 * Any of those that failed may be the first in such a window, or the next one that will; of all
 * these windows the one counts that needs the fewest failures more, then the earliest.
 */
#include "bouncelog/suppress/lacks.h"

#include <stdlib.h>

#include "bouncelog/base/date.h"
#include "bouncelog/suppress/policy.h"
#include "grounds.h"

static int by_time(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static size_t sort(int64_t *sorted, const int64_t *times, size_t count)
{
    size_t n = count < FAILURE_MESSAGES_MAX ? count : FAILURE_MESSAGES_MAX;
    for (size_t i = 0; i < n; i++)
        sorted[i] = times[i];
    if (n)
        qsort(sorted, n, sizeof *sorted, by_time);
    return n;
}

static bool is_less(const struct lack *a, const struct lack *b)
{
    return a->more != b->more ? a->more < b->more : a->from < b->from;
}

/* With a window that begins at `start`, where `have` messages failed since. */
static bool lack_from(struct lack *lack, int64_t start, int have, int64_t now)
{
    const struct policy_rule *rule = lack->rule;
    int64_t enough = start + (int64_t)rule->span_days * DATE_DAY;
    lack->more = rule->messages > have ? rule->messages - have : 1;
    lack->from = enough > now ? enough : now;
    if (!have && rule->span_days && lack->more < 2)
        lack->more = 2; /* one is no span */
    lack->until = rule->within_days ? start + (int64_t)rule->within_days * DATE_DAY : INT64_MAX;
    return lack->from <= lack->until;
}

struct lack lack_of(const struct policy_rule *rule, const int64_t *times, size_t count, int64_t now)
{
    int64_t sorted[FAILURE_MESSAGES_MAX];
    size_t n = sort(sorted, times, count);
    struct lack best = {.rule = rule, .messages = (int64_t)n, .until = INT64_MAX};
    if (n)
        best.span = sorted[n - 1] - sorted[0];
    for (size_t first = 1; first <= n; first++)
        if (policy_reached(rule, sorted, first)) {
            best.from = sorted[first - 1];
            return best;
        }
    if (n && sorted[n - 1] > now)
        now = sorted[n - 1];
    struct lack lack = best;
    (void)lack_from(&best, now, 0, now);
    for (size_t first = 0; first < n; first++)
        if (lack_from(&lack, sorted[first], (int)(n - first), now) && is_less(&lack, &best))
            best = lack;
    return best;
}

static size_t times_that_count(int64_t times[FAILURE_MESSAGES_MAX], const struct ledger *ledger,
                               const struct failure *failure)
{
    size_t count = 0;
    for (size_t i = 0; i < failure->message_count; i++) {
        const struct failed_message *message = failure_message(failure, i);
        if (!ledger || ground_counts(ledger, message))
            times[count++] = message->time;
    }
    return count;
}

static struct lack lack_of_failure(const struct failure *failure, sv address,
                                   const struct suppress_source *source,
                                   const struct policy_rule *rule, int64_t now)
{
    int64_t times[FAILURE_MESSAGES_MAX];
    size_t count = times_that_count(times, source->ledger, failure);
    const struct failure *shared =
        count && rule->per_domain
            ? ground_of_domain(source->evidence, sv_after_last(address, '@'), failure->category)
            : NULL;
    if (shared)
        count = times_that_count(times, NULL, shared);
    struct lack lack = lack_of(rule, times, count, now);
    lack.failure = failure;
    lack.lapsed =
        rule->lapse_days && failure->last_seen < now - (int64_t)rule->lapse_days * DATE_DAY;
    return lack;
}

static int by_least(const void *left, const void *right)
{
    const struct lack *a = left, *b = right;
    if (a->lapsed != b->lapsed)
        return a->lapsed ? 1 : -1;
    if (is_less(a, b) != is_less(b, a))
        return is_less(a, b) ? -1 : 1;
    return (a->failure->category > b->failure->category) -
           (a->failure->category < b->failure->category);
}

size_t lacks_find(struct lack lacks[CATEGORY_MAX], sv address, const struct suppress_source *source,
                  const struct suppress_options *options, int64_t now)
{
    struct address_records records = suppress_records(source);
    const struct address_record *record = records.keep(records.context, address);
    const struct failure *failure = record ? record->failures : NULL;
    size_t count = 0;
    for (; failure && count < CATEGORY_MAX; failure = failure->next) {
        const struct policy_rule *rule = &options->policy->rules[failure->category];
        if (!rule->listed)
            continue;
        lacks[count] = lack_of_failure(failure, address, source, rule, now);
        count += lacks[count].messages > 0;
    }
    if (count)
        qsort(lacks, count, sizeof *lacks, by_least);
    return count;
}

size_t lacks_elsewhere(const struct suppress_source *source, const struct failure *failure)
{
    int64_t times[FAILURE_MESSAGES_MAX];
    return failure->message_count - times_that_count(times, source->ledger, failure);
}

int64_t lacks_first_at_once(const struct suppress_source *source, const struct failure *failure,
                            int64_t from)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < failure->message_count; i++) {
        const struct failed_message *message = failure_message(failure, i);
        if (message->at_once && ground_counts(source->ledger, message) && message->time >= from &&
            message->time < first)
            first = message->time;
    }
    return first;
}

enum never_listed never_listed(sv address, const struct suppress_source *source,
                               const struct suppress_options *options)
{
    if (!address.len || address.ptr[0] == '@')
        return NEVER_NULL;
    if (sv_find_byte(address, '@') == SV_NPOS)
        return NEVER_NO_DOMAIN;
    if (!policy_may_list(address))
        return NEVER_NAME;
    if (evidence_is_sender(source->evidence, address))
        return NEVER_SENDER;
    return suppress_is_known(options->known, address) ? MAY_BE_LISTED : NEVER_UNKNOWN;
}
