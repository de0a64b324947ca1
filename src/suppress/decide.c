/* Who is listed, held or cleared: each address record against the policy.
 *
 * A category's failures list an address when one of them is enough by itself (`at_once`), no
 * incident covers it, and the address did not take mail just before; or when enough messages failed
 * over enough days, of the address alone or of its whole domain (patterns/policy.yaml). Of several
 * grounds the strongest is given. What a person allows, what --recipients does not know and our own
 * senders are never listed.
 */
#include "bouncelog/suppress/suppress.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/suppress/policy.h"
#include "brakes.h"
#include "grounds.h"
#include "incidents.h"
#include "listings.h"
#include "ours.h"

enum { SECONDS_A_DAY = 86400, SECONDS_AN_HOUR = 3600 };

struct decider {
    struct decisions *decisions;
    const struct suppress_source *source;
    const struct suppress_options *options;
    struct incidents incidents;
    struct ours ours;
    int64_t now; /* the latest time that any evidence is of */
};

/* What speaks for a listing: one category's failures. */
struct ground {
    const struct failure *failure;
    bool at_once;
    enum hold hold; /* by a guard alone */
    const struct incident *incident;
    struct ours_trouble trouble; /* HOLD_OURS */
    int64_t from;                /* as in struct decision */
    int64_t messages;
};

static bool counts(const struct decider *decider, const struct failed_message *message)
{
    return ground_counts(decider->source->ledger, message);
}

static bool domain_reached(const struct decider *decider, const struct failure *failure)
{
    const struct policy_rule *rule = &decider->options->policy->rules[failure->category];
    int64_t times[FAILURE_MESSAGES_MAX];
    for (size_t i = 0; i < failure->message_count; i++)
        times[i] = failure_message(failure, i)->time;
    return policy_reached(rule, times, failure->message_count);
}

static struct incident_place place_of(sv address, const struct failure *failure)
{
    return (struct incident_place){
        sv_after_last(address, '@'), failure_text(failure, FAILURE_PROVIDER),
        failure_text(failure, FAILURE_RELAY), failure_text(failure, FAILURE_NETWORK)};
}

/* Incidents of old are not looked for again: what they covered is remembered. */
static bool is_old(const struct decider *decider, int64_t time)
{
    const int64_t days = (int64_t)INCIDENT_DAYS * SECONDS_A_DAY;
    return decider->now >= INT64_MIN + days && time < decider->now - days;
}

static bool has_lapsed(const struct decider *decider, const struct failure *failure)
{
    int days = decider->options->policy->rules[failure->category].lapse_days;
    return days && failure->last_seen < decider->now - (int64_t)days * SECONDS_A_DAY;
}

/* The failures of which each is enough, as far as no incident covers them. */
struct solid {
    size_t count;
    int64_t first, last; /* times */
    bool covered;        /* there are others, which one does */
};

static void note_solid(const struct decider *decider, const struct address_record *record,
                       const struct incident_place *where, int64_t time, struct solid *solid,
                       struct ground *ground)
{
    /* What a person said is no fault of a server's. */
    bool asked = failure_is_lasting(ground->failure);
    const struct incident *incident =
        asked ? NULL : incidents_cover(&decider->incidents, where, time);
    if (incident || (!asked && record->listing.excused && time <= record->listing.excused)) {
        solid->covered = true;
        ground->incident = incident ? incident : ground->incident;
        return;
    }
    if (!solid->count++ || time < solid->first)
        solid->first = time;
    if (solid->count == 1 || time > solid->last)
        solid->last = time;
}

/* How long after the first one another failure is needed: it took mail just before. */
static int64_t recent_wait(const struct decider *decider, const struct address_record *record,
                           const struct failure *failure, const struct solid *solid)
{
    const struct recent_guard *guard = &decider->options->policy->recent;
    bool recent = record->delivered_at && !failure_is_lasting(failure) &&
                  solid->first - record->delivered_at <= (int64_t)guard->days * SECONDS_A_DAY;
    return recent ? (int64_t)guard->hours * SECONDS_AN_HOUR : 0;
}

