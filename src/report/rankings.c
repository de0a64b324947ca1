/* Sorts names by how often they occur, and adds up those beyond the length of the table in one row
 * that is called (other). Shares are rounded to four decimals, so that the same counts give the
 * same bytes everywhere. */
#include "rankings.h"

#include <stdlib.h>

#include "bouncelog/base/mem.h"

double rankings_share(int64_t part, int64_t whole)
{
    return whole ? (double)(int64_t)((double)part * 10000 / (double)whole + 0.5) / 10000 : 0;
}

double rankings_bounce_rate(const struct outcomes *outcomes)
{
    return rankings_share(outcomes->bounced + outcomes->expired, outcomes->count);
}

static int by_count(const void *left, const void *right)
{
    const struct ranking_row *a = left, *b = right;
    if (a->outcomes.count != b->outcomes.count)
        return a->outcomes.count < b->outcomes.count ? 1 : -1;
    return sv_cmp(a->name, b->name);
}

static int by_rank_backwards(const void *left, const void *right)
{
    return by_count(right, left);
}

/* rows[0 .. count) is a heap whose root is the row that must go first. */
static void sift_down(struct ranking_row *rows, size_t count)
{
    for (size_t at = 0;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < count && by_count(&rows[child + 1], &rows[child]) > 0)
            child++;
        if (child >= count || by_count(&rows[child], &rows[at]) <= 0)
            return;
        struct ranking_row row = rows[at];
        rows[at] = rows[child];
        rows[child] = row;
        at = child;
    }
}

/* A name may be there for its messages alone. */
static size_t count_attempted(const struct map *map)
{
    size_t count = 0;
    for (size_t i = 0; i < map_count(map); i++) {
        const struct outcomes *outcomes = map_value_at(map, i);
        count += outcomes->count > 0;
    }
    return count;
}

/* The best `top` of them, in any order; what the others have in sum is added to *other. Most names
 * of a large log are in no ranking: they are neither copied nor sorted. */
static size_t select_top(struct ranking_row *rows, size_t kept, const struct map *map,
                         struct outcomes *other)
{
    size_t seen = 0;
    for (size_t i = 0; i < map_count(map); i++) {
        const struct outcomes *outcomes = map_value_at(map, i);
        struct ranking_row row = {.name = map_key_at(map, i), .outcomes = *outcomes};
        if (!outcomes->count)
            continue;
        if (seen++ < kept) {
            rows[seen - 1] = row;
            if (seen == kept) /* the last one first: a sorted array is a heap */
                qsort(rows, kept, sizeof *rows, by_rank_backwards);
        } else if (kept && by_count(&row, &rows[0]) < 0) {
            outcomes_add(other, &rows[0].outcomes);
            rows[0] = row;
            sift_down(rows, kept);
        } else {
            outcomes_add(other, outcomes);
        }
    }
    return kept;
}

void ranking_make(struct ranking *ranking, const struct map *outcomes_by_name, size_t top)
{
    size_t count = count_attempted(outcomes_by_name), kept = count < top ? count : top;
    struct ranking_row *rows = mem_zero(kept + 1, sizeof *rows);
    struct ranking_row other = {.name = SV("(other)")};
    bool cut = count > top;
    count = select_top(rows, kept, outcomes_by_name, &other.outcomes);
    qsort(rows, count, sizeof *rows, by_count);
    if (cut)
        rows[count++] = other;
    for (size_t i = 0; i < count; i++) {
        const struct outcomes *outcomes = &rows[i].outcomes;
        rows[i].bounce_rate = rankings_bounce_rate(outcomes);
        rows[i].delivered_rate = rankings_share(outcomes->delivered, outcomes->count);
        rows[i].deferred_rate = rankings_share(outcomes->deferred, outcomes->count);
    }
    *ranking = (struct ranking){rows, count};
}

void ranking_release(struct ranking *ranking)
{
    mem_free(ranking->rows);
    *ranking = (struct ranking){0};
}
