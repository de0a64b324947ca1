/* line_days: of which day each line is, so that the counts of a day are of its own lines.
 *
 * A line that gave a record has a time. One that gave none is of the day of the line before it, and
 * at the beginning of a log of the first one that has a time. Which of these days are believed is
 * known at the end alone (doubts.h): the lines of others count on the nearest one that is.
 *
 * A worker notes the days of a chunk (day_lines), the ordered stage adds them up (line_days). */
#ifndef BOUNCELOG_PIPELINE_LINE_DAYS_H
#define BOUNCELOG_PIPELINE_LINE_DAYS_H

#include "bouncelog/base/map.h"
#include "bouncelog/parse/parse.h"
#include "bouncelog/pipeline/pipeline.h"

#define DAY_UNKNOWN INT64_MIN

/* Lines of a chunk that are of one day. */
struct day_lines {
    int64_t day;
    int64_t counts[LINE_UNPARSED + 1];
    int64_t ambiguous; /* of the deliveries */
};

struct chunk_days {
    struct day_lines *list; /* a day may stand here more than once */
    size_t count;
    int64_t counted[LINE_UNPARSED + 1]; /* lines that are in the list */
    int64_t day;                        /* of the last line that has a time */
    int64_t unparsed_on[SAMPLES_MAX];   /* of the samples that the chunk kept... */
    int64_t ambiguous_on[SAMPLES_MAX];  /* ...in their order */
};

void chunk_days_clear(struct chunk_days *days);
void chunk_days_release(struct chunk_days *days);
/* A line was read in full, and gave the records from this one on; `read` has counted it and those
 * before it. */
void chunk_days_note(struct chunk_days *days, const struct lines *read, enum line_class class,
                     const struct records *records, size_t from);
/* That line is ambiguous, or was not understood, and may be a sample: `samples` has just got it,
 * and had kept so many before. */
void chunk_days_unparsed(struct chunk_days *days, const struct samples *samples, size_t kept);
void chunk_days_ambiguous(struct chunk_days *days, const struct samples *samples, size_t kept);
/* The chunk has ended. */
void chunk_days_end(struct chunk_days *days, const struct lines *read);

/* All that a run has read. */
struct line_days {
    struct map days; /* int64_t -> struct day_counts, see there */
    int64_t day;     /* of the last line of this source that has a time */
};

void line_days_init(struct line_days *days);
void line_days_release(struct line_days *days);
/* Another source begins. */
void line_days_begin(struct line_days *days);
/* lines: of the chunk, its samples placed (line_tally_place). */
void line_days_add(struct line_days *days, const struct chunk_days *chunk,
                   const struct line_tally *lines);
/* Gives each day of the scan its lines. */
void line_days_finish(struct line_days *days, struct scan_result *scan);

#endif
