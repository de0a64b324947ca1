/* Is it us? A domain that is not found, does not answer or does not relay is dead where others are
 * well. Where others fail, too, and hardly any mail gets through, something of ours is broken: for
 * all mail, or for the mail that goes over one hop.
 *
 * Each message that failed on the way has a window: the time that it was tried in. It grows until
 * enough is known of others, then they are counted: the domains that failed against those that took
 * mail, and at a hop the mails. */
#include "ours.h"

#include <stdlib.h>

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/model/operator.h"
#include "bouncelog/suppress/policy.h"
#include "incidents.h"

enum { HOUR = 3600, HOURS_A_DAY = 24, KEPT_AN_HOUR = 64 };

/* One message that failed on the way. */
struct trouble {
    int64_t first, last; /* hours since 1970 */
    uint64_t domain;     /* fingerprint */
    uint64_t provider;   /* fingerprint of its name; 0: none */
};

struct way {
    struct trouble *troubles; /* by their last hour */
    size_t count;
    uint64_t provider; /* of a hop: whose name most of the mail has; 0: nobody's */
    uint32_t *mails;   /* that a hop took, by the hour; NULL: it serves too few domains to matter */
};

/* Domains that took mail in an hour; of many of them some are kept. */
struct taken_hour {
    uint32_t count, kept;
    uint64_t *domains;
};

static const struct ours_guard *guard_of(const struct ours *ours)
{
    return &ours->options->policy->ours;
}

static enum scope scope_of(const struct taxonomy *taxonomy, uint8_t category)
{
    return category < taxonomy->category_count ? taxonomy->categories[category].scope : SCOPE_NONE;
}

/* Is it said of the way to a mailbox, not of the mailbox? */
static bool is_on_the_way(const struct ours *ours, const struct failure *failure)
{
    const struct taxonomy *taxonomy = ours->options->taxonomy;
    const struct policy_rule *rule = &ours->options->policy->rules[failure->category];
    enum scope scope = scope_of(taxonomy, failure->category);
    if (!rule->listed || rule->at_once ||
        (scope != SCOPE_DOMAIN && scope != SCOPE_NETWORK && scope != SCOPE_REMOTE_SYSTEM))
        return false;
    return failure->category != taxonomy->roles[ROLE_EXPIRED] ||
           scope_of(taxonomy, failure->facts.cause) != SCOPE_RECIPIENT;
}

/* An expiry ends days in a queue. */
static struct trouble trouble_of(const struct ours *ours, const struct failure *failure,
                                 const struct failed_message *message)
{
    bool expired = failure->category == ours->options->taxonomy->roles[ROLE_EXPIRED];
    int64_t queued = expired ? (int64_t)guard_of(ours)->queue_days * HOURS_A_DAY : 0;
    return (struct trouble){.first = failed_message_first(message) / HOUR - queued,
                            .last = message->time / HOUR};
}

static sv domain_of(sv key, const struct failure *failure)
{
    sv final = failure_text(failure, FAILURE_FINAL);
    bool is_domain = sv_find_byte(key, '@') == SV_NPOS;
    return is_domain ? key : sv_after_last(final.len ? final : key, '@');
}

/* Who runs the hop, unless it is the domain's own; a view of `lower`. */
static sv hop_of(sv domain, const struct failure *failure, char *lower)
{
    char other[OPERATOR_MAX];
    sv relay = failure_text(failure, FAILURE_RELAY);
    if (!relay.len || operator_is_own(relay, domain))
        return SV_EMPTY;
    sv name = operator_of_relay(relay, lower);
    return sv_eq(name, operator_of_relay(domain, other)) ? SV_EMPTY : name;
}

static void add_trouble(struct way *way, const struct trouble *trouble)
{
    way->troubles = mem_room(way->troubles, way->count, sizeof *way->troubles);
    way->troubles[way->count++] = *trouble;
}

static void note_failure(struct ours *ours, sv address, const struct failure *failure)
{
    char lower[OPERATOR_MAX];
    sv domain = domain_of(address, failure), provider = failure_text(failure, FAILURE_PROVIDER);
    sv hop = hop_of(domain, failure, lower);
    struct way *way = hop.len ? map_add(&ours->hops, hop, NULL) : NULL;
    for (size_t i = 0; i < failure->message_count; i++) {
        struct trouble trouble = trouble_of(ours, failure, failure_message(failure, i));
        trouble.domain = hash_nocase(domain);
        trouble.provider = provider.len ? hash_nocase(provider) : 0;
        add_trouble(ours->world, &trouble);
        if (way)
            add_trouble(way, &trouble);
    }
}

/* A failure that its rule would list somebody for widens the time that is looked at. */
struct span {
    int64_t first, last; /* hours; first > last: none */
};

