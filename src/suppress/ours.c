/* Gathers what failed on the way, in all and by the hop that it went over, and what got through at
 * those times: by the hour, as much of it as a window may ever cover (`days` in the policy's
 * `ours:` before and behind). Whether that explains a failure is asked in ours_explain.c. */
#include <stdlib.h>

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/model/operator.h"
#include "bouncelog/suppress/policy.h"
#include "incidents.h"
#include "ours_ways.h"

enum { KEPT_AN_HOUR = 64 };

static enum scope scope_of(const struct taxonomy *taxonomy, uint8_t category)
{
    return category < taxonomy->category_count ? taxonomy->categories[category].scope : SCOPE_NONE;
}

bool ours_on_the_way(const struct ours *ours, const struct failure *failure)
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

struct trouble ours_trouble_of(const struct ours *ours, const struct failure *failure,
                               const struct failed_message *message)
{
    bool expired = failure->category == ours->options->taxonomy->roles[ROLE_EXPIRED];
    int64_t queued = expired ? (int64_t)ours_guard_of(ours)->queue_days * HOURS_A_DAY : 0;
    return (struct trouble){.first = failed_message_first(message) / HOUR - queued,
                            .last = message->time / HOUR};
}

static sv domain_of(sv key, const struct failure *failure)
{
    sv final = failure_text(failure, FAILURE_FINAL);
    bool is_domain = sv_find_byte(key, '@') == SV_NPOS;
    return is_domain ? key : sv_after_last(final.len ? final : key, '@');
}

sv ours_hop_of(sv key, const struct failure *failure, char *lower)
{
    char other[OPERATOR_MAX];
    sv domain = domain_of(key, failure);
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
    sv hop = ours_hop_of(address, failure, lower);
    struct way *way = hop.len ? map_add(&ours->hops, hop, NULL) : NULL;
    for (size_t i = 0; i < failure->message_count; i++) {
        struct trouble trouble = ours_trouble_of(ours, failure, failure_message(failure, i));
        trouble.domain = hash_nocase(domain);
        trouble.provider = provider.len ? hash_nocase(provider) : 0;
        add_trouble(ours->world, &trouble);
        if (way)
            add_trouble(way, &trouble);
    }
}

/* A failure that its rule would list somebody for widens the time that is looked at. */
static void widen(struct ours *ours, const struct failure *failure)
{
    const struct policy_rule *rule = &ours->options->policy->rules[failure->category];
    int64_t times[FAILURE_MESSAGES_MAX];
    for (size_t i = 0; i < failure->message_count; i++)
        times[i] = failure_message(failure, i)->time;
    if (!policy_reached(rule, times, failure->message_count))
        return;
    for (size_t i = 0; i < failure->message_count; i++) {
        struct trouble trouble = ours_trouble_of(ours, failure, failure_message(failure, i));
        if (times[i] < ours->oldest)
            continue;
        ours->first = trouble.first < ours->first ? trouble.first : ours->first;
        ours->last = trouble.last > ours->last ? trouble.last : ours->last;
    }
}

void ours_note(struct ours *ours, sv key, const struct address_record *record)
{
    bool is_domain = sv_find_byte(key, '@') == SV_NPOS;
    for (const struct failure *at = record->failures; ours->looks && at; at = at->next) {
        if (!ours_on_the_way(ours, at))
            continue;
        if (ours->options->policy->rules[at->category].per_domain == is_domain)
            widen(ours, at);
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
    if (domains.count >= (size_t)ours_guard_of(ours)->domains) {
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

void ours_settle(struct ours *ours)
{
    int64_t margin = (int64_t)ours_guard_of(ours)->days * HOURS_A_DAY;
    if (ours->first > ours->last)
        return;
    ours->from = ours->first - margin;
    ours->hours = (size_t)(ours->last + margin + 1 - ours->from);
    ours->taken = mem_zero(ours->hours, sizeof *ours->taken);
    qsort(ours->world->troubles, ours->world->count, sizeof *ours->world->troubles, by_last);
    for (size_t i = 0; i < map_count(&ours->hops); i++) {
        struct way *hop = map_value_at(&ours->hops, i);
        qsort(hop->troubles, hop->count, sizeof *hop->troubles, by_last);
        settle_hop(ours, hop);
    }
}

size_t ours_reader(struct ours *ours, struct reader *reader)
{
    if (!ours->hours)
        return 0;
    *reader = (struct reader){ours->from / HOURS_A_DAY,
                              (ours->from + (int64_t)ours->hours) / HOURS_A_DAY, visit, ours};
    return 1;
}

void ours_init(struct ours *ours, const struct suppress_source *source,
               const struct suppress_options *options, int64_t now)
{
    int64_t days = (int64_t)INCIDENT_DAYS * HOURS_A_DAY * HOUR;
    *ours = (struct ours){.options = options,
                          .looks = source->each_activity != NULL,
                          .world = mem_zero(1, sizeof *ours->world),
                          .oldest = now > INT64_MIN + days ? now - days : INT64_MIN,
                          .first = INT64_MAX,
                          .last = INT64_MIN};
    map_init(&ours->hops, sizeof(struct way));
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