static void judge_solid(const struct decider *decider, const struct address_record *record,
                        const struct solid *solid, struct ground *ground)
{
    if (solid->count)
        ground->from = solid->first + recent_wait(decider, record, ground->failure, solid);
    if (solid->count && solid->last >= ground->from)
        ground->at_once = true;
    else if (solid->count)
        ground->hold = HOLD_RECENT;
    else if (solid->covered)
        ground->hold = HOLD_INCIDENT;
}

/* Who is on the lists stays: each of them has evidence of his own, and three strangers who come
 * back must not empty them. */
static bool rule_is_held(const struct decider *decider, const struct address_record *record,
                         const struct failure *failure)
{
    const struct map *held = decider->options->held_rules;
    return held && !record->listing.since && map_get(held, failure_text(failure, FAILURE_RULE));
}

/* Do these failures list the address, or would they if no guard held them back? */
static bool find_ground(const struct decider *decider, sv address,
                        const struct address_record *record, const struct failure *failure,
                        struct ground *ground)
{
    const struct policy_rule *rule = &decider->options->policy->rules[failure->category];
    int64_t times[FAILURE_MESSAGES_MAX];
    size_t count = 0;
    struct solid solid = {0};
    struct incident_place where = place_of(address, failure);
    *ground = (struct ground){.failure = failure};
    for (size_t i = 0; i < failure->message_count; i++) {
        const struct failed_message *message = failure_message(failure, i);
        if (!counts(decider, message))
            continue;
        times[count++] = message->time;
        if (message->at_once && rule->at_once)
            note_solid(decider, record, &where, message->time, &solid, ground);
    }
    judge_solid(decider, record, &solid, ground);
    ground->messages = (int64_t)count + failure->forgotten;
    if (!count || !rule->listed || has_lapsed(decider, failure))
        return false;
    if (ground->at_once) {
        ground->hold = rule_is_held(decider, record, failure) ? HOLD_RULE : HOLD_NONE;
        return true;
    }
    const struct failure *domain =
        rule->per_domain ? ground_of_domain(decider->source->evidence, sv_after_last(address, '@'),
                                            failure->category)
                         : NULL;
    bool reached = rule->per_domain ? domain && domain_reached(decider, domain)
                                    : policy_reached(rule, times, count);
    if (reached)
        ground->hold =
            ours_explains(&decider->ours, domain ? where.domain : address,
                          domain ? domain : failure, record->listing.excused, &ground->trouble)
                ? HOLD_OURS
            : rule_is_held(decider, record, failure) ? HOLD_RULE
                                                     : HOLD_NONE;
    return reached || ground->hold;
}

/* Of several grounds one that is not held, the one that suffices at once, then the latest. */
static bool is_stronger(const struct ground *a, const struct ground *b)
{
    if (!a->hold != !b->hold)
        return b->hold;
    if (a->at_once != b->at_once)
        return a->at_once;
    if (a->failure->last_seen != b->failure->last_seen)
        return a->failure->last_seen > b->failure->last_seen;
    return a->failure->category < b->failure->category;
}

bool suppress_is_known(const struct map *known, sv address)
{
    return !known || has_address(known, address);
}

static bool is_known(const struct decider *decider, sv address)
{
    return suppress_is_known(decider->options->known, address);
}

static bool is_allowed(const struct decider *decider, sv address)
{
    return decider->options->allow && has_address(decider->options->allow, address);
}

static bool may_be_listed(const struct decider *decider, sv address)
{
    return policy_may_list(address) && is_known(decider, address) &&
           !evidence_is_sender(decider->source->evidence, address);
}

static bool find_best(const struct decider *decider, sv address,
                      const struct address_record *record, struct ground *best)
{
    struct ground ground;
    *best = (struct ground){0};
    if (!record->failures || !may_be_listed(decider, address))
        return false;
    for (const struct failure *failure = record->failures; failure; failure = failure->next)
        if (find_ground(decider, address, record, failure, &ground) &&
            (!best->failure || is_stronger(&ground, best)))
            *best = ground;
    return best->failure != NULL;
}

