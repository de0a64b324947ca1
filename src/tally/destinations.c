/* Counts where mail goes: to which provider, or else which operator, and to which domain; beside
 * the outcomes by the hour what was taken there and what was called dead. Mostly the provider and
 * the relay are those of the event before, or were seen already, so that nothing is looked up. */
#include <stdio.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/date.h"
#include "bouncelog/model/operator.h"
#include "merge.h"

enum { DATE_LENGTH = 10 };

static void count_destination(struct destination *destination, const struct event *event)
{
    bool delivered = event->attempt.outcome == OUTCOME_DELIVERED;
    bool dead = event->action == ACTION_SUPPRESS;
    outcomes_count(&destination->outcomes, event->attempt.outcome);
    if ((delivered || dead) && !event->strange)
        activity_count(&destination->activity, event->attempt.time, delivered, dead);
}

/* `key` stands for the relay, and for all others of its network if it is the domain's own. */
static struct operator_tally *find_relay(struct tally *tally, sv key, sv relay, bool own)
{
    char lower[OPERATOR_MAX];
    uint64_t hash = hash_mix(hash_nocase(key), own);
    struct operator_tally **known = map_by_hash(&tally->relays, hash);
    if (!known) {
        sv name = own ? operator_network(relay, lower) : operator_of_relay(relay, lower);
        known = map_add_hashed(&tally->relays, key, hash, NULL);
        *known = map_add(&tally->operators, name, NULL);
        (*known)->network = (*known)->network || own;
    }
    return *known;
}

/* Who runs the server that took or refused the domain's mail; NULL: nothing tells. */
static struct operator_tally *find_operator(struct tally *tally, const struct record *attempt,
                                            struct destination *domain)
{
    sv relay = relay_name(&attempt->relay);
    bool own = !relay.len || operator_is_own(relay, sv_after_last(attempt->recipient, '@'));
    domain->own = domain->own || own;
    if (own)
        relay = attempt->relay.ip;
    if (!relay.len)
        return NULL;
    return find_relay(tally, own ? operator_network_part(relay) : relay, relay, own);
}

/* Of what no provider took. */
static void count_operator(struct tally *tally, const struct event *event,
                           struct destination *domain)
{
    const struct record *a = &event->attempt;
    bool delivered = a->outcome == OUTCOME_DELIVERED, dead = event->action == ACTION_SUPPRESS;
    if ((!delivered && !dead) || !domain || event->strange)
        return;
    if (!a->relay_key || a->relay_key != domain->relay_key) {
        domain->relay_key = a->relay_key;
        domain->run_by = find_operator(tally, a, domain);
    }
    struct operator_tally *operator= domain->run_by;
    if (!operator)
        return;
    operator->several = operator->several ||(operator->domain && operator->domain != a->domain_key);
    operator->domain = a->domain_key;
    activity_count(&operator->activity, a->time, delivered, dead);
}

static struct outcomes *find_provider_day(struct tally *tally, sv provider, int64_t day)
{
    char date[DATE_TEXT];
    struct buf key = {0};
    date_format(day * DATE_DAY, date);
    buf_printf(&key, "%.*s\n%.*s", SV_FMT(provider), DATE_LENGTH, date);
    struct outcomes *counts = map_add(&tally->provider_days, buf_sv(&key), NULL);
    buf_release(&key);
    return counts;
}

/* Provider names live for the run, so the pointer tells them apart. */
static struct provider_tally *provider_counts(struct tally *tally, sv provider)
{
    struct provider_last *last =
        &tally->last_providers[(uintptr_t)provider.ptr / 8 % PROVIDERS_LAST];
    struct provider_tally *counts = last->counts;
    if (!counts || last->name != provider.ptr) {
        counts = map_add(&tally->providers, provider, NULL);
        *last = (struct provider_last){provider.ptr, counts};
    }
    return counts;
}

static void count_provider(struct tally *tally, const struct event *event)
{
    sv provider = event->attempt.provider;
    int64_t day = date_day(event->attempt.time);
    struct provider_tally *counts = provider_counts(tally, provider);
    count_destination(&counts->sum, event);
    if (event->strange)
        return;
    if (!counts->of_day || counts->day != day) {
        counts->of_day = find_provider_day(tally, provider, day);
        counts->day = day;
    }
    outcomes_count(counts->of_day, event->attempt.outcome);
}

void tally_destinations(struct tally *tally, const struct event *event)
{
    const struct record *a = &event->attempt;
    struct destination *domain = NULL;
    if (a->domain_key) {
        domain = tally_find_domain(&tally->recipient_domains, a->recipient, a->domain_key);
        count_destination(domain, event);
    }
    if (a->provider.len)
        count_provider(tally, event);
    else
        count_operator(tally, event, domain);
}

void tally_release_destinations(struct tally *tally)
{
    for (size_t i = 0; i < map_count(&tally->providers); i++) {
        struct provider_tally *provider = map_value_at(&tally->providers, i);
        activity_release(&provider->sum.activity);
    }
    for (size_t i = 0; i < map_count(&tally->recipient_domains); i++) {
        struct destination *domain = map_value_at(&tally->recipient_domains, i);
        activity_release(&domain->activity);
    }
    for (size_t i = 0; i < map_count(&tally->operators); i++) {
        struct operator_tally *operator= map_value_at(&tally->operators, i);
        activity_release(&operator->activity);
    }
}
