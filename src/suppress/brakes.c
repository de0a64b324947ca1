/* The brakes: a run that would list, or take off the lists, far more addresses than runs do, and
 * one that has read nothing.
 *
 * Those who are new are compared with the recipients tried when they failed: a night of much mail
 * after it says nothing about them. A brake stays until a person answers it, or until it has
 * nothing to hold back any more: a list that is wrong is not less wrong on the next night.
 */
#include "brakes.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/suppress/policy.h"

/* More days than this are no night: what is new there is compared with all days known. */
enum { DAYS_MAX = 64 };

struct fresh {
    int64_t now; /* failed in this run */
    int64_t days[DAYS_MAX];
    size_t day_count;
};

static void add_day(struct fresh *fresh, int64_t day)
{
    for (size_t i = 0; i < fresh->day_count; i++)
        if (fresh->days[i] == day)
            return;
    if (fresh->day_count < DAYS_MAX)
        fresh->days[fresh->day_count++] = day;
}

static struct fresh find_fresh(const struct decisions *decisions, int64_t first)
{
    struct fresh fresh = {0};
    for (size_t i = 0; i < decisions->address_count; i++) {
        const struct decision *decision = &decisions->addresses[i];
        if (decision->ruling != RULING_LISTED || !decision->fresh)
            continue;
        int64_t failed = decision_failure(decisions, decision)->last_seen;
        fresh.now += failed >= first;
        add_day(&fresh, date_day(failed));
    }
    return fresh;
}

static bool grows_too_much(const struct decisions *decisions, const struct suppress_source *source,
                           const struct brake *brake)
{
    int64_t count = (int64_t)decisions->fresh_count;
    if (count <= brake->addresses)
        return false;
    struct fresh fresh = find_fresh(decisions, source->first);
    if (policy_brakes(brake, fresh.now, source->tried))
        return true;
    return source->tried_on &&
           policy_brakes(brake, count,
                         source->tried_on(source->tried_context, fresh.days, fresh.day_count));
}

/* Of the lists that are there: who is neither listed nor held any more. */
static void count_lost_of_lists(struct decisions *decisions, const struct map *listed)
{
    size_t still = 0;
    for (size_t i = 0; i < decisions->address_count; i++) {
        enum ruling ruling = decisions->addresses[i].ruling;
        if ((ruling == RULING_LISTED || ruling == RULING_HELD) &&
            map_get(listed, decisions->addresses[i].key))
            still++;
    }
    decisions->before_count = map_count(listed);
    decisions->lost_count = decisions->before_count - still;
}

static void count_lost(struct decisions *decisions)
{
    for (size_t i = 0; i < decisions->address_count; i++)
        decisions->lost_count +=
            decisions->addresses[i].removed && decisions->addresses[i].ruling != RULING_HELD;
}

static enum brake_why find_reason(const struct decisions *decisions,
                                  const struct suppress_source *source,
                                  const struct suppress_options *options)
{
    const struct brake *brake = &options->policy->brake;
    if (options->blind)
        return BRAKE_BLIND;
    if (!options->may_brake)
        return BRAKE_NONE;
    if (options->brake_stays && (decisions->fresh_count || decisions->lost_count))
        return BRAKE_STAYS;
    if (grows_too_much(decisions, source, brake))
        return BRAKE_MORE;
    return policy_brakes(brake, (int64_t)decisions->lost_count, (int64_t)decisions->before_count)
               ? BRAKE_FEWER
               : BRAKE_NONE;
}

void brakes_decide(struct decisions *decisions, const struct suppress_source *source,
                   const struct suppress_options *options)
{
    if (options->lists)
        count_lost_of_lists(decisions, options->lists);
    else
        count_lost(decisions);
    decisions->brake = find_reason(decisions, source, options);
    /* Who asks for some addresses alone does not answer for the others. */
    decisions->brake_answered = !decisions->brake && (!options->may_brake || !decisions->filtered);
}

bool policy_brakes(const struct brake *brake, int64_t changed, int64_t all)
{
    return changed > brake->addresses && changed * 100 > all * brake->share_percent;
}
