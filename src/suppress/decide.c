/* Who is listed, held or cleared: each address record against the policy.
 *
 * Of several grounds (grounds.c) the strongest is given. What a person allows, what --recipients
 * does not know and our own senders are never listed. All records are looked at twice: first by the
 * guards, which find incidents and trouble of our own in them, then one by one.
 */
#include "bouncelog/suppress/suppress.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/suppress/policy.h"
#include "brakes.h"
#include "decider.h"
#include "grounds.h"
#include "listings.h"

enum { SECONDS_A_DAY = 86400 };

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
        if (ground_find(decider, address, record, failure, &ground) &&
            (!best->failure || ground_is_stronger(&ground, best)))
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

static uint32_t counted(int64_t messages)
{
    return messages < UINT32_MAX ? (uint32_t)messages : UINT32_MAX;
}

static struct decision decide(const struct decider *decider, sv address,
                              const struct address_record *record)
{
    struct decision decision = {.key = address, .category = CATEGORY_NONE};
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
    decision.category = best.failure->category;
    decision.messages = counted(best.messages);
    decision.at_once = best.at_once;
    decision.from = best.from;
    decision.hold = best.hold;
    if (allowed)
        decision.hold = HOLD_ALLOWED;
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
            !ground_of_domain_reached(decider, failure) ||
            ours_explains(&decider->ours, domain, failure, record->listing.excused,
                          &(struct ours_trouble){0}))
            continue;
        decisions->domains[decisions->domain_count++] = (struct decision){
            .key = domain,
            .ruling = RULING_LISTED,
            .tier = decider->options->policy->rules[failure->category].tier,
            .failure = failure,
            .category = failure->category,
            .messages = counted((int64_t)failure->message_count + failure->forgotten)};
    }
}

/* Incidents of old are not looked for again: what they covered is remembered. */
static bool is_old(const struct decider *decider, int64_t time)
{
    const int64_t days = (int64_t)INCIDENT_DAYS * SECONDS_A_DAY;
    return decider->now >= INT64_MIN + days && time < decider->now - days;
}

static int64_t first_solid(const struct decider *decider, const struct failure *failures)
{
    int64_t first = INT64_MAX;
    for (; failures; failures = failures->next)
        for (size_t i = 0; i < failures->message_count && !failure_is_lasting(failures); i++) {
            const struct failed_message *message = failure_message(failures, i);
            if (message->at_once && ground_is_counted(decider, message) && message->time < first)
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
        struct incident_place where = ground_place(address, failures);
        for (size_t i = 0; i < failures->message_count && !failure_is_lasting(failures); i++) {
            const struct failed_message *message = failure_message(failures, i);
            bool living =
                refuted || (record->delivered_at && message->time - record->delivered_at <= month);
            bool is_first = refuted || message->time == first;
            if (message->at_once && ground_is_counted(decider, message) &&
                !is_old(decider, message->time) && (is_first || living))
                incidents_note(&decider->incidents, &where,
                               (struct incident_death){message->time, is_first, living});
        }
    }
}

/* What guards look at. */
static void note_record(void *context, sv key, const struct address_record *record,
                        const struct address_record *own)
{
    struct decider *decider = context;
    (void)own;
    ours_note(&decider->ours, key, record);
    if ((!record->failures && !record->refuted) || !may_be_listed(decider, key))
        return;
    note_failures(decider, key, record, record->failures);
    note_failures(decider, key, record, record->refuted);
}

