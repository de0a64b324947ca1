/* Counts what decisions say of entries that stood on the lists before.
 *
 * A rule is held by the lower bound of its share of reversals (base/binomial.h), and not by a
 * single one: of ten entries that were mailed again one that lives is no proof against a rule that
 * is right in 199 of 200. */
#include "bouncelog/suppress/regrets.h"

#include "bouncelog/base/mem.h"

void regrets_init(struct regrets *regrets)
{
    *regrets = (struct regrets){0};
    map_init(&regrets->rules, sizeof(struct regret));
}

void regrets_release(struct regrets *regrets)
{
    map_release(&regrets->rules);
    mem_free(regrets->reversals);
    arena_release(&regrets->texts);
    *regrets = (struct regrets){0};
}

void regrets_add(struct regrets *regrets, sv rule, const struct regret *more)
{
    struct regret *regret = map_add(&regrets->rules, rule, NULL);
    regret->listed += more->listed;
    regret->tested += more->tested;
    regret->accepted += more->accepted;
}

void regrets_add_reversal(struct regrets *regrets, const struct reversal *reversal)
{
    size_t count = regrets->reversal_count++;
    regrets->reversals = mem_room(regrets->reversals, count, sizeof *regrets->reversals);
    struct reversal *copy = &regrets->reversals[count];
    *copy = *reversal;
    copy->address = arena_copy(&regrets->texts, reversal->address);
    copy->rule = arena_copy(&regrets->texts, reversal->rule);
    copy->category = arena_copy(&regrets->texts, reversal->category);
    copy->reply = arena_copy(&regrets->texts, reversal->reply);
}

void regrets_merge(struct regrets *into, const struct regrets *from)
{
    for (size_t i = 0; i < map_count(&from->rules); i++)
        regrets_add(into, map_key_at(&from->rules, i), map_value_at(&from->rules, i));
    for (size_t i = 0; i < from->reversal_count; i++)
        regrets_add_reversal(into, &from->reversals[i]);
}

/* What it rested on: the latest that was refuted, of the rule if that is known. */
static const struct failure *refuted_of(const struct address_record *record, sv rule)
{
    const struct failure *best = NULL;
    for (const struct failure *at = record->refuted; at; at = at->next) {
        bool is = sv_eq(failure_text(at, FAILURE_RULE), rule);
        bool was = best && sv_eq(failure_text(best, FAILURE_RULE), rule);
        if (!best || is > was || (is == was && at->last_seen > best->last_seen))
            best = at;
    }
    return best;
}

static void add_reversal(struct regrets *regrets, sv address, const struct address_record *record,
                         const struct taxonomy *taxonomy, sv rule)
{
    const struct failure *failure = refuted_of(record, rule);
    struct reversal reversal = {.address = address,
                                .rule = rule,
                                .category = SV_EMPTY,
                                .reply = SV_EMPTY,
                                .listed_at = record->listing.since,
                                .accepted_at = record->delivered_at};
    if (failure) {
        reversal.category = taxonomy_category_name(taxonomy, failure->category);
        reversal.reply = failure_text(failure, FAILURE_REPLY);
        reversal.code = failure->code;
    }
    regrets_add_reversal(regrets, &reversal);
}

static sv name_of(const struct regrets *known, uint64_t rule)
{
    const struct regret *regret = map_by_hash(&known->rules, rule);
    return regret ? map_key_of(regret) : SV("(unknown)");
}

static void note_fate(struct regrets *regrets, const struct decision *decision,
                      const struct address_record *own, const struct taxonomy *taxonomy,
                      const struct regrets *known)
{
    sv rule = name_of(known, own->listing.rule);
    bool accepted = decision->fate == FATE_ACCEPTED;
    regrets_add(
        regrets, rule,
        &(struct regret){.tested = own->listing.fate == FATE_UNTESTED, .accepted = accepted});
    if (accepted)
        add_reversal(regrets, decision->key, own, taxonomy, rule);
}

void regrets_note(struct regrets *regrets, const struct decisions *decisions,
                  const struct taxonomy *taxonomy, const struct regrets *known)
{
    const struct address_records *records = &decisions->records;
    for (size_t i = 0; i < decisions->address_count && !decisions->brake; i++) {
        const struct decision *decision = &decisions->addresses[i];
        const struct address_record *own = NULL;
        if (decision->entered)
            regrets_add(regrets, failure_text(decision_failure(decisions, decision), FAILURE_RULE),
                        &(struct regret){.listed = 1});
        if (decision->told)
            (void)records->find(records->context, decision->key, &own);
        if (own)
            note_fate(regrets, decision, own, taxonomy, known);
    }
}

struct regret regrets_sum(const struct regrets *regrets)
{
    struct regret sum = {0};
    for (size_t i = 0; i < map_count(&regrets->rules); i++) {
        const struct regret *regret = map_value_at(&regrets->rules, i);
        sum.listed += regret->listed;
        sum.tested += regret->tested;
        sum.accepted += regret->accepted;
    }
    return sum;
}

static bool is_too_often(const struct regret *regret, const struct regret_guard *guard)
{
    /* Days may be gone on which the entries were tested first. */
    int64_t tested = regret->tested > regret->accepted ? regret->tested : regret->accepted;
    return regret->accepted && tested >= guard->tested &&
           binomial_bounds(regret->accepted, tested).lower * 1e6 > guard->per_million;
}

/* One who answers for a domain can call its mailboxes dead, and take mail for them the next day: he
 * counts once, so that nobody puts a rule out of force by himself. */
static size_t domains_of(const struct regrets *regrets, sv rule)
{
    struct fpset domains = {0};
    for (size_t i = 0; i < regrets->reversal_count; i++)
        if (sv_eq(regrets->reversals[i].rule, rule))
            fpset_add(&domains, hash_bytes(sv_after_last(regrets->reversals[i].address, '@')), 0);
    size_t count = domains.count;
    fpset_release(&domains);
    return count;
}

void regrets_hold(const struct regrets *regrets, const struct regret_guard *guard, struct map *held)
{
    for (size_t i = 0; i < map_count(&regrets->rules); i++)
        if (is_too_often(map_value_at(&regrets->rules, i), guard) &&
            domains_of(regrets, map_key_at(&regrets->rules, i)) >= (size_t)guard->reversals)
            map_add(held, map_key_at(&regrets->rules, i), NULL);
}
