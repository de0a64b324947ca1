/* Sums up the entries of a backtest, by what they rest on.
 *
 * An address that is listed more than once counts each time, but enters or leaves once, by its
 * first entry. */
#include "bouncelog/report/tried.h"

#include <stdlib.h>

#include "bouncelog/base/binomial.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/report/report.h"

enum { SECONDS_A_DAY = 86400 };

static sv text_of(const struct backtest_entry *entry, enum tried_by by)
{
    const sv texts[TRIED_BYS] = {entry->rule, entry->category, entry->provider, entry->operator};
    return texts[by];
}

static void add(struct tried_group *group, const struct backtest_entry *entry)
{
    group->listed++;
    group->mailed_again += entry->tested;
    group->accepted_again += entry->accepted_at != 0;
    group->mails_saved += entry->saved;
    group->mails_lost += entry->lost;
}

static void bound(struct tried_group *group)
{
    struct binomial_bounds bounds = binomial_bounds(group->accepted_again, group->mailed_again);
    group->lower = bounds.lower;
    group->upper = bounds.upper;
}

static int by_listed(const void *left, const void *right)
{
    const struct tried_group *a = left, *b = right;
    if (a->listed != b->listed)
        return a->listed < b->listed ? 1 : -1;
    return sv_cmp(a->name, b->name);
}

/* Those without a name (of no provider) are none of them. */
static struct tried_groups group_by(struct arena *arena, const struct backtest_entry *entries,
                                    size_t count, enum tried_by by)
{
    struct tried_groups groups = {0};
    struct map map;
    map_init(&map, sizeof(struct tried_group));
    for (size_t i = 0; i < count; i++)
        if (text_of(&entries[i], by).len)
            add(map_add(&map, text_of(&entries[i], by), NULL), &entries[i]);
    groups.count = map_count(&map);
    groups.list = arena_alloc(arena, (groups.count + 1) * sizeof *groups.list);
    for (size_t i = 0; i < groups.count; i++) {
        groups.list[i] = *(const struct tried_group *)map_value_at(&map, i);
        groups.list[i].name = arena_copy(arena, map_key_at(&map, i));
        bound(&groups.list[i]);
    }
    map_release(&map);
    qsort(groups.list, groups.count, sizeof *groups.list, by_listed);
    return groups;
}

