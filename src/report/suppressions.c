#include "suppressions.h"

#include <stdlib.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/policy/policy.h"
#include "outages.h"

enum { SECONDS_A_DAY = 86400 };

/* What the policy says to one charge. */
struct decision {
    const struct charge *charge;
    bool at_once;
    bool held; /* by the outage guard alone */
    int64_t messages;
};

struct decider {
    struct report *report;
    const struct report_source *source;
    const struct report_options *options;
    struct map *reasons; /* text -> sv: thousands of addresses share a few */
    struct outages outages;
    int64_t now; /* the latest time that any evidence is of */
};

/* An event with an original recipient counts against the original where it expanded to this one
 * recipient in that message, else against the final one. */
static bool counts(const struct decider *decider, const struct charge_message *message)
{
    if (!message->original)
        return true;
    bool expanded = ledger_expanded(decider->source->ledger, message->message, message->original);
    return message->as_original ? !expanded : expanded;
}

static const struct charge *domain_charge(const struct decider *decider, sv domain,
                                          uint8_t category)
{
    const struct suspect *suspect = map_get(&decider->source->evidence->domains, domain);
    const struct charge *charge = suspect ? suspect->charges : NULL;
    while (charge && charge->category != category)
        charge = charge->next;
    return charge;
}

static bool domain_reached(const struct decider *decider, const struct charge *charge)
{
    const struct policy_rule *rule = &decider->options->policy->rules[charge->category];
    int64_t times[CHARGE_MESSAGES_MAX];
    for (size_t i = 0; i < charge->message_count; i++)
        times[i] = charge_message(charge, i)->time;
    return policy_reached(rule, times, charge->message_count);
}

/* What is listed already was no matter of hours. */
static bool in_outage(const struct decider *decider, sv address, const struct suspect *suspect,
                      const struct charge *charge, const struct charge_message *message)
{
    return !suspect->listed_at && map_count(&decider->outages.names) &&
           outages_cover(&decider->outages, sv_after_last(address, '@'),
                         charge_text(charge, CHARGE_PROVIDER), message->time);
}

static bool has_lapsed(const struct decider *decider, const struct charge *charge)
{
    int days = decider->options->policy->rules[charge->category].lapse_days;
    return days && charge->last_seen < decider->now - (int64_t)days * SECONDS_A_DAY;
}

static bool decide(const struct decider *decider, sv address, const struct suspect *suspect,
                   const struct charge *charge, struct decision *decision)
{
    const struct policy_rule *rule = &decider->options->policy->rules[charge->category];
    int64_t times[CHARGE_MESSAGES_MAX];
    size_t count = 0;
    *decision = (struct decision){.charge = charge};
    for (size_t i = 0; i < charge->message_count; i++) {
        const struct charge_message *message = charge_message(charge, i);
        if (!counts(decider, message))
            continue;
        times[count++] = message->time;
        if (message->at_once && in_outage(decider, address, suspect, charge, message))
            decision->held = true;
        else
            decision->at_once = decision->at_once || message->at_once;
    }
    decision->messages = (int64_t)count + charge->forgotten;
    if (!count || !rule->listed || has_lapsed(decider, charge))
        return false;
    if (decision->at_once) { /* another day has confirmed it */
        decision->held = false;
        return true;
    }
    const struct charge *domain =
        rule->per_domain ? domain_charge(decider, sv_after_last(address, '@'), charge->category)
                         : NULL;
    bool reached = rule->per_domain ? domain && domain_reached(decider, domain)
                                    : policy_reached(rule, times, count);
    decision->held = decision->held && !reached;
    return reached || decision->held;
}

static sv reason_of(const struct decider *decider, const struct decision *decision)
{
    const struct charge *charge = decision->charge;
    const struct category *category = &decider->options->taxonomy->categories[charge->category];
    struct buf text = {0};
    buf_add(&text, category->meaning);
    if (!decision->at_once)
        buf_printf(&text, " %lld messages failed so on %d days.", (long long)decision->messages,
                   charge->day_count);
    sv rule = charge_text(charge, CHARGE_RULE);
    if (rule.len)
        buf_printf(&text, " (%.*s)", SV_FMT(rule));
    bool added;
    sv *reason = map_add(decider->reasons, buf_sv(&text), &added);
    if (added)
        *reason = arena_copy(&decider->report->arena, buf_sv(&text));
    buf_release(&text);
    return *reason;
}

