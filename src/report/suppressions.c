#include "suppressions.h"

#include <stdlib.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/policy/policy.h"

/* What the policy says to one charge. */
struct decision {
    const struct charge *charge;
    bool at_once;
    int64_t messages;
};

struct decider {
    struct report *report;
    const struct report_source *source;
    const struct report_options *options;
    struct map *reasons; /* text -> sv: thousands of addresses share a few */
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

static bool decide(const struct decider *decider, sv address, const struct charge *charge,
                   struct decision *decision)
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
        decision->at_once = decision->at_once || message->at_once;
    }
    decision->messages = (int64_t)count + charge->forgotten;
    if (!count)
        return false;
    if (decision->at_once)
        return true;
    if (!rule->per_domain)
        return policy_reached(rule, times, count);
    const struct charge *domain =
        domain_charge(decider, sv_after_last(address, '@'), charge->category);
    return domain && domain_reached(decider, domain);
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

/* Of several grounds the one that suffices at once, then the latest. */
static bool is_stronger(const struct decision *a, const struct decision *b)
{
    if (a->at_once != b->at_once)
        return a->at_once;
    if (a->charge->last_seen != b->charge->last_seen)
        return a->charge->last_seen > b->charge->last_seen;
    return a->charge->category < b->charge->category;
}

static void consider(const struct decider *decider, sv address, const struct suspect *suspect)
{
    struct decision best = {0}, decision;
    if (!suspect->charges || !may_be_listed(decider, address))
        return;
    for (const struct charge *charge = suspect->charges; charge; charge = charge->next)
        if (decide(decider, address, charge, &decision) &&
            (!best.charge || is_stronger(&decision, &best)))
            best = decision;
    if (!best.charge)
        return;
    struct report *report = decider->report;
    report->suppress[report->suppress_count++] = describe(decider, address, &best);
}

static void consider_domain(const struct decider *decider, sv domain, const struct suspect *suspect)
{
    const struct taxonomy *taxonomy = decider->options->taxonomy;
    struct report *report = decider->report;
    for (const struct charge *charge = suspect->charges; charge; charge = charge->next) {
        struct decision decision = {charge, false,
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

void suppressions_make(struct report *report, const struct report_source *source,
                       const struct report_options *options)
{
    const struct map *addresses = &source->evidence->addresses;
    const struct map *domains = &source->evidence->domains;
    struct map reasons;
    struct decider decider = {report, source, options, &reasons};
    map_init(&reasons, sizeof(sv));
    report->suppress = mem_zero(map_count(addresses) + 1, sizeof *report->suppress);
    report->suppress_domains = mem_zero(map_count(domains) + 1, sizeof *report->suppress_domains);
    for (size_t i = 0; i < map_count(addresses); i++)
        consider(&decider, map_key_at(addresses, i), map_value_at(addresses, i));
    for (size_t i = 0; i < map_count(domains); i++)
        consider_domain(&decider, map_key_at(domains, i), map_value_at(domains, i));
    qsort(report->suppress, report->suppress_count, sizeof *report->suppress, by_address);
    qsort(report->suppress_domains, report->suppress_domain_count, sizeof *report->suppress_domains,
          by_address);
    map_release(&reasons);
}
