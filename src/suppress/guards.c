/* Protects against a list that is wrong as a whole. The outage guard looks for runs of intervals
 * of up to a day in which a domain or provider called far more of its mail dead than before; the
 * brake for a run that would list far more addresses than a run lists. */
#include "bouncelog/suppress/policy.h"

static struct interval sum_of(const struct interval *intervals, size_t from, size_t to)
{
    struct interval sum = {0};
    for (size_t i = from; i < to; i++) {
        sum.delivered += intervals[i].delivered;
        sum.dead += intervals[i].dead;
    }
    return sum;
}

static bool is_outage(const struct outage_guard *guard, const struct interval *before,
                      const struct interval *now)
{
    return now->dead >= guard->addresses &&
           now->dead * 100 >= (now->dead + now->delivered) * guard->share_percent &&
           before->delivered > 0 &&
           before->dead * 100 < (before->dead + before->delivered) * guard->before_percent;
}

/* Any run of intervals of up to a day may be one. Its neighbours are record as well: an outage does
 * not begin and end on the hour. */
void policy_outages(const struct outage_guard *guard, const struct interval *intervals,
                    size_t count, size_t intervals_a_day, bool *outage)
{
    struct interval before = {0};
    for (size_t i = 0; i < count; i++)
        outage[i] = false;
    for (size_t from = 0; from < count; from++) {
        for (size_t to = from + 1; to <= count && to <= from + intervals_a_day; to++) {
            struct interval now = sum_of(intervals, from, to);
            if (!is_outage(guard, &before, &now))
                continue;
            for (size_t i = from ? from - 1 : 0; i <= to && i < count; i++)
                outage[i] = true;
        }
        before = sum_of(intervals, 0, from + 1);
    }
}

bool policy_brakes(const struct brake *brake, int64_t changed, int64_t all)
{
    return changed > brake->addresses && changed * 100 > all * brake->share_percent;
}
