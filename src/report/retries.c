/* Shows how long mail waited that was deferred first. The tally counts it in
 * steps; for each provider they become the time within which half of it, or nine
 * tenths, was taken. */
#include "retries.h"

#include <stdlib.h>

static int64_t wait_of_share(const struct retries *retries, int64_t tenths)
{
    int64_t seen = 0;
    for (size_t i = 0; i < WAIT_STEPS - 1; i++) {
        seen += retries->by_wait[i];
        if (seen * 10 >= retries->count * tenths)
            return wait_steps[i];
    }
    return 0;
}

static void find_waits(struct retry_row *row)
{
    row->half_s = wait_of_share(&row->retries, 5);
    row->most_s = wait_of_share(&row->retries, 9);
}

static int by_retries(const void *left, const void *right)
{
    const struct retry_row *a = left, *b = right;
    if (a->retries.count != b->retries.count)
        return a->retries.count < b->retries.count ? 1 : -1;
    return sv_cmp(a->name, b->name);
}

void retries_make(struct report *report, const struct tally *tally)
{
    const struct map *map = &tally->retries;
    report->retry_count = map_count(map);
    report->retry_rows =
        arena_alloc(&report->arena, (report->retry_count + 1) * sizeof *report->retry_rows);
    report->retries = (struct retry_row){.name = SV_EMPTY};
    for (size_t i = 0; i < report->retry_count; i++) {
        struct retry_row *row = &report->retry_rows[i];
        *row = (struct retry_row){.name = map_key_at(map, i)};
        row->retries = *(const struct retries *)map_value_at(map, i);
        retries_add(&report->retries.retries, &row->retries);
        find_waits(row);
    }
    find_waits(&report->retries);
    qsort(report->retry_rows, report->retry_count, sizeof *report->retry_rows, by_retries);
    report->taken_at_once = report->attempts[OUTCOME_DELIVERED] - report->retries.retries.count;
}
