/* What speaks for a listing: one category's failures against the policy.
 *
 * They list an address when one of them is enough by itself (`at_once`), no incident covers it, and
 * the address did not take mail just before; or when enough messages failed over enough days, of
 * the address alone or of its whole domain (patterns/policy.yaml).
 */
#include "grounds.h"

#include "bouncelog/suppress/policy.h"
#include "decider.h"

enum { SECONDS_A_DAY = 86400, SECONDS_AN_HOUR = 3600 };

bool ground_is_counted(const struct decider *decider, const struct failed_message *message)
{
    return ground_counts(decider->source->ledger, message);
}

bool ground_of_domain_reached(const struct decider *decider, const struct failure *failure)
{
    const struct policy_rule *rule = &decider->options->policy->rules[failure->category];
    int64_t times[FAILURE_MESSAGES_MAX];
    for (size_t i = 0; i < failure->message_count; i++)
        times[i] = failure_message(failure, i)->time;
    return policy_reached(rule, times, failure->message_count);
}

struct incident_place ground_place(sv address, const struct failure *failure)
{
    return (struct incident_place){
        sv_after_last(address, '@'), failure_text(failure, FAILURE_PROVIDER),
        failure_text(failure, FAILURE_RELAY), failure_text(failure, FAILURE_NETWORK)};
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

bool ground_find(const struct decider *decider, sv address, const struct address_record *record,
                 const struct failure *failure, struct ground *ground)
{
    const struct policy_rule *rule = &decider->options->policy->rules[failure->category];
    int64_t times[FAILURE_MESSAGES_MAX];
    size_t count = 0;
    struct solid solid = {0};
    struct incident_place where = ground_place(address, failure);
    *ground = (struct ground){.failure = failure};
    for (size_t i = 0; i < failure->message_count; i++) {
        const struct failed_message *message = failure_message(failure, i);
        if (!ground_is_counted(decider, message))
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
    bool reached = rule->per_domain ? domain && ground_of_domain_reached(decider, domain)
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

bool ground_is_stronger(const struct ground *a, const struct ground *b)
{
    if (!a->hold != !b->hold)
        return b->hold;
    if (a->at_once != b->at_once)
        return a->at_once;
    if (a->failure->last_seen != b->failure->last_seen)
        return a->failure->last_seen > b->failure->last_seen;
    return a->failure->category < b->failure->category;
}
