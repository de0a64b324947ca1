#include "fixes.h"

#include <stdlib.h>

enum { PLACES_MAX = 8 };

/* A greylisted message gets through by itself; an encryption that fails may do so at our end. */
static bool is_ours(const struct category_row *row)
{
    if (sv_eq(row->category, SV("greylisted")))
        return false;
    return sv_eq(row->scope, scope_name(SCOPE_SENDER)) ||
           sv_eq(row->scope, scope_name(SCOPE_CONTENT)) ||
           sv_eq(row->scope, scope_name(SCOPE_LOCAL)) || sv_eq(row->category, SV("tls_failure"));
}

/* What stops the sender stops everything, so it comes first. */
static int by_urgency(const void *left, const void *right)
{
    const struct fix_row *a = left, *b = right;
    bool first_a = a->place_total > 0, first_b = b->place_total > 0;
    if (first_a != first_b)
        return first_a ? -1 : 1;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    int names = sv_cmp(a->category, b->category);
    return names ? names : sv_cmp(a->remedy, b->remedy);
}

static struct fix_row *find(struct report *report, const struct category_row *category,
                            const struct block_row *block)
{
    for (size_t i = 0; i < report->fix_count; i++) {
        struct fix_row *row = &report->fixes[i];
        if (sv_eq(row->category, block->category) && sv_eq(row->remedy, block->remedy))
            return row;
    }
    struct fix_row *row = &report->fixes[report->fix_count++];
    *row = (struct fix_row){.category = category->category,
                            .scope = category->scope,
                            .meaning = category->meaning,
                            .remedy = block->remedy,
                            .sample = block->sample,
                            .places =
                                arena_alloc(&report->arena, PLACES_MAX * sizeof(struct fix_place))};
    return row;
}

/* One row for each thing to do: a category has as many as its rules have remedies. */
static void add_blocks(struct report *report, const struct category_row *category)
{
    for (size_t i = 0; i < report->block_count; i++) {
        const struct block_row *block = &report->blocks[i];
        if (!sv_eq(block->category, category->category))
            continue;
        struct fix_row *row = find(report, category, block);
        row->count += block->count;
        row->place_total++;
        if (row->place_count < PLACES_MAX)
            row->places[row->place_count++] = (struct fix_place){
                .host = block->host,
                .provider = block->provider,
                .list = block->list,
                .count = block->count,
            };
    }
}

void fixes_make(struct report *report, const struct taxonomy *taxonomy)
{
    size_t most = report->block_count + taxonomy->category_count;
    report->fixes = arena_alloc(&report->arena, (most + 1) * sizeof *report->fixes);
    for (size_t i = 0; i < report->category_count; i++) {
        const struct category_row *category = &report->categories[i];
        size_t before = report->fix_count;
        if (!is_ours(category))
            continue;
        add_blocks(report, category);
        if (report->fix_count == before)
            report->fixes[report->fix_count++] = (struct fix_row){
                .category = category->category,
                .scope = category->scope,
                .meaning = category->meaning,
                .remedy = category->remedy,
                .sample = category->sample_text,
                .count = category->count,
            };
    }
    qsort(report->fixes, report->fix_count, sizeof *report->fixes, by_urgency);
}