static struct suppression describe(const struct decider *decider, sv address,
                                   const struct decision *decision)
{
    struct arena *arena = &decider->report->arena;
    const struct redactor *redactor = decider->options->redactor;
    const struct charge *charge = decision->charge;
    sv final = charge_text(charge, CHARGE_FINAL), original = charge_text(charge, CHARGE_ORIGINAL);
    struct suppression row = {
        .key = address,
        .address = redact_address(redactor, address, arena),
        .category = decider->options->taxonomy->categories[charge->category].name,
        .reason = reason_of(decider, decision),
        .code = charge->code,
        .enhanced = charge_text(charge, CHARGE_ENHANCED),
        .reply = redact_text(redactor, charge_text(charge, CHARGE_REPLY), arena),
        .rule = charge_text(charge, CHARGE_RULE),
        .host = charge_text(charge, CHARGE_HOST),
        .queue_id = charge_text(charge, CHARGE_QUEUE_ID),
        .file = charge_text(charge, CHARGE_FILE),
        .final = redact_address(redactor, final, arena),
        .original = final.len || sv_eq_nocase(address, original)
                        ? SV_EMPTY
                        : redact_address(redactor, original, arena),
        .count = decision->messages,
        .days = (int64_t)charge->day_count,
        .first_seen = charge_first_seen(charge),
        .last_seen = charge->last_seen,
        .line = charge->line,
        .skipped = SV_EMPTY};
    const char *unsafe = redactor ? NULL : policy_unsafe(address);
    if (unsafe)
        row.skipped = sv_from(unsafe);
    return row;
}

static bool is_known(const struct decider *decider, sv address)
{
    const struct map *known = decider->options->known;
    if (!known || map_get(known, address))
        return true;
    size_t at = sv_rfind_byte(address, '@');
    return at != SV_NPOS && map_get(known, sv_skip(address, at));
}

static bool may_be_listed(const struct decider *decider, sv address)
{
    return policy_may_list(address) && is_known(decider, address) &&
           fpset_get(&decider->source->evidence->senders, hash_nocase(address)) == FPSET_NEW;
}

/* Of several grounds one that is not held, the one that suffices at once, then the latest. */
static bool is_stronger(const struct decision *a, const struct decision *b)
{
    if (a->held != b->held)
        return b->held;
    if (a->at_once != b->at_once)
        return a->at_once;
    if (a->charge->last_seen != b->charge->last_seen)
        return a->charge->last_seen > b->charge->last_seen;
    return a->charge->category < b->charge->category;
}

static bool is_allowed(const struct decider *decider, sv address)
{
    const struct map *allow = decider->options->allow;
    size_t at = sv_rfind_byte(address, '@');
    return allow &&
           (map_get(allow, address) || (at != SV_NPOS && map_get(allow, sv_skip(address, at))));
}

static void hold(struct report *report, const struct decider *decider, sv address, sv why)
{
    report->held[report->held_count++] =
        (struct held_row){redact_address(decider->options->redactor, address, &report->arena), why};
}

static void clear(struct report *report, const struct decider *decider, sv address,
                  const struct suspect *suspect)
{
    report->cleared[report->cleared_count++] = (struct cleared_row){
        address, redact_address(decider->options->redactor, address, &report->arena),
        suspect->delivered_at};
}

static bool find_best(const struct decider *decider, sv address, const struct suspect *suspect,
                      struct decision *best)
{
    struct decision decision;
    *best = (struct decision){0};
    if (!suspect->charges || !may_be_listed(decider, address))
        return false;
    for (const struct charge *charge = suspect->charges; charge; charge = charge->next)
        if (decide(decider, address, suspect, charge, &decision) &&
            (!best->charge || is_stronger(&decision, best)))
            *best = decision;
    return best->charge != NULL;
}

/* By mail that was taken since; not because a filter, a policy or age took it off. */
static bool is_cleared(const struct decider *decider, const struct suspect *suspect)
{
    const struct report_options *options = decider->options;
    if (suspect->listed_at)
        return suspect->delivered_at > suspect->listed_for;
    return options->tells_cleared && suspect->cleared_at &&
           suspect->delivered_at >= options->cleared_since &&
           suspect->delivered_at < options->cleared_until;
}

static bool is_fresh(const struct decider *decider, sv address, const struct suspect *suspect)
{
    const struct map *listed = decider->options->listed;
    return listed ? !map_get(listed, address) : !suspect->listed_at;
}

static void consider(const struct decider *decider, sv address, const struct suspect *suspect)
{
    struct report *report = decider->report;
    struct decision best;
    bool found = find_best(decider, address, suspect, &best);
    if (!found && is_cleared(decider, suspect))
        clear(report, decider, address, suspect);
    if (suspect->listed_at && (!found || is_allowed(decider, address)))
        report->removed[report->removed_count++] =
            redact_address(decider->options->redactor, address, &report->arena);
    if (!found)
        return;
    if (is_allowed(decider, address)) {
        hold(report, decider, address, SV("it is on the allow list"));
    } else if (best.held) {
        hold(report, decider, address,
             SV("its domain or provider called many addresses dead at that time that it had taken "
                "mail for: it is listed if it fails on a later day, too"));
    } else {
        struct suppression *row = &report->suppress[report->suppress_count++];
        *row = describe(decider, address, &best);
        row->fresh = is_fresh(decider, address, suspect);
        report->fresh_count += row->fresh;
    }
}

