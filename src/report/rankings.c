#include "rankings.h"

#include <stdlib.h>

#include "bouncelog/base/mem.h"

double rankings_bounce_rate(const struct outcomes *outcomes)
{
    if (!outcomes->count)
        return 0;
    double failed = (double)(outcomes->bounced + outcomes->expired);
    return (double)(int64_t)(failed * 10000 / (double)outcomes->count + 0.5) / 10000;
}

static int by_count(const void *left, const void *right)
{
    const struct ranking_row *a = left, *b = right;
    if (a->outcomes.count != b->outcomes.count)
        return a->outcomes.count < b->outcomes.count ? 1 : -1;
    return sv_cmp(a->name, b->name);
}

static void add(struct outcomes *sum, const struct outcomes *more)
{
    sum->count += more->count;
    sum->delivered += more->delivered;
    sum->deferred += more->deferred;
    sum->bounced += more->bounced;
    sum->expired += more->expired;
}

void ranking_make(struct ranking *ranking, const struct map *outcomes_by_name, size_t top)
{
    size_t count = map_count(outcomes_by_name);
    struct ranking_row *rows = mem_zero(count + 2, sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        rows[i].name = map_key_at(outcomes_by_name, i);
        rows[i].outcomes = *(const struct outcomes *)map_value_at(outcomes_by_name, i);
    }
    qsort(rows, count, sizeof *rows, by_count);
    if (count > top) {
        struct ranking_row other = {.name = SV("(other)")};
        for (size_t i = top; i < count; i++)
            add(&other.outcomes, &rows[i].outcomes);
        rows[top] = other;
        count = top + 1;
    }
    for (size_t i = 0; i < count; i++)
        rows[i].bounce_rate = rankings_bounce_rate(&rows[i].outcomes);
    *ranking = (struct ranking){rows, count};
}

void ranking_release(struct ranking *ranking)
{
    mem_free(ranking->rows);
    *ranking = (struct ranking){0};
}
