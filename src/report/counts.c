/* Fills the small tables: why addresses are listed, why lists leave some out, attempts by MTA,
 * outcome and category. The last one is bounded, because each row becomes a series of metrics:
 * what is beyond the bound is added up by MTA and outcome. */
#include "counts.h"

#include <stdlib.h>

/* Series of metrics: a monitoring system keeps each for months. */
enum { REPLIES_MAX = 360 };

static int by_count(const void *left, const void *right)
{
    const struct count_row *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return sv_cmp(a->name, b->name);
}

static size_t count_name(struct count_row *rows, size_t count, sv name)
{
    size_t at = 0;
    while (at < count && !sv_eq(rows[at].name, name))
        at++;
    if (at == count)
        rows[count++] = (struct count_row){.name = name, .meaning = SV_EMPTY};
    rows[at].count++;
    return count;
}

/* Names of categories and of reasons to leave an address out are few. */
void counts_of_suppressions(struct report *report, const struct taxonomy *taxonomy)
{
    struct arena *arena = &report->arena;
    size_t categories = 0, reasons = 0;
    enum { REASONS_MAX = 32 };
    struct count_row *by_category = arena_alloc(arena, CATEGORY_MAX * sizeof *by_category);
    struct count_row *by_reason = arena_alloc(arena, REASONS_MAX * sizeof *by_reason);
    for (size_t i = 0; i < report->suppress_count; i++) {
        const struct decision *decision = report->suppress[i].decision;
        const char *skipped = report->redacted ? NULL : decision->skipped;
        categories = count_name(by_category, categories,
                                taxonomy_category_name(taxonomy, decision->category));
        if (decision->probed)
            reasons = count_name(by_reason, reasons, SV("gets one mail, to see whether it lives"));
        else if (!skipped)
            report->suppress_listed++;
        else if (reasons < REASONS_MAX)
            reasons = count_name(by_reason, reasons, sv_from(skipped));
    }
    report->held_reasons = arena_alloc(arena, REASONS_MAX * sizeof *report->held_reasons);
    for (size_t i = 0; i < report->held_count && report->held_reason_count < REASONS_MAX; i++) {
        sv rest, reason = sv_cut(report->held[i].why, ':', &rest);
        report->held_reason_count =
            count_name(report->held_reasons, report->held_reason_count, reason);
    }
    for (size_t i = 0; i < categories; i++) {
        uint8_t category = taxonomy_category(taxonomy, by_category[i].name);
        if (category != CATEGORY_NONE)
            by_category[i].meaning = taxonomy->categories[category].meaning;
    }
    qsort(by_category, categories, sizeof *by_category, by_count);
    qsort(report->held_reasons, report->held_reason_count, sizeof *by_reason, by_count);
    qsort(by_reason, reasons, sizeof *by_reason, by_count);
    report->suppress_categories = by_category;
    report->suppress_category_count = categories;
    report->suppress_skipped = by_reason;
    report->suppress_skipped_count = reasons;
}

static int by_reply_count(const void *left, const void *right)
{
    const struct reply_row *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    int order = sv_cmp(a->mta, b->mta);
    if (order == 0)
        order = sv_cmp(a->outcome, b->outcome);
    return order ? order : sv_cmp(a->category, b->category);
}

/* A scraped file is read more often than a table: rows stand where they stood last time. */
static int by_reply_name(const void *left, const void *right)
{
    const struct reply_row *a = left, *b = right;
    int order = sv_cmp(a->mta, b->mta);
    if (order == 0)
        order = sv_cmp(a->outcome, b->outcome);
    return order ? order : sv_cmp(a->category, b->category);
}

/* What is beyond the bound goes to one row for each MTA and outcome, in place of the rarest. */
static size_t bound(struct reply_row *rows, size_t count, const struct taxonomy *taxonomy)
{
    const sv other = SV("other");
    size_t kept = REPLIES_MAX - taxonomy->mta_count * OUTCOME_COUNT, end = kept;
    if (count <= REPLIES_MAX)
        return count;
    qsort(rows, count, sizeof *rows, by_reply_count);
    for (size_t i = kept; i < count; i++) {
        struct reply_row row = rows[i];
        size_t at = kept;
        while (at < end && (!sv_eq(rows[at].mta, row.mta) || !sv_eq(rows[at].outcome, row.outcome)))
            at++;
        if (at == end) {
            row.category = other;
            rows[end++] = row;
        } else {
            rows[at].count += row.count;
        }
    }
    return end;
}

static bool spoke(const struct tally *tally, uint8_t mta)
{
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        for (size_t category = 0; category <= CATEGORY_MAX; category++)
            if (tally->replies[mta][outcome][category])
                return true;
    return false;
}

/* May an MTA that has spoken say so one day? A counter that begins with an incident has not grown
 * by it, for whoever asks how much it has grown. */
static bool may_come(const struct taxonomy *taxonomy, int outcome, size_t category)
{
    if (category >= taxonomy->category_count || category == taxonomy->roles[ROLE_COMPLAINT])
        return false;
    return outcome == OUTCOME_DEFERRED || outcome == OUTCOME_BOUNCED ||
           (outcome == OUTCOME_EXPIRED && category == taxonomy->roles[ROLE_EXPIRED]);
}

/* grows: these are counters, so that those are there whose time has not come. */
static size_t make_rows(struct arena *arena, const struct tally *tally,
                        const struct taxonomy *taxonomy, bool grows, struct reply_row **rows)
{
    size_t count = 0, most = taxonomy->mta_count * OUTCOME_COUNT * (CATEGORY_MAX + 1);
    *rows = arena_alloc(arena, most * sizeof **rows);
    for (uint8_t mta = 0; mta < taxonomy->mta_count; mta++) {
        bool open = grows && spoke(tally, mta);
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            for (size_t category = 0; category <= CATEGORY_MAX; category++) {
                int64_t n = tally->replies[mta][outcome][category];
                if (!n && !(open && may_come(taxonomy, outcome, category)))
                    continue;
                sv name = category < taxonomy->category_count ? taxonomy->categories[category].name
                                                              : SV("none");
                (*rows)[count++] = (struct reply_row){
                    .mta = taxonomy_mta_name(taxonomy, mta),
                    .outcome = outcome_name((enum outcome)outcome),
                    .category = name,
                    .count = n,
                };
            }
    }
    count = bound(*rows, count, taxonomy);
    qsort(*rows, count, sizeof **rows, by_reply_name);
    return count;
}

void counts_of_replies(struct report *report, const struct tally *tally,
                       const struct taxonomy *taxonomy)
{
    report->reply_count = make_rows(&report->arena, tally, taxonomy, false, &report->replies);
}

void counts_of_totals(struct report *report, const struct period *totals,
                      const struct taxonomy *taxonomy)
{
    report->has_totals = true;
    report->totals = (struct totals){.lines = totals->lines,
                                     .unclassified = totals->tally.unclassified.count,
                                     .evicted = totals->evicted,
                                     .unresolved_expiries = totals->unresolved_expiries,
                                     .strange_times = totals->tally.strange};
    report->totals.reply_count =
        make_rows(&report->arena, &totals->tally, taxonomy, true, &report->totals.replies);
}
