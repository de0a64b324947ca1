/* Who is listed, held or cleared: each address record against the policy.
 *
 * A category's failures list an address when one of them is enough by itself (`at_once`) and no
 * outage covers it, or when enough messages failed over enough days, of the address alone or of its
 * whole domain (patterns/policy.yaml). Of several grounds the strongest is given. What a person
 * allows, what --recipients does not know and our own senders are never listed.
 */
#include "bouncelog/suppress/suppress.h"

#include "bouncelog/base/mem.h"
#include "bouncelog/suppress/policy.h"
#include "brakes.h"
#include "outages.h"

enum { SECONDS_A_DAY = 86400, OUTAGE_DAYS = 7 };

struct decider {
    struct decisions *decisions;
    const struct suppress_source *source;
    const struct suppress_options *options;
    struct outages outages;
    int64_t now; /* the latest time that any evidence is of */
};

/* What speaks for a listing: one category's failures. */
struct ground {
    const struct failure *failure;
    bool at_once;
    bool held; /* by the outage guard alone */
    int64_t messages;
};

/* An event with an original recipient counts against the original where it expanded to this one
 * recipient in that message, else against the final one. */
static bool counts(const struct decider *decider, const struct failed_message *message)
{
    if (!message->original)
        return true;
    bool expanded = ledger_expanded(decider->source->ledger, message->message, message->original);
    return message->as_original ? !expanded : expanded;
}

static const struct failure *domain_failure(const struct decider *decider, sv domain,
                                            uint8_t category)
{
    const struct address_record *record = map_get(&decider->source->evidence->domains, domain);
    const struct failure *failure = record ? record->failures : NULL;
    while (failure && failure->category != category)
        failure = failure->next;
    return failure;
}

static bool domain_reached(const struct decider *decider, const struct failure *failure)
{
    const struct policy_rule *rule = &decider->options->policy->rules[failure->category];
    int64_t times[FAILURE_MESSAGES_MAX];
    for (size_t i = 0; i < failure->message_count; i++)
        times[i] = failure_message(failure, i)->time;
    return policy_reached(rule, times, failure->message_count);
}

/* What has been listed for long was no matter of hours; what was listed just now may be, where a
 * run saw only the beginning of an outage. */
static bool is_listed_for_long(const struct decider *decider, const struct address_record *record)
{
    return record->listing.since &&
           record->listing.last_failure < decider->now - (int64_t)OUTAGE_DAYS * SECONDS_A_DAY;
}

static bool in_outage(const struct decider *decider, sv address,
                      const struct address_record *record, const struct failure *failure,
                      const struct failed_message *message)
{
    return !is_listed_for_long(decider, record) && map_count(&decider->outages.names) &&
           outages_cover(&decider->outages, sv_after_last(address, '@'),
                         failure_text(failure, FAILURE_PROVIDER), message->time);
}

static bool has_lapsed(const struct decider *decider, const struct failure *failure)
{
    int days = decider->options->policy->rules[failure->category].lapse_days;
    return days && failure->last_seen < decider->now - (int64_t)days * SECONDS_A_DAY;
}

/* Do these failures list the address, or would they if no outage covered them? */
static bool find_ground(const struct decider *decider, sv address,
                        const struct address_record *record, const struct failure *failure,
                        struct ground *ground)
{
    const struct policy_rule *rule = &decider->options->policy->rules[failure->category];
    int64_t times[FAILURE_MESSAGES_MAX];
    size_t count = 0;
    *ground = (struct ground){.failure = failure};
    for (size_t i = 0; i < failure->message_count; i++) {
        const struct failed_message *message = failure_message(failure, i);
        if (!counts(decider, message))
            continue;
        times[count++] = message->time;
        if (!message->at_once || !rule->at_once)
            continue;
        if (in_outage(decider, address, record, failure, message))
            ground->held = true;
        else
            ground->at_once = true;
    }
    ground->messages = (int64_t)count + failure->forgotten;
    if (!count || !rule->listed || has_lapsed(decider, failure))
        return false;
    if (ground->at_once) { /* another day has confirmed it */
        ground->held = false;
        return true;
    }
    const struct failure *domain =
        rule->per_domain ? domain_failure(decider, sv_after_last(address, '@'), failure->category)
                         : NULL;
    bool reached = rule->per_domain ? domain && domain_reached(decider, domain)
                                    : policy_reached(rule, times, count);
    ground->held = ground->held && !reached;
    return reached || ground->held;
}

