/* cut: the part of the mail that a report is about, where it is not about all of it.
 *
 * What a history does not keep by such parts is not in the report. Thread: one. */
#ifndef BOUNCELOG_REPORT_CUT_H
#define BOUNCELOG_REPORT_CUT_H

#include "bouncelog/base/buf.h"
#include "bouncelog/tally/cells.h"

struct report_cut {
    struct cut asked;       /* as the user wrote it */
    const sv *unknown_days; /* 2026-11-22: their mail is in none of the counts */
    size_t unknown_count;
    int64_t unnamed; /* attempts that may belong to it, and are in none of the counts */
};

/* Appends "from news.shop.example, to the provider google or yahoo". */
void report_cut_say(const struct report_cut *cut, struct buf *out);

/* Why its counts may be too low: appends the sentence of that number from 0 on; false: there are no
 * more. */
struct report;
bool report_cut_gap(const struct report *report, size_t number, struct buf *out);

#endif
