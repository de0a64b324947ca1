/* The scan statistic of Kulldorff (A spatial scan statistic, 1997) over time: of all stretches the
 * one whose number of deaths is the least likely under the usual share, by the logarithm of the
 * binomial likelihood ratio. Its hours are left out of what is usual, which is why an incident does
 * not hide itself. docs/POLICY.md derives the numbers.
 *
 * Where mail was taken in the month before, only deaths of those known to live are counted: how
 * many old addresses of a new list are dead says nothing. Where it was not, only the last day is
 * looked at: a place is compared with its own other hours, else with all other places. */
#include "surge.h"

#include <math.h>

enum { HOURS_A_DAY = 24, MONTH = 31 * HOURS_A_DAY };

static const size_t lengths[] = {1, 2, 3, 6, 12, 24, 48, SURGE_HOURS_MAX};

struct counts {
    double taken, dead;
};

static struct counts between(const struct surge_sums *sums, size_t from, size_t end, bool living)
{
    int64_t dead = living ? sums[end].living - sums[from].living : sums[end].dead - sums[from].dead;
    return (struct counts){(double)(sums[end].taken - sums[from].taken), (double)dead};
}

static struct counts minus(struct counts all, struct counts part)
{
    return (struct counts){all.taken - part.taken, all.dead - part.dead};
}

static double decided(struct counts counts)
{
    return counts.taken + counts.dead;
}

/* Of as many decided mails with this share of dead ones, how far the number strays: a binomial
 * variable's standard deviation. */
static double deviation(struct counts counts)
{
    return sqrt((counts.dead + 1) * (counts.taken + 1) / (decided(counts) + 1));
}

/* The largest, or the smallest, share that makes such counts no surprise: two deviations. */
static double share_at_most(struct counts counts)
{
    return (counts.dead + 2 * deviation(counts) + 1) / decided(counts);
}

static double share_at_least(struct counts counts)
{
    double dead = counts.dead - 2 * deviation(counts);
    return dead > 0 && decided(counts) > 0 ? dead / decided(counts) : 0;
}

struct search {
    const struct surge_series *series;
    const struct incident_guard *guard;
    const bool *taken_out;
    struct counts living_out; /* of the hours taken out */
};

static struct counts left_out(const struct search *search, size_t from, size_t end, bool living)
{
    struct counts sum = {0, 0};
    for (size_t i = from; i < end; i++)
        if (search->taken_out[i]) {
            struct counts hour = between(search->series->sums, i, i + 1, living);
            sum.taken += hour.taken;
            sum.dead += hour.dead;
        }
    return sum;
}

static bool suffices(const struct search *search, struct counts counts)
{
    return decided(counts) >= search->guard->before;
}

/* The usual share of the dead among those known to live. */
static double usual_of_living(const struct search *search, struct counts here)
{
    const struct surge_series *series = search->series;
    struct counts others = minus(between(series->sums, 0, series->hours, true), here);
    return share_at_most(minus(others, search->living_out)) * search->guard->times_percent / 100;
}

/* What is known on the first day, when nobody can be told to be living. 0: nothing. */
static double usual_of_all(const struct search *search, size_t from, size_t end, struct counts here)
{
    const struct surge_series *series = search->series;
    size_t begin = from > HOURS_A_DAY ? from - HOURS_A_DAY : 0;
    size_t until = end + HOURS_A_DAY < series->hours ? end + HOURS_A_DAY : series->hours;
    double times = search->guard->times_percent / 100.0;
    struct counts own = minus(minus(between(series->sums, begin, until, false), here),
                              left_out(search, begin, until, false));
    struct counts others = minus(between(series->world, from, end, false), here);
    if (suffices(search, own))
        return times * fmax(share_at_most(own), share_at_least(others));
    return suffices(search, others) ? search->guard->others_percent / 100.0 * share_at_most(others)
                                    : 0;
}

/* Mail of the same day tells who lives of nobody: most are mailed once a day. A mailing of
 * yesterday at this hour does. */
static bool was_known_before(const struct search *search, size_t from, struct counts here)
{
    size_t begin = from > MONTH ? from - MONTH : 0;
    size_t yesterday = from >= HOURS_A_DAY ? from - HOURS_A_DAY + 1 : 0;
    if (yesterday <= begin)
        return false;
    struct counts earlier = between(search->series->sums, begin, yesterday, true);
    struct counts before = between(search->series->sums, begin, from, true);
    return earlier.taken >= search->guard->before && before.taken >= decided(here) / 2;
}

/* How unlikely so many deaths are; 0: no surge. */
static double judge(const struct search *search, size_t from, size_t end, struct surge *surge)
{
    bool known = was_known_before(search, from, between(search->series->sums, from, end, false));
    struct counts here = between(search->series->sums, from, end, known);
    if (here.dead < search->guard->addresses ||
        (!known && from + HOURS_A_DAY < search->series->latest))
        return 0;
    double share = known ? usual_of_living(search, here) : usual_of_all(search, from, end, here);
    double expected = fmax(share, search->guard->per_million / 1e6) * decided(here);
    if (share <= 0 || here.dead <= expected)
        return 0;
    double unlikely = here.dead * log(here.dead / expected);
    if (here.taken > 0)
        unlikely += here.taken * log(here.taken / (decided(here) - expected));
    *surge = (struct surge){from, end, here.dead / decided(here),
                            expected / decided(here) * 100 / search->guard->times_percent,
                            (int64_t)here.dead};
    return unlikely;
}

static bool is_free(const struct search *search, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++)
        if (search->taken_out[i])
            return false;
    return true;
}

bool surge_find(const struct surge_series *series, const struct incident_guard *guard,
                const bool *taken_out, struct surge *surge)
{
    struct search search = {series, guard, taken_out, {0, 0}};
    double best = guard->unlikely * log(10);
    bool found = false;
    search.living_out = left_out(&search, 0, series->hours, true);
    for (size_t from = 0; from < series->hours; from++) {
        if (series->sums[from + 1].dead == series->sums[from].dead)
            continue; /* none begins in an hour in which nobody was called dead */
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            struct surge candidate;
            size_t end = from + lengths[i];
            if (end > series->hours || !is_free(&search, from, end))
                break;
            double unlikely = judge(&search, from, end, &candidate);
            if (unlikely <= best)
                continue;
            best = unlikely;
            *surge = candidate;
            found = true;
        }
    }
    return found;
}

void surge_extend(const struct surge_series *series, const struct incident_guard *guard,
                  struct surge *surge)
{
    while (surge->end < series->hours) {
        size_t end = surge->end + HOURS_A_DAY;
        if (end > series->hours)
            end = series->hours;
        const struct surge_sums *from = &series->sums[surge->end], *to = &series->sums[end];
        int64_t dead = to->living - from->living + to->again - from->again;
        double all = (double)(to->taken - from->taken + dead);
        if (dead < guard->addresses || (double)dead < surge->share / 2 * all)
            return;
        surge->end = end;
    }
}
