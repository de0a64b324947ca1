/* Rows of a report that a test has written down. The decision of a row tells which one it is; what
 * writers look at before they ask for a row is taken from there. */
#include "ready_rows.h"

#include "bouncelog/base/mem.h"

static const struct suppression *row_of(void *context, const struct suppress_entry *entry)
{
    const struct ready_rows *ready = context;
    return &ready->rows[entry->decision - ready->decisions];
}

void ready_rows_set(struct ready_rows *ready, struct report *report, const struct suppression *rows,
                    size_t count)
{
    *ready = (struct ready_rows){rows, mem_zero(count + 1, sizeof *ready->decisions),
                                 mem_zero(count + 1, sizeof *ready->entries)};
    for (size_t i = 0; i < count; i++) {
        ready->decisions[i] =
            (struct decision){.tier = rows[i].tier,
                              .before = rows[i].before,
                              .fresh = rows[i].fresh,
                              .probed = rows[i].probed,
                              .was_probed = rows[i].was_probed,
                              .skipped = rows[i].skipped.len ? rows[i].skipped.ptr : NULL};
        ready->entries[i] = (struct suppress_entry){rows[i].address, &ready->decisions[i]};
    }
    report->suppress = ready->entries;
    report->suppress_count = count;
    report->suppress_rows = (struct row_source){row_of, ready};
}

void ready_rows_release(struct ready_rows *ready)
{
    mem_free(ready->decisions);
    mem_free(ready->entries);
}