static void widen(const struct ours *ours, const struct failure *failure, int64_t oldest,
                  struct span *span)
{
    const struct policy_rule *rule = &ours->options->policy->rules[failure->category];
    int64_t times[FAILURE_MESSAGES_MAX];
    for (size_t i = 0; i < failure->message_count; i++)
        times[i] = failure_message(failure, i)->time;
    if (!policy_reached(rule, times, failure->message_count))
        return;
    for (size_t i = 0; i < failure->message_count; i++) {
        struct trouble trouble = trouble_of(ours, failure, failure_message(failure, i));
        if (times[i] < oldest)
            continue;
        span->first = trouble.first < span->first ? trouble.first : span->first;
        span->last = trouble.last > span->last ? trouble.last : span->last;
    }
}

static void note_record(struct ours *ours, sv key, const struct address_record *record,
                        int64_t oldest, struct span *span)
{
    bool is_domain = sv_find_byte(key, '@') == SV_NPOS;
    for (const struct failure *at = record->failures; at; at = at->next) {
        if (!is_on_the_way(ours, at))
            continue;
        if (ours->options->policy->rules[at->category].per_domain == is_domain)
            widen(ours, at, oldest, span);
        if (!is_domain)
            note_failure(ours, key, at);
    }
}

static int by_last(const void *a, const void *b)
{
    const struct trouble *one = a, *other = b;
    return (one->last > other->last) - (one->last < other->last);
}

/* The one that more than half of them name, by counting against each other. */
static uint64_t common_provider(const struct way *way)
{
    uint64_t candidate = 0;
    size_t votes = 0, count = 0;
    for (size_t i = 0; i < way->count; i++) {
        if (!votes)
            candidate = way->troubles[i].provider;
        votes = way->troubles[i].provider == candidate ? votes + 1 : votes - 1;
    }
    for (size_t i = 0; i < way->count; i++)
        count += way->troubles[i].provider == candidate;
    return count * 2 > way->count ? candidate : 0;
}

static void settle_hop(const struct ours *ours, struct way *hop)
{
    struct fpset domains = {0};
    for (size_t i = 0; i < hop->count; i++)
        fpset_add(&domains, hop->troubles[i].domain, 0);
    if (domains.count >= (size_t)guard_of(ours)->domains) {
        hop->mails = mem_zero(ours->hours, sizeof *hop->mails);
        hop->provider = common_provider(hop);
    }
    fpset_release(&domains);
}

static void add_taken(struct ours *ours, sv domain, const struct hour_activity *hour)
{
    int64_t at = hour->hour - ours->from;
    if (!hour->delivered || at < 0 || at >= (int64_t)ours->hours)
        return;
    struct taken_hour *taken = &ours->taken[at];
    taken->count++;
    if (taken->kept == KEPT_AN_HOUR)
        return;
    taken->domains = mem_room(taken->domains, taken->kept, sizeof *taken->domains);
    taken->domains[taken->kept++] = hash_nocase(domain);
}

static void add_mails(const struct ours *ours, struct way *hop, const struct hour_activity *hours,
                      size_t count)
{
    for (size_t i = 0; hop && hop->mails && i < count; i++) {
        int64_t at = hours[i].hour - ours->from;
        if (at >= 0 && at < (int64_t)ours->hours)
            hop->mails[at] += hours[i].delivered;
    }
}

static void visit(void *context, sv name, enum activity_kind kind,
                  const struct hour_activity *hours, size_t count)
{
    struct ours *ours = context;
    uint64_t provider = kind == ACTIVITY_PROVIDER ? hash_nocase(name) : 0;
    for (size_t i = 0; (kind == ACTIVITY_DOMAIN || kind == ACTIVITY_OWN_DOMAIN) && i < count; i++)
        add_taken(ours, name, &hours[i]);
    if (kind == ACTIVITY_OPERATOR)
        add_mails(ours, map_get(&ours->hops, name), hours, count);
    for (size_t i = 0; provider && i < map_count(&ours->hops); i++) {
        struct way *hop = map_value_at(&ours->hops, i);
        if (hop->provider == provider)
            add_mails(ours, hop, hours, count);
    }
}

static void read_activity(struct ours *ours, const struct suppress_source *source,
                          const struct span *span)
{
    int64_t margin = (int64_t)guard_of(ours)->days * HOURS_A_DAY;
    ours->from = span->first - margin;
    ours->hours = (size_t)(span->last + margin + 1 - ours->from);
    ours->taken = mem_zero(ours->hours, sizeof *ours->taken);
    qsort(ours->world->troubles, ours->world->count, sizeof *ours->world->troubles, by_last);
    for (size_t i = 0; i < map_count(&ours->hops); i++) {
        struct way *hop = map_value_at(&ours->hops, i);
        qsort(hop->troubles, hop->count, sizeof *hop->troubles, by_last);
        settle_hop(ours, hop);
    }
    source->each_activity(source->activity_context, ours->from / HOURS_A_DAY,
                          (ours->from + (int64_t)ours->hours) / HOURS_A_DAY, visit, ours);
}

