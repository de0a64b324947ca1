/* How sure is the list? What runs have found out of entries that were mailed again, as rows and as
 * one sentence.
 *
 * The sentence is the same on the page and in the table: who reads it needs no statistics. */
#include "regrets.h"

#include <stdlib.h>

#include "bouncelog/base/mem.h"

static void fill(struct regret_row *row, const struct regret *regret)
{
    /* Days may be gone on which entries were tested first. */
    int64_t tested = regret->tested > regret->accepted ? regret->tested : regret->accepted;
    struct binomial_bounds bounds = binomial_bounds(regret->accepted, tested);
    row->listed = regret->listed;
    row->tested = tested;
    row->accepted = regret->accepted;
    row->lower = bounds.lower;
    row->upper = bounds.upper;
}

static int by_tested(const void *left, const void *right)
{
    const struct regret_row *a = left, *b = right;
    if (a->accepted != b->accepted)
        return a->accepted < b->accepted ? 1 : -1;
    if (a->tested != b->tested)
        return a->tested < b->tested ? 1 : -1;
    return sv_cmp(a->rule, b->rule);
}

static int by_time(const void *left, const void *right)
{
    const struct reversal *a = left, *b = right;
    if (a->accepted_at != b->accepted_at)
        return a->accepted_at < b->accepted_at ? 1 : -1;
    return sv_cmp(a->address, b->address);
}

static void tell_reversals(struct report *report, const struct regrets *regrets,
                           const struct redactor *redactor)
{
    struct arena *arena = &report->arena;
    size_t count = regrets->reversal_count;
    report->reversals = arena_alloc(arena, (count + 1) * sizeof *report->reversals);
    report->reversal_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct reversal *from = &regrets->reversals[i];
        struct reversal *row = &report->reversals[i];
        *row = *from;
        row->address = redact_address(redactor, arena_copy(arena, from->address), arena);
        row->rule = arena_copy(arena, from->rule);
        row->category = arena_copy(arena, from->category);
        row->reply = redact_text(redactor, arena_copy(arena, from->reply), arena);
    }
    qsort(report->reversals, count, sizeof *report->reversals, by_time);
}

void regrets_make(struct report *report, const struct report_source *source,
                  const struct report_options *options)
{
    const struct regrets *regrets = source->regrets;
    struct arena *arena = &report->arena;
    report->has_regrets = regrets != NULL;
    if (!regrets)
        return;
    size_t count = map_count(&regrets->rules);
    struct regret sum = regrets_sum(regrets);
    report->regret_days = source->regret_days;
    fill(&report->regret, &sum);
    report->regrets = arena_alloc(arena, (count + 1) * sizeof *report->regrets);
    report->regret_count = count;
    for (size_t i = 0; i < count; i++) {
        sv name = map_key_at(&regrets->rules, i);
        report->regrets[i] =
            (struct regret_row){.rule = arena_copy(arena, name),
                                .held = source->held_rules && map_get(source->held_rules, name)};
        fill(&report->regrets[i], map_value_at(&regrets->rules, i));
    }
    qsort(report->regrets, count, sizeof *report->regrets, by_tested);
    tell_reversals(report, regrets, options->redactor);
}

void report_add_percent(struct buf *out, double share)
{
    double percent = share * 100;
    buf_printf(out, percent < 9.95 ? "%.1f %%" : "%.0f %%", percent);
}

void report_add_doubt(struct buf *out, int64_t accepted, double lower, double upper)
{
    if (accepted) {
        buf_printf(out, "%lld accepted: between ", (long long)accepted);
        report_add_percent(out, lower);
        buf_add(out, SV(" and "));
    } else {
        buf_add(out, SV("none accepted: at most "));
    }
    report_add_percent(out, upper);
    buf_add(out, SV(" may be wrong"));
}

void regrets_say(struct buf *out, const struct regret_row *row, int64_t days)
{
    if (!row->tested) {
        buf_printf(out,
                   "nobody on the lists was mailed again in the last %lld days, so nothing is "
                   "known of how many of them live",
                   (long long)days);
        return;
    }
    buf_printf(out, "%lld of those on the lists %s mailed again in the last %lld days, ",
               (long long)row->tested, row->tested == 1 ? "was" : "were", (long long)days);
    report_add_doubt(out, row->accepted, row->lower, row->upper);
}