static void note_records(struct decider *decider)
{
    const struct map *domains = &decider->source->evidence->domains;
    decider->records.each(decider->records.context, note_record, decider);
    for (size_t i = 0; i < map_count(domains); i++)
        ours_note(&decider->ours, map_key_at(domains, i), map_value_at(domains, i));
    ours_settle(&decider->ours);
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

static bool is_same(const struct listing *a, const struct listing *b)
{
    return a->since == b->since && a->last_failure == b->last_failure &&
           a->cleared_at == b->cleared_at && a->excused == b->excused && a->tier == b->tier &&
           a->fate == b->fate && a->probed == b->probed && a->rule == b->rule;
}

/* Mail of other hosts may be what puts it on our lists. */
static void keep_listing(struct decider *decider, const struct decision *decision,
                         const struct address_record *own)
{
    static const struct address_record unknown;
    struct decisions *decisions = decider->decisions;
    const struct address_record *record = own ? own : &unknown;
    struct listing listing =
        suppress_listing(record, decision, decisions->filtered, decider->options->now);
    if (is_same(&listing, &record->listing))
        return;
    decisions->relistings =
        mem_room(decisions->relistings, decisions->relisting_count, sizeof *decisions->relistings);
    decisions->relistings[decisions->relisting_count++] =
        (struct relisting){arena_copy(&decisions->keys, decision->key), listing};
}

static void add_decision(struct decider *decider, const struct decision *decision)
{
    struct decisions *decisions = decider->decisions;
    decisions->addresses =
        mem_room(decisions->addresses, decisions->address_count, sizeof *decisions->addresses);
    struct decision *kept = &decisions->addresses[decisions->address_count++];
    *kept = *decision;
    if (decider->records.stay)
        return;
    kept->key = arena_copy(&decisions->keys, decision->key);
    kept->failure = NULL;
}

static void decide_record(void *context, sv key, const struct address_record *record,
                          const struct address_record *own)
{
    struct decider *decider = context;
    struct decision decision = decide(decider, key, record);
    bool was = own && own->listing.since;
    decision.entered = !was && decision.ruling == RULING_LISTED;
    decision.told = was && decision.fate != own->listing.fate;
    decider->decisions->fresh_count += decision.fresh;
    decider->decisions->before_count += record->listing.since != 0;
    if (decider->source->keeps_listings)
        keep_listing(decider, &decision, own);
    if (decision.ruling != RULING_NONE || decision.removed)
        add_decision(decider, &decision);
}

static void decide_all(struct decider *decider)
{
    const struct map *domains = &decider->source->evidence->domains;
    struct decisions *decisions = decider->decisions;
    decisions->domains = mem_zero(map_count(domains) + 1, sizeof *decisions->domains);
    decider->records.each(decider->records.context, decide_record, decider);
    for (size_t i = 0; i < map_count(domains); i++)
        decide_domain(decider, map_key_at(domains, i), map_value_at(domains, i));
}

static int64_t latest_of(const struct suppress_source *source,
                         const struct address_records *records)
{
    int64_t failed = records->latest(records->context);
    return failed > source->latest ? failed : source->latest;
}

void suppress_decide(struct decisions *decisions, const struct suppress_source *source,
                     const struct suppress_options *options)
{
    struct address_records records = suppress_records(source);
    struct decider decider = {.decisions = decisions,
                              .records = records,
                              .source = source,
                              .options = options,
                              .now = latest_of(source, &records)};
    *decisions = (struct decisions){
        .filtered = options->known != NULL, .records = records, .evidence = source->evidence};
    incidents_init(&decider.incidents, &options->policy->incident);
    ours_init(&decider.ours, source, options, decider.now);
    note_records(&decider);
    read_activity(&decider);
    incidents_forget_deaths(&decider.incidents);
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
    mem_free(decisions->relistings);
    arena_release(&decisions->keys);
    arena_release(&decisions->names);
    *decisions = (struct decisions){0};
}

struct address_records suppress_records(const struct suppress_source *source)
{
    return source->records.each ? source->records : address_records_of(source->evidence);
}

const struct failure *decision_failure(const struct decisions *decisions,
                                       const struct decision *decision)
{
    static char nothing[FAILURE_TEXTS];
    static const struct failure unread = {.texts = nothing, .message_count = 1};
    const struct address_record *own;
    if (decision->failure)
        return decision->failure;
    const struct address_record *record =
        decisions->records.find(decisions->records.context, decision->key, &own);
    const struct failure *failure = address_record_failure(record, decision->category);
    return failure ? failure : &unread;
}