void ours_init(struct ours *ours, const struct suppress_source *source,
               const struct suppress_options *options, int64_t now)
{
    const struct map *maps[] = {&source->evidence->addresses, &source->evidence->domains};
    int64_t oldest = now - (int64_t)INCIDENT_DAYS * HOURS_A_DAY * HOUR;
    struct span span = {INT64_MAX, INT64_MIN};
    *ours = (struct ours){.options = options, .world = mem_zero(1, sizeof *ours->world)};
    map_init(&ours->hops, sizeof(struct way));
    for (size_t i = 0; source->each_activity && i < sizeof maps / sizeof *maps; i++)
        for (size_t j = 0; j < map_count(maps[i]); j++)
            note_record(ours, map_key_at(maps[i], j), map_value_at(maps[i], j), oldest, &span);
    if (span.first <= span.last)
        read_activity(ours, source, &span);
}

static void release_way(struct way *way)
{
    mem_free(way->troubles);
    mem_free(way->mails);
}

void ours_release(struct ours *ours)
{
    for (size_t i = 0; i < ours->hours; i++)
        mem_free(ours->taken[i].domains);
    mem_free(ours->taken);
    for (size_t i = 0; i < map_count(&ours->hops); i++)
        release_way(map_value_at(&ours->hops, i));
    map_release(&ours->hops);
    release_way(ours->world);
    mem_free(ours->world);
}

/* Hours [first, last]. */
struct window {
    int64_t first, last, margin;
};

static bool grow(const struct ours *ours, struct window *window)
{
    int64_t most = (int64_t)guard_of(ours)->days * HOURS_A_DAY;
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
    int64_t queued = (int64_t)guard_of(ours)->queue_days * HOURS_A_DAY;
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
    return taken * 100 < (taken + failed) * (size_t)guard_of(ours)->taken_percent;
}

/* So many that took mail are more than hardly any, and say enough. */
static size_t enough_of(const struct ours *ours, size_t failed)
{
    const struct ours_guard *guard = guard_of(ours);
    size_t percent = guard->taken_percent < 100 ? (size_t)guard->taken_percent : 99;
    return failed * percent / (100 - percent) + 1 + (size_t)guard->decided;
}

/* A few hours say enough where there is much mail; else it takes a day, and somebody else. */
static bool is_enough(const struct ours *ours, const struct window *window, size_t decided,
                      size_t others)
{
    return decided >= (size_t)guard_of(ours)->decided ||
           (window->margin >= HOURS_A_DAY && others > 0);
}

static bool explained_by_world(const struct ours *ours, struct window window)
{
    do {
        struct failed failed = count_failed(ours, ours->world, &window);
        size_t enough = enough_of(ours, failed.domains);
        size_t taken = count_taken(ours, &window, enough);
        if (is_enough(ours, &window, failed.domains + taken, failed.domains + taken - 1))
            return failed.domains >= (size_t)guard_of(ours)->domains &&
                   hardly_any(ours, taken, failed.domains);
    } while (grow(ours, &window));
    return false;
}

/* Is it so common that the hop is more than the server of a few dead domains? */
static bool is_many(const struct ours *ours, const struct window *window, size_t domains)
{
    const struct ours_guard *guard = guard_of(ours);
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

static bool explained(const struct ours *ours, const struct way *hop, const struct trouble *trouble)
{
    struct window window = {trouble->first - 1, trouble->last + 1, 1};
    if (trouble->first < ours->from || trouble->last >= ours->from + (int64_t)ours->hours)
        return false;
    return explained_by_hop(ours, hop, window) || explained_by_world(ours, window);
}

bool ours_explains(const struct ours *ours, sv key, const struct failure *failure, int64_t excused)
{
    char lower[OPERATOR_MAX];
    int64_t times[FAILURE_MESSAGES_MAX];
    size_t count = 0;
    if (!is_on_the_way(ours, failure))
        return false;
    sv name = hop_of(domain_of(key, failure), failure, lower);
    const struct way *hop = name.len ? map_get(&ours->hops, name) : NULL;
    for (size_t i = 0; i < failure->message_count; i++) {
        const struct failed_message *message = failure_message(failure, i);
        struct trouble trouble = trouble_of(ours, failure, message);
        if ((!excused || message->time > excused) && !explained(ours, hop, &trouble))
            times[count++] = message->time;
    }
    return !policy_reached(&ours->options->policy->rules[failure->category], times, count);
}
