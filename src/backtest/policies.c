/* A policy of ours, night by night: the same evidence, guards and decisions as in a nightly run,
 * over what was known by then (suppress.h).
 *
 * Mail that was taken refutes evidence as it did then. A listing is kept from night to night, since
 * guards look at it. */
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "state.h"

void policy_begin(struct backtest *backtest, struct replay *replay)
{
    evidence_init(&replay->evidence);
    regrets_init(&replay->known);
    if (backtest->options.senders)
        fpset_merge(&replay->evidence.senders, backtest->options.senders);
}

void policy_fail(struct replay *replay, struct event *event)
{
    const struct backtest_policy *policy = replay->policy;
    policy->judge(policy->context, event);
    uint8_t category = event->attempt.verdict.category;
    evidence_record(&replay->evidence, event,
                    category < policy->taxonomy->category_count &&
                        policy->table->rules[category].per_domain);
}

static void take_deliveries(const struct backtest *backtest, struct evidence *evidence)
{
    for (size_t i = 0; i < backtest->touched_count; i++) {
        const struct subject *subject = backtest->touched[i];
        struct address_record *record =
            subject->step ? map_get(&evidence->addresses, map_key_of(subject)) : NULL;
        if (record && !address_record_may_lose(record, subject->step, backtest->latest))
            address_record_delivered_in(record, subject->step);
    }
}

static void take_domain(void *context, sv name, enum activity_kind kind,
                        const struct hour_activity *hours, size_t count)
{
    struct address_record *record = evidence_domain_of(context, name, kind);
    if (record)
        evidence_take_activity(record, hours, count);
}

/* What was not known yet is not told. */
struct past {
    activity_visitor *visit;
    void *visitor;
    int32_t end; /* hour */
};

static void visit_past(void *context, sv name, enum activity_kind kind,
                       const struct hour_activity *hours, size_t count)
{
    const struct past *past = context;
    size_t from = 0, to = count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (hours[middle].hour < past->end)
            from = middle + 1;
        else
            to = middle;
    }
    if (from)
        past->visit(past->visitor, name, kind, hours, from);
}

static void each_activity(void *context, int64_t first, int64_t last, activity_visitor *visit,
                          void *visitor)
{
    const struct backtest *backtest = context;
    int64_t today = backtest->today;
    struct past past = {visit, visitor, (int32_t)((today + 1) * (DATE_DAY / ACTIVITY_SECONDS))};
    backtest->options.each_activity(backtest->options.activity_context, first,
                                    last < today ? last : today, visit_past, &past);
}

/* The event that a decision rests on, as far as an entry tells of it. */
static struct backtest_entry entry_of(struct backtest *backtest, const struct replay *replay,
                                      struct subject *subject, const struct decision *decision)
{
    const struct failure *failure = decision->failure;
    struct event event = {.attempt = {.time = failure_first_seen(failure),
                                      .recipient = decision->key,
                                      .provider = failure_text(failure, FAILURE_PROVIDER),
                                      .verdict = {.rule = failure_text(failure, FAILURE_RULE),
                                                  .category = CATEGORY_NONE}}};
    event.attempt.relay.host = failure_text(failure, FAILURE_RELAY);
    event.attempt.reply.code = failure->code;
    struct backtest_entry entry = score_entry(
        backtest, &(struct reason){subject, &event, failure_text(failure, FAILURE_REPLY)});
    sv network = failure_text(failure, FAILURE_NETWORK);
    entry.category = backtest_text(
        backtest, taxonomy_category_name(replay->policy->taxonomy, failure->category));
    if (network.len)
        entry.operator= backtest_text(backtest, network);
    return entry;
}

static void apply(struct backtest *backtest, struct replay *replay, const struct decision *decision,
                  int64_t now)
{
    struct subject *subject = map_get(&backtest->subjects, decision->key);
    if (!subject)
        return;
    bool lists = decision->ruling == RULING_LISTED;
    if (lists && !score_is_open(replay, subject)) {
        const struct policy_rule *rule = &replay->policy->table->rules[decision->failure->category];
        struct backtest_entry entry = entry_of(backtest, replay, subject, decision);
        int64_t until = rule->lapse_days
                            ? decision->failure->last_seen + (int64_t)rule->lapse_days * DATE_DAY
                            : 0;
        score_open(backtest, replay, subject, &entry, until, now);
    } else if (decision->ruling == RULING_HELD ||
               (decision->ruling == RULING_NONE && decision->removed)) {
        score_close(replay, subject);
    }
}