/* Of several grounds one that is not held, the one that suffices at once, then the latest. */
static bool is_stronger(const struct ground *a, const struct ground *b)
{
    if (a->held != b->held)
        return b->held;
    if (a->at_once != b->at_once)
        return a->at_once;
    if (a->failure->last_seen != b->failure->last_seen)
        return a->failure->last_seen > b->failure->last_seen;
    return a->failure->category < b->failure->category;
}

/* Does the map hold the address, or @ and its domain? */
static bool has_address(const struct map *map, sv address)
{
    size_t at = sv_rfind_byte(address, '@');
    return map_get(map, address) || (at != SV_NPOS && map_get(map, sv_skip(address, at)));
}

static bool is_known(const struct decider *decider, sv address)
{
    return !decider->options->known || has_address(decider->options->known, address);
}

static bool is_allowed(const struct decider *decider, sv address)
{
    return decider->options->allow && has_address(decider->options->allow, address);
}

static bool may_be_listed(const struct decider *decider, sv address)
{
    return policy_may_list(address) && is_known(decider, address) &&
           fpset_get(&decider->source->evidence->senders, hash_nocase(address)) == FPSET_NEW;
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
        return record->delivered_at > record->listing.last_failure;
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
    decision.removed = record->listing.since && (!found || allowed);
    if (!found && is_cleared(decider, record)) {
        decision.ruling = RULING_CLEARED;
        decision.delivered_at = record->delivered_at;
    }
    if (!found)
        return decision;
    decision.failure = best.failure;
    decision.messages = best.messages;
    decision.at_once = best.at_once;
    decision.hold = allowed ? HOLD_ALLOWED : best.held ? HOLD_OUTAGE : HOLD_NONE;
    decision.ruling = decision.hold ? RULING_HELD : RULING_LISTED;
    if (decision.ruling == RULING_LISTED) {
        decision.fresh = is_fresh(decider, address, record);
        decision.skipped = policy_unsafe(address);
    }
    return decision;
}

static void decide_domain(const struct decider *decider, sv domain,
                          const struct address_record *record)
{
    struct decisions *decisions = decider->decisions;
    for (const struct failure *failure = record->failures; failure; failure = failure->next) {
        if (failure->category != decider->options->taxonomy->roles[ROLE_SUPPRESS_DOMAIN] ||
            !domain_reached(decider, failure))
            continue;
        decisions->domains[decisions->domain_count++] =
            (struct decision){.key = domain,
                              .ruling = RULING_LISTED,
                              .failure = failure,
                              .messages = (int64_t)failure->message_count + failure->forgotten};
    }
}

/* Whom one failure would put on a list, so that outages show. */
static void note_candidate(struct decider *decider, sv address, const struct address_record *record)
{
    if (is_listed_for_long(decider, record) || !record->failures ||
        !may_be_listed(decider, address) || is_allowed(decider, address))
        return;
    for (const struct failure *failure = record->failures; failure; failure = failure->next)
        for (size_t i = 0; i < failure->message_count; i++) {
            const struct failed_message *message = failure_message(failure, i);
            if (message->at_once && counts(decider, message))
                outages_note(&decider->outages, sv_after_last(address, '@'),
                             failure_text(failure, FAILURE_PROVIDER), message->time);
        }
}

static void find_outages(struct decider *decider)
{
    const struct map *addresses = &decider->source->evidence->addresses;
    if (!decider->source->each_activity)
        return;
    for (size_t i = 0; i < map_count(addresses); i++)
        note_candidate(decider, map_key_at(addresses, i), map_value_at(addresses, i));
    outages_find(&decider->outages, decider->source, &decider->options->policy->guard);
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
    outages_init(&decider.outages);
    find_outages(&decider);
    decide_all(&decider);
    outages_release(&decider.outages);
    brakes_decide(decisions, source, options);
}

void decisions_release(struct decisions *decisions)
{
    mem_free(decisions->addresses);
    mem_free(decisions->domains);
    *decisions = (struct decisions){0};
}

struct listing suppress_listing(const struct address_record *record,
                                const struct decision *decision, bool filtered, int64_t now)
{
    struct listing listing = record->listing;
    bool took_mail = record->delivered_at > listing.last_failure;
    if (decision && decision->ruling == RULING_LISTED) {
        if (!listing.since)
            listing.since = now;
        listing.last_failure = decision->failure->last_seen;
    } else if (listing.since && (!filtered || took_mail)) {
        if (took_mail)
            listing.cleared_at = now;
        listing.since = 0;
    }
    return listing;
}
