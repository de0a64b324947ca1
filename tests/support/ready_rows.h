/* ready_rows: a report with rows that no evidence is behind. */
#ifndef TESTS_SUPPORT_READY_ROWS_H
#define TESTS_SUPPORT_READY_ROWS_H

#include "bouncelog/report/report.h"

/* Sets suppress of the report; the rows must outlive it. What `skipped` says ends with a NUL. */
struct ready_rows {
    const struct suppression *rows;
    struct decision *decisions;
    struct suppress_entry *entries;
};
void ready_rows_set(struct ready_rows *ready, struct report *report, const struct suppression *rows,
                    size_t count);
void ready_rows_release(struct ready_rows *ready);

#endif