/* Of whom nothing was decided nothing changes. */
static void keep_listings(struct replay *replay, const struct decisions *decisions, int64_t now)
{
    for (size_t i = 0; i < decisions->address_count; i++) {
        const struct decision *decision = &decisions->addresses[i];
        struct address_record *record = map_get(&replay->evidence.addresses, decision->key);
        record->listing = suppress_listing(record, decision, false, now);
    }
}

/* Holds it anything that could matter still? When it took mail last the subject knows. */
static bool is_alive(const struct address_record *record)
{
    return record->failures || record->refuted || record->listing.since || record->listing.excused;
}

/* Most addresses that fail take mail again, and nothing is held against them then. */
static void thin_out(struct replay *replay)
{
    enum { LEAST = 10000 };
    struct map *all = &replay->evidence.addresses, kept;
    size_t alive = 0;
    for (size_t i = 0; i < map_count(all); i++)
        alive += is_alive(map_value_at(all, i));
    if (map_count(all) < 2 * alive + LEAST)
        return;
    map_init(&kept, sizeof(struct address_record));
    for (size_t i = 0; i < map_count(all); i++) {
        struct address_record *record = map_value_at(all, i);
        if (is_alive(record))
            *(struct address_record *)map_add(&kept, map_key_at(all, i), NULL) = *record;
        else
            address_record_release(record);
    }
    map_release(all);
    *all = kept;
}

/* Of the nights that the policy looks back on; 0: of all. */
static void sum_regrets(struct regrets *sum, const struct replay *replay, size_t nights)
{
    size_t first = nights && replay->nights > nights ? replay->nights - nights : 0;
    regrets_init(sum);
    for (size_t i = first; i < replay->nights; i++)
        regrets_merge(sum, &replay->regrets[i]);
}

static void note_regrets(struct replay *replay, const struct decisions *decisions)
{
    struct regrets *night;
    replay->regrets = mem_room(replay->regrets, replay->nights, sizeof *replay->regrets);
    night = &replay->regrets[replay->nights++];
    regrets_init(night);
    regrets_note(night, decisions, replay->policy->taxonomy, &replay->known);
    for (size_t i = 0; i < map_count(&night->rules); i++)
        regrets_add(&replay->known, map_key_at(&night->rules, i), map_value_at(&night->rules, i));
}

static void find_held(const struct replay *replay, struct map *held)
{
    const struct regret_guard *guard = &replay->policy->table->regret;
    struct regrets recent;
    map_init(held, 1);
    sum_regrets(&recent, replay, guard->days ? (size_t)guard->days - 1 : 0);
    regrets_hold(&recent, guard, held);
    regrets_release(&recent);
}

void policy_night(struct backtest *backtest, struct replay *replay, int64_t day)
{
    int64_t now = (day + 1) * DATE_DAY;
    const struct backtest_policy *policy = replay->policy;
    struct suppress_source source = {.evidence = &replay->evidence,
                                     .ledger = backtest->ledger,
                                     .latest = backtest->latest,
                                     .first = day * DATE_DAY,
                                     .each_activity = each_activity,
                                     .activity_context = backtest,
                                     .by_day = backtest->options.by_day};
    struct suppress_options options = {
        .taxonomy = policy->taxonomy, .policy = policy->table, .allow = backtest->options.allow};
    struct decisions decisions;
    struct map held;
    find_held(replay, &held);
    options.held_rules = &held;
    options.now = now;
    take_deliveries(backtest, &replay->evidence);
    if (map_count(&replay->evidence.domains))
        each_activity(backtest, day, day, take_domain, &replay->evidence);
    suppress_decide(&decisions, &source, &options);
    for (size_t i = 0; i < decisions.address_count; i++)
        apply(backtest, replay, &decisions.addresses[i], now);
    note_regrets(replay, &decisions);
    keep_listings(replay, &decisions, now);
    map_release(&held);
    decisions_release(&decisions);
    thin_out(replay);
    score_lapse(replay, now);
}