/* By mail that was taken since; not because a filter, a policy or age took it off. */
static bool is_cleared(const struct decider *decider, const struct address_record *record)
{
    const struct suppress_options *options = decider->options;
    if (record->listing.since)
        return listing_took_mail(record);
    return options->tells_cleared && record->listing.cleared_at &&
           record->delivered_at >= options->cleared_since &&
           record->delivered_at < options->cleared_until;
}

static bool is_fresh(const struct decider *decider, sv address, const struct address_record *record)
{
    const struct map *listed = decider->options->listed;
    return listed ? !map_get(listed, address) : !record->listing.since;
}

static struct decision decide(const struct decider *decider, sv address,
                              const struct address_record *record)
{
    struct decision decision = {.key = address};
    struct ground best;
    if (!is_known(decider, address))
        return decision; /* of another mailing tool: its list is no matter of this run */
    bool found = find_best(decider, address, record, &best);
    bool allowed = found && is_allowed(decider, address);
    decision.removed = record->listing.since && (!found || allowed || best.hold);
    decision.skipped = decision.removed ? policy_unsafe(address) : NULL;
    decision.before = record->listing.tier;
    decision.fate = listing_fate(record);
    if (!found && is_cleared(decider, record)) {
        decision.ruling = RULING_CLEARED;
        decision.delivered_at = record->delivered_at;
    }
    if (!found)
        return decision;
    decision.failure = best.failure;
    decision.messages = best.messages;
    decision.at_once = best.at_once;
    decision.from = best.from;
    decision.hold = allowed ? HOLD_ALLOWED : best.hold;
    decision.incident = best.incident;
    if (decision.hold == HOLD_OURS)
        ours_hold(&best.trouble);
    decision.ruling = decision.hold ? RULING_HELD : RULING_LISTED;
    if (decision.ruling == RULING_LISTED) {
        decision.fresh = is_fresh(decider, address, record);
        decision.tier = decider->options->policy->rules[best.failure->category].tier;
        decision.skipped = policy_unsafe(address);
        decision.probed = listing_is_probed(decider->options, address, record, &decision);
        decision.was_probed = record->listing.probed;
    }
    return decision;
}

static void decide_domain(const struct decider *decider, sv domain,
                          const struct address_record *record)
{
    struct decisions *decisions = decider->decisions;
    for (const struct failure *failure = record->failures; failure; failure = failure->next) {
        if (failure->category != decider->options->taxonomy->roles[ROLE_SUPPRESS_DOMAIN] ||
            !domain_reached(decider, failure) ||
            ours_explains(&decider->ours, domain, failure, record->listing.excused,
                          &(struct ours_trouble){0}))
            continue;
        decisions->domains[decisions->domain_count++] =
            (struct decision){.key = domain,
                              .ruling = RULING_LISTED,
                              .tier = decider->options->policy->rules[failure->category].tier,
                              .failure = failure,
                              .messages = (int64_t)failure->message_count + failure->forgotten};
    }
}

static int64_t first_solid(const struct decider *decider, const struct failure *failures)
{
    int64_t first = INT64_MAX;
    for (; failures; failures = failures->next)
        for (size_t i = 0; i < failures->message_count && !failure_is_lasting(failures); i++) {
            const struct failed_message *message = failure_message(failures, i);
            if (message->at_once && counts(decider, message) && message->time < first)
                first = message->time;
        }
    return first;
}

static void note_failures(struct decider *decider, sv address, const struct address_record *record,
                          const struct failure *failures)
{
    bool refuted = failures == record->refuted;
    int64_t month = (int64_t)decider->options->policy->recent.days * SECONDS_A_DAY;
    int64_t first = first_solid(decider, failures);
    for (; failures; failures = failures->next) {
        struct incident_place where = place_of(address, failures);
        for (size_t i = 0; i < failures->message_count && !failure_is_lasting(failures); i++) {
            const struct failed_message *message = failure_message(failures, i);
            bool living =
                refuted || (record->delivered_at && message->time - record->delivered_at <= month);
            bool is_first = refuted || message->time == first;
            if (message->at_once && counts(decider, message) && !is_old(decider, message->time) &&
                (is_first || living))
                incidents_note(&decider->incidents, &where,
                               (struct incident_death){message->time, is_first, living});
        }
    }
}

