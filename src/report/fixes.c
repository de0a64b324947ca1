/* What we can mend ourselves: categories of our side, with each advice and the places it is for.
 *
 * A category whose mail gets through by itself is left out, and mail that our own lists stopped;
 * one that may fail at our end is in. */
#include "fixes.h"

#include <stdlib.h>

enum { SECONDS_A_DAY = 86400 };

static bool has_role(const struct category_row *row, const struct taxonomy *taxonomy,
                     enum role role)
{
    return sv_eq(row->category, taxonomy_category_name(taxonomy, taxonomy->roles[role]));
}

static bool is_ours(const struct category_row *row, const struct taxonomy *taxonomy)
{
    if (has_role(row, taxonomy, ROLE_FIRST_CONTACT) || has_role(row, taxonomy, ROLE_OWN_LIST))
        return false;
    return sv_eq(row->scope, scope_name(SCOPE_SENDER)) ||
           sv_eq(row->scope, scope_name(SCOPE_CONTENT)) ||
           sv_eq(row->scope, scope_name(SCOPE_LOCAL)) || has_role(row, taxonomy, ROLE_ENCRYPTION);
}

/* What goes on comes before what is past, and what stops the sender, which stops everything, before
 * the rest. */
static int by_urgency(const void *left, const void *right)
{
    const struct fix_row *a = left, *b = right;
    if (a->past != b->past)
        return a->past ? 1 : -1;
    bool first_a = sv_eq(a->scope, scope_name(SCOPE_SENDER));
    bool first_b = sv_eq(b->scope, scope_name(SCOPE_SENDER));
    if (first_a != first_b)
        return first_a ? -1 : 1;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return sv_cmp(a->category, b->category);
}

static int by_remedy_count(const void *left, const void *right)
{
    const struct fix_remedy *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return sv_cmp(a->remedy, b->remedy);
}

static int by_place_count(const void *left, const void *right)
{
    const struct fix_place *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    int names = sv_cmp(a->provider, b->provider);
    return names ? names : sv_cmp(a->list, b->list);
}

/* The row is not in the table yet: NULL when the table is full. */
static struct fix_remedy *find_remedy(struct fix_row *fix, sv remedy)
{
    for (size_t i = 0; i < fix->remedy_count; i++)
        if (sv_eq(fix->remedies[i].remedy, remedy))
            return &fix->remedies[i];
    if (fix->remedy_count == FIX_REMEDIES_MAX)
        return NULL;
    struct fix_remedy *row = &fix->remedies[fix->remedy_count++];
    *row = (struct fix_remedy){.remedy = remedy};
    return row;
}

static struct fix_place *find_place(struct fix_remedy *remedy, const struct block_row *block)
{
    for (size_t i = 0; i < remedy->place_count; i++) {
        struct fix_place *place = &remedy->places[i];
        if (sv_eq(place->provider, block->provider) && sv_eq(place->list, block->list))
            return place;
    }
    if (remedy->place_count == FIX_PLACES_MAX)
        return NULL;
    struct fix_place *place = &remedy->places[remedy->place_count++];
    *place = (struct fix_place){.provider = block->provider, .list = block->list};
    return place;
}

/* A block row is one host at one place, so hosts need no search. */
static void add_block(struct fix_row *fix, const struct block_row *block)
{
    struct fix_remedy *remedy = find_remedy(fix, block->remedy);
    struct fix_place *place = remedy ? find_place(remedy, block) : NULL;
    if (!remedy) {
        fix->more += block->count;
        return;
    }
    remedy->count += block->count;
    if (!place) {
        remedy->more += block->count;
        return;
    }
    place->count += block->count;
    if (place->host_count < FIX_HOSTS_MAX)
        place->hosts[place->host_count++] = (struct count_row){block->host, SV_EMPTY, block->count};
    else
        place->more += block->count;
}

static void add_category(struct report *report, const struct category_row *category)
{
    struct fix_row *fix = &report->fixes[report->fix_count++];
    *fix = (struct fix_row){
        .category = category->category,
        .scope = category->scope,
        .meaning = category->meaning,
        .sample = category->sample_text,
        .count = category->count,
        .first_seen = category->first_seen,
        .last_seen = category->last_seen,
        .past = category->last_seen && category->last_seen + SECONDS_A_DAY <= report->last,
        .remedies = arena_alloc(&report->arena, FIX_REMEDIES_MAX * sizeof *fix->remedies)};
    for (size_t i = 0; i < report->block_count; i++)
        if (sv_eq(report->blocks[i].category, category->category))
            add_block(fix, &report->blocks[i]);
    if (!fix->remedy_count)
        find_remedy(fix, category->remedy)->count = category->count;
    for (size_t i = 0; i < fix->remedy_count; i++)
        qsort(fix->remedies[i].places, fix->remedies[i].place_count, sizeof(struct fix_place),
              by_place_count);
    qsort(fix->remedies, fix->remedy_count, sizeof *fix->remedies, by_remedy_count);
}

void fixes_make(struct report *report, const struct taxonomy *taxonomy)
{
    report->fixes = arena_alloc(&report->arena, CATEGORY_MAX * sizeof *report->fixes);
    for (size_t i = 0; i < report->category_count; i++)
        if (is_ours(&report->categories[i], taxonomy))
            add_category(report, &report->categories[i]);
    qsort(report->fixes, report->fix_count, sizeof *report->fixes, by_urgency);
}