static int by_number(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The value that so much of them are not above. */
static double quantile(const double *sorted, size_t count, double share)
{
    size_t at = (size_t)((double)count * share);
    return count ? sorted[at < count ? at : count - 1] : 0;
}

static void measure_days(struct tried_policy *policy, const struct backtest_entry *entries,
                         size_t count)
{
    double *days = mem_zero(count + 1, sizeof *days);
    for (size_t i = 0; i < count; i++)
        days[i] = (double)(entries[i].listed_at - entries[i].sign) / SECONDS_A_DAY;
    qsort(days, count, sizeof *days, by_number);
    policy->days_median = quantile(days, count, 0.5);
    policy->days_p90 = quantile(days, count, 0.9);
    mem_free(days);
}

struct tried_row tried_tell(const struct tried *tried, const struct tried_entry *entry,
                            struct arena *arena)
{
    const struct backtest_entry *of = entry->of;
    sv reply = trial_words_of(of->words, of->address, arena);
    return (struct tried_row){.address = entry->address,
                              .rule = of->rule,
                              .category = of->category,
                              .provider = of->provider,
                              .operator= of->operator,
                              .reply = redact_text(tried->redactor, reply, arena),
                              .code = of->code,
                              .sign = of->sign,
                              .listed_at = of->listed_at,
                              .accepted_at = of->accepted_at,
                              .saved = of->saved,
                              .lost = of->lost,
                              .tested = of->tested};
}

static int by_address(const void *left, const void *right)
{
    const struct tried_entry *a = left, *b = right;
    int order = sv_cmp(a->address, b->address);
    return order ? order
                 : (a->of->listed_at > b->of->listed_at) - (a->of->listed_at < b->of->listed_at);
}

typedef bool is_told(const void *context, const struct backtest_entry *entry);

static struct tried_entries those_of(struct tried *tried, const struct backtest_entry *entries,
                                     size_t count, is_told *told, const void *context)
{
    struct tried_entries all = {0};
    for (size_t i = 0; i < count; i++)
        all.count += told(context, &entries[i]);
    all.list = arena_alloc(&tried->arena, (all.count + 1) * sizeof *all.list);
    for (size_t i = 0, at = 0; i < count; i++)
        if (told(context, &entries[i]))
            all.list[at++] = (struct tried_entry){
                redact_address(tried->redactor, entries[i].address, &tried->arena), &entries[i]};
    qsort(all.list, all.count, sizeof *all.list, by_address);
    return all;
}

static bool was_accepted(const void *context, const struct backtest_entry *entry)
{
    (void)context;
    return entry->accepted_at != 0;
}

static void make_policy(struct tried *tried, const struct backtest *backtest,
                        const struct backtest_policy *policy, size_t index)
{
    struct tried_policy *row = &tried->policies[index];
    size_t count;
    const struct backtest_entry *entries = backtest_entries(backtest, index, &count);
    *row = (struct tried_policy){.name = sv_from(policy->name),
                                 .meaning = sv_from(rival_meaning(policy->rival))};
    row->all.name = row->name;
    for (size_t i = 0; i < count; i++)
        add(&row->all, &entries[i]);
    bound(&row->all);
    measure_days(row, entries, count);
    for (int by = 0; by < TRIED_BYS; by++)
        row->by[by] = group_by(&tried->arena, entries, count, (enum tried_by)by);
    row->reversals = those_of(tried, entries, count, was_accepted, NULL);
}

/* --- what is different */

/* The first entry of each address -> const struct backtest_entry *. */
static void map_entries(struct map *map, const struct backtest *backtest, size_t policy)
{
    size_t count;
    const struct backtest_entry *entries = backtest_entries(backtest, policy, &count);
    map_init(map, sizeof(const struct backtest_entry *));
    for (size_t i = 0; i < count; i++) {
        bool added;
        const struct backtest_entry **first = map_add(map, entries[i].address, &added);
        if (added)
            *first = &entries[i];
    }
}

struct one_alone {
    const struct map *own, *other;
};

static bool is_alone(const void *context, const struct backtest_entry *entry)
{
    const struct one_alone *alone = context;
    const struct backtest_entry *const *first = map_get(alone->own, entry->address);
    return *first == entry && !map_get(alone->other, entry->address);
}

static void make_diff(struct tried *tried, const struct backtest *backtest, size_t to)
{
    struct tried_diff *diff = &tried->diffs[to - 1];
    struct map before, after;
    size_t before_count, after_count;
    const struct backtest_entry *old = backtest_entries(backtest, 0, &before_count),
                                *new = backtest_entries(backtest, to, &after_count);
    map_entries(&before, backtest, 0);
    map_entries(&after, backtest, to);
    *diff = (struct tried_diff){
        .from = tried->policies[0].name,
        .to = tried->policies[to].name,
        .enter = those_of(tried, new, after_count, is_alone, &(struct one_alone){&after, &before}),
        .leave =
            those_of(tried, old, before_count, is_alone, &(struct one_alone){&before, &after})};
    map_release(&before);
    map_release(&after);
}

void tried_make(struct tried *tried, const struct backtest *backtest,
                const struct backtest_policy *policies, size_t count,
                const struct redactor *redactor)
{
    tried->redactor = redactor;
    tried->policies = arena_alloc(&tried->arena, count * sizeof *tried->policies);
    tried->policy_count = count;
    for (size_t i = 0; i < count; i++)
        make_policy(tried, backtest, &policies[i], i);
    tried->diff_count = count - 1;
    tried->diffs = arena_alloc(&tried->arena, count * sizeof *tried->diffs);
    for (size_t i = 1; i < count; i++)
        make_diff(tried, backtest, i);
}

void tried_release(struct tried *tried)
{
    arena_release(&tried->arena);
}

static void say_share(struct buf *out, const struct tried_group *all)
{
    buf_printf(out, "%lld of %lld %s mailed again, ", (long long)all->mailed_again,
               (long long)all->listed, all->mailed_again == 1 ? "was" : "were");
    report_add_doubt(out, all->accepted_again, all->lower, all->upper);
    buf_add_byte(out, '.');
    if (all->mailed_again < all->listed)
        buf_printf(out, " The other %lld were not tested.",
                   (long long)(all->listed - all->mailed_again));
}

void tried_say(struct buf *out, const struct tried_policy *policy)
{
    const struct tried_group *all = &policy->all;
    buf_printf(out, "%.*s: ", SV_FMT(policy->name));
    if (!all->listed)
        buf_add(out, SV("would have listed nobody."));
    else if (!all->mailed_again)
        buf_printf(out,
                   "none of %lld was mailed again, so nothing is known of how many of them are "
                   "alive.",
                   (long long)all->listed);
    else
        say_share(out, all);
    if (all->mailed_again)
        buf_printf(out,
                   " From the first sign to the list: half within %.1f days, nine tenths within "
                   "%.1f.",
                   policy->days_median, policy->days_p90);
}