static void note_deaths(struct decider *decider)
{
    const struct map *addresses = &decider->source->evidence->addresses;
    for (size_t i = 0; i < map_count(addresses); i++) {
        const struct address_record *record = map_value_at(addresses, i);
        if ((!record->failures && !record->refuted) ||
            !may_be_listed(decider, map_key_at(addresses, i)))
            continue;
        note_failures(decider, map_key_at(addresses, i), record, record->failures);
        note_failures(decider, map_key_at(addresses, i), record, record->refuted);
    }
}

static void read_activity(struct decider *decider)
{
    struct reader readers[READERS_MAX];
    size_t count = 0;
    if (!decider->source->each_activity)
        return;
    count += incidents_reader(&decider->incidents, &readers[count]);
    count += ours_reader(&decider->ours, &readers[count]);
    readers_read(readers, count, decider->source);
    incidents_find(&decider->incidents, decider->source);
}

static int64_t latest_of(const struct suppress_source *source)
{
    const struct map *addresses = &source->evidence->addresses;
    int64_t latest = source->latest;
    for (size_t i = 0; i < map_count(addresses); i++) {
        const struct address_record *record = map_value_at(addresses, i);
        for (const struct failure *failure = record->failures; failure; failure = failure->next)
            if (failure->last_seen > latest)
                latest = failure->last_seen;
    }
    return latest;
}

static void decide_all(struct decider *decider)
{
    const struct map *addresses = &decider->source->evidence->addresses;
    const struct map *domains = &decider->source->evidence->domains;
    struct decisions *decisions = decider->decisions;
    decisions->addresses = mem_zero(map_count(addresses) + 1, sizeof *decisions->addresses);
    decisions->domains = mem_zero(map_count(domains) + 1, sizeof *decisions->domains);
    for (size_t i = 0; i < map_count(addresses); i++) {
        struct decision decision =
            decide(decider, map_key_at(addresses, i), map_value_at(addresses, i));
        decisions->fresh_count += decision.fresh;
        if (decision.ruling != RULING_NONE || decision.removed)
            decisions->addresses[decisions->address_count++] = decision;
    }
    for (size_t i = 0; i < map_count(domains); i++)
        decide_domain(decider, map_key_at(domains, i), map_value_at(domains, i));
}

void suppress_decide(struct decisions *decisions, const struct suppress_source *source,
                     const struct suppress_options *options)
{
    struct decider decider = {
        .decisions = decisions, .source = source, .options = options, .now = latest_of(source)};
    *decisions = (struct decisions){.filtered = options->known != NULL};
    incidents_init(&decider.incidents, &options->policy->incident);
    note_deaths(&decider);
    ours_init(&decider.ours, source, options, decider.now);
    read_activity(&decider);
    incidents_reserve(&decider.incidents, ours_incidents_max(&decider.ours));
    decide_all(&decider);
    decider.incidents.count += ours_incidents(
        &decider.ours, decider.incidents.found + decider.incidents.count, &decider.incidents.names);
    decisions->incidents = decider.incidents.found; /* decisions point to them */
    decisions->incident_count = decider.incidents.count;
    decisions->names = decider.incidents.names;
    decider.incidents.found = NULL;
    decider.incidents.names = (struct arena){0};
    incidents_release(&decider.incidents);
    ours_release(&decider.ours);
    brakes_decide(decisions, source, options);
}

void decisions_release(struct decisions *decisions)
{
    mem_free(decisions->addresses);
    mem_free(decisions->domains);
    mem_free(decisions->incidents);
    arena_release(&decisions->names);
    *decisions = (struct decisions){0};
}