/* Whom one failure would put on a list, so that outages show. */
static void note_candidate(struct decider *decider, sv address, const struct suspect *suspect)
{
    if (suspect->listed_at || !suspect->charges || !may_be_listed(decider, address) ||
        is_allowed(decider, address))
        return;
    for (const struct charge *charge = suspect->charges; charge; charge = charge->next)
        for (size_t i = 0; i < charge->message_count; i++) {
            const struct charge_message *message = charge_message(charge, i);
            if (message->at_once && counts(decider, message))
                outages_note(&decider->outages, sv_after_last(address, '@'),
                             charge_text(charge, CHARGE_PROVIDER), message->time);
        }
}

static void find_outages(struct decider *decider)
{
    const struct map *addresses = &decider->source->evidence->addresses;
    if (!decider->source->each_reach)
        return;
    for (size_t i = 0; i < map_count(addresses); i++)
        note_candidate(decider, map_key_at(addresses, i), map_value_at(addresses, i));
    outages_find(&decider->outages, decider->source, &decider->options->policy->guard);
}

static int64_t latest_of(const struct map *suspects)
{
    int64_t latest = INT64_MIN;
    for (size_t i = 0; i < map_count(suspects); i++) {
        const struct suspect *suspect = map_value_at(suspects, i);
        for (const struct charge *charge = suspect->charges; charge; charge = charge->next)
            if (charge->last_seen > latest)
                latest = charge->last_seen;
    }
    return latest;
}

static void consider_domain(const struct decider *decider, sv domain, const struct suspect *suspect)
{
    const struct taxonomy *taxonomy = decider->options->taxonomy;
    struct report *report = decider->report;
    for (const struct charge *charge = suspect->charges; charge; charge = charge->next) {
        struct decision decision = {charge, false, false,
                                    (int64_t)charge->message_count + charge->forgotten};
        if (!sv_eq(taxonomy->categories[charge->category].name, SV("domain_not_found")) ||
            !domain_reached(decider, charge))
            continue;
        struct suppression row = describe(decider, domain, &decision);
        row.address = domain;
        row.final = row.original = SV_EMPTY;
        row.skipped = SV_EMPTY;
        report->suppress_domains[report->suppress_domain_count++] = row;
    }
}

static int by_address(const void *a, const void *b)
{
    return sv_cmp(((const struct suppression *)a)->address,
                  ((const struct suppression *)b)->address);
}

static int by_held(const void *a, const void *b)
{
    return sv_cmp(((const struct held_row *)a)->address, ((const struct held_row *)b)->address);
}

static int by_cleared(const void *a, const void *b)
{
    return sv_cmp(((const struct cleared_row *)a)->address,
                  ((const struct cleared_row *)b)->address);
}

static int by_text(const void *a, const void *b)
{
    return sv_cmp(*(const sv *)a, *(const sv *)b);
}

static void sort_rows(struct report *report)
{
    qsort(report->suppress, report->suppress_count, sizeof *report->suppress, by_address);
    qsort(report->suppress_domains, report->suppress_domain_count, sizeof *report->suppress_domains,
          by_address);
    qsort(report->held, report->held_count, sizeof *report->held, by_held);
    qsort(report->cleared, report->cleared_count, sizeof *report->cleared, by_cleared);
    qsort(report->removed, report->removed_count, sizeof *report->removed, by_text);
}

void suppressions_make(struct report *report, const struct report_source *source,
                       const struct report_options *options)
{
    const struct map *addresses = &source->evidence->addresses;
    const struct map *domains = &source->evidence->domains;
    size_t most = map_count(addresses) + 1;
    struct map reasons;
    int64_t latest = latest_of(addresses);
    struct decider decider = {.report = report,
                              .source = source,
                              .options = options,
                              .reasons = &reasons,
                              .now = latest > source->tally->last ? latest : source->tally->last};
    map_init(&reasons, sizeof(sv));
    outages_init(&decider.outages);
    report->suppress = mem_zero(most, sizeof *report->suppress);
    report->suppress_domains = mem_zero(map_count(domains) + 1, sizeof *report->suppress_domains);
    report->held = mem_zero(most, sizeof *report->held);
    report->cleared = mem_zero(most, sizeof *report->cleared);
    report->removed = mem_zero(most, sizeof *report->removed);
    find_outages(&decider);
    for (size_t i = 0; i < map_count(addresses); i++)
        consider(&decider, map_key_at(addresses, i), map_value_at(addresses, i));
    for (size_t i = 0; i < map_count(domains); i++)
        consider_domain(&decider, map_key_at(domains, i), map_value_at(domains, i));
    sort_rows(report);
    outages_release(&decider.outages);
    map_release(&reasons);
}
