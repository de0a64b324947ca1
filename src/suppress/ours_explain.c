/* Is it us? A domain that is not found, does not answer or does not relay is dead where others are
 * well. Where others fail, too, and hardly any mail gets through, something of ours is broken: for
 * all mail, or for the mail that goes over one hop.
 *
 * Each message that failed on the way has a window: the time that it was tried in. It grows until
 * enough is known of others, then they are counted: the domains that failed against those that took
 * mail, and at a hop the mails. */
#include "bouncelog/base/hash.h"
#include "bouncelog/model/operator.h"
#include "bouncelog/suppress/policy.h"
#include "ours_ways.h"

/* Hours [first, last]. */
struct window {
    int64_t first, last, margin;
};

static bool grow(const struct ours *ours, struct window *window)
{
    int64_t most = (int64_t)ours_guard_of(ours)->days * HOURS_A_DAY;
    int64_t margin = window->margin * 2 < most ? window->margin * 2 : most;
    if (window->margin == most)
        return false;
    window->first -= margin - window->margin;
    window->last += margin - window->margin;
    window->margin = margin;
    return true;
}

/* The first trouble that ended in this hour or later. */
static size_t find_trouble(const struct way *way, int64_t hour)
{
    size_t low = 0, high = way->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (way->troubles[middle].last < hour)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What failed in a window, and how much of it; all domains, but no more mails than these. */
struct failed {
    size_t domains, mails;
};

static struct failed count_failed(const struct ours *ours, const struct way *way,
                                  const struct window *window)
{
    struct fpset domains = {0};
    struct failed failed = {0};
    int64_t queued = (int64_t)ours_guard_of(ours)->queue_days * HOURS_A_DAY;
    for (size_t i = find_trouble(way, window->first);
         i < way->count && way->troubles[i].last <= window->last + queued; i++) {
        if (way->troubles[i].first > window->last)
            continue;
        failed.mails++;
        fpset_add(&domains, way->troubles[i].domain, 0);
    }
    failed.domains = domains.count;
    fpset_release(&domains);
    return failed;
}

/* Domains that took mail in a window; not all of them, where they are `enough`. */
static size_t count_taken(const struct ours *ours, const struct window *window, size_t enough)
{
    struct fpset domains = {0};
    size_t most = 0;
    for (int64_t hour = window->first; hour <= window->last && domains.count < enough; hour++) {
        int64_t at = hour - ours->from;
        if (at < 0 || at >= (int64_t)ours->hours)
            continue;
        const struct taken_hour *taken = &ours->taken[at];
        most = taken->count > most ? taken->count : most;
        for (size_t i = 0; i < taken->kept && domains.count < enough; i++)
            fpset_add(&domains, taken->domains[i], 0);
    }
    size_t count = domains.count > most ? domains.count : most;
    fpset_release(&domains);
    return count;
}

static size_t count_mails(const struct ours *ours, const struct way *hop,
                          const struct window *window)
{
    size_t mails = 0;
    for (int64_t hour = window->first; hour <= window->last; hour++) {
        int64_t at = hour - ours->from;
        if (at >= 0 && at < (int64_t)ours->hours)
            mails += hop->mails[at];
    }
    return mails;
}

static bool hardly_any(const struct ours *ours, size_t taken, size_t failed)
{
    return taken * 100 < (taken + failed) * (size_t)ours_guard_of(ours)->taken_percent;
}

/* So many that took mail are more than hardly any, and say enough. */
static size_t enough_of(const struct ours *ours, size_t failed)
{
    const struct ours_guard *guard = ours_guard_of(ours);
    size_t percent = guard->taken_percent < 100 ? (size_t)guard->taken_percent : 99;
    return failed * percent / (100 - percent) + 1 + (size_t)guard->decided;
}

/* A few hours say enough where there is much mail; else it takes a day, and somebody else. */
static bool is_enough(const struct ours *ours, const struct window *window, size_t decided,
                      size_t others)
{
    return decided >= (size_t)ours_guard_of(ours)->decided ||
           (window->margin >= HOURS_A_DAY && others > 0);
}

static bool explained_by_world(const struct ours *ours, struct window window)
{
    do {
        struct failed failed = count_failed(ours, ours->world, &window);
        size_t enough = enough_of(ours, failed.domains);
        size_t taken = count_taken(ours, &window, enough);
        if (is_enough(ours, &window, failed.domains + taken, failed.domains + taken - 1))
            return failed.domains >= (size_t)ours_guard_of(ours)->domains &&
                   hardly_any(ours, taken, failed.domains);
    } while (grow(ours, &window));
    return false;
}

/* Is it so common that the hop is more than the server of a few dead domains? */
static bool is_many(const struct ours *ours, const struct window *window, size_t domains)
{
    const struct ours_guard *guard = ours_guard_of(ours);
    if (domains < (size_t)guard->domains)
        return false;
    size_t percent = guard->relay_percent ? (size_t)guard->relay_percent : 1;
    size_t enough = domains * 100 / percent + 1;
    return domains >= (size_t)guard->relay_domains ||
           count_taken(ours, window, enough) + count_failed(ours, ours->world, window).domains <
               enough;
}

static bool explained_by_hop(const struct ours *ours, const struct way *hop, struct window window)
{
    if (!hop || !hop->mails)
        return false;
    do {
        struct failed failed = count_failed(ours, hop, &window);
        size_t taken = count_mails(ours, hop, &window);
        if (is_enough(ours, &window, failed.mails + taken, failed.domains + taken - 1))
            return is_many(ours, &window, failed.domains) && hardly_any(ours, taken, failed.mails);
    } while (grow(ours, &window));
    return false;
}

/* The way whose trouble explains it; NULL: none does. */
static struct way *explained(const struct ours *ours, struct way *hop,
                             const struct trouble *trouble)
{
    struct window window = {trouble->first - 1, trouble->last + 1, 1};
    if (trouble->first < ours->from || trouble->last >= ours->from + (int64_t)ours->hours)
        return NULL;
    if (explained_by_hop(ours, hop, window))
        return hop;
    return explained_by_world(ours, window) ? ours->world : NULL;
}

static void widen_trouble(struct ours_trouble *found, struct way *way,
                          const struct trouble *trouble)
{
    bool is_first = found->way != way;
    found->way = way;
    found->first = is_first || trouble->first < found->first ? trouble->first : found->first;
    found->last = is_first || trouble->last > found->last ? trouble->last : found->last;
}

bool ours_explains(const struct ours *ours, sv key, const struct failure *failure, int64_t excused,
                   struct ours_trouble *found)
{
    char lower[OPERATOR_MAX];
    int64_t times[FAILURE_MESSAGES_MAX];
    size_t count = 0;
    if (!ours_on_the_way(ours, failure))
        return false;
    sv name = ours_hop_of(key, failure, lower);
    struct way *hop = name.len ? map_get(&ours->hops, name) : NULL;
    *found = (struct ours_trouble){0};
    for (size_t i = 0; i < failure->message_count; i++) {
        const struct failed_message *message = failure_message(failure, i);
        struct trouble trouble = ours_trouble_of(ours, failure, message);
        struct way *way = explained(ours, hop, &trouble);
        if (way)
            widen_trouble(found, way, &trouble);
        else if (!excused || message->time > excused)
            times[count++] = message->time;
    }
    return !policy_reached(&ours->options->policy->rules[failure->category], times, count);
}

void ours_hold(const struct ours_trouble *trouble)
{
    struct way *way = trouble->way;
    if (!way)
        return;
    way->first = !way->held || trouble->first < way->first ? trouble->first : way->first;
    way->last = !way->held || trouble->last > way->last ? trouble->last : way->last;
    way->held++;
}

size_t ours_incidents_max(const struct ours *ours)
{
    return map_count(&ours->hops) + 1;
}

/* Mails of a hop, domains of all mail. */
static double share_failed(const struct ours *ours, const struct way *way, int64_t first,
                           int64_t last)
{
    struct window window = {first, last, 0};
    struct failed failed = count_failed(ours, way, &window);
    size_t count = way->mails ? failed.mails : failed.domains;
    size_t taken =
        way->mails ? count_mails(ours, way, &window) : count_taken(ours, &window, SIZE_MAX);
    return count ? (double)count / (double)(count + taken) : 0;
}

static void add_incident(const struct ours *ours, const struct way *way, sv name,
                         struct incident *rows, size_t *count)
{
    if (!way->held)
        return;
    rows[(*count)++] =
        (struct incident){.kind = INCIDENT_OURS,
                          .name = name,
                          .first = way->first * HOUR,
                          .last = (way->last + 1) * HOUR,
                          .share = share_failed(ours, way, way->first, way->last),
                          .usual = share_failed(ours, way, ours->from, way->first - 1),
                          .addresses = way->held};
}

size_t ours_incidents(struct ours *ours, struct incident *rows, struct arena *names)
{
    size_t count = 0;
    for (size_t i = 0; i < map_count(&ours->hops); i++)
        add_incident(ours, map_value_at(&ours->hops, i),
                     arena_copy(names, map_key_at(&ours->hops, i)), rows, &count);
    add_incident(ours, ours->world, SV_EMPTY, rows, &count);
    return count;
}
