/* results: the outputs of a command: opened before its work, because a wrong path shall not cost an
 * hour, and appearing as good as together after it. */
#ifndef BOUNCELOG_CLI_RESULTS_H
#define BOUNCELOG_CLI_RESULTS_H

#include "setup.h"

struct archive;

struct results {
    struct outfile *summary, *events, *page, *metrics; /* NULL: not asked for */
    struct outparts *lists[LISTS_MAX];
    struct outfile *removed[LISTS_MAX]; /* with --delta */
};

int results_open(struct results *results, const struct scan_options *options,
                 struct err *err) MUST_CHECK;
/* Writes all of them, but for the lists where the brake holds those back. */
void results_write(struct results *results, const struct setup *setup, const struct report *report);
/* Replaces the old files, then commits the history that knows of them (NULL: none does); no signal
 * comes in between. Gives the exit code. */
int results_commit(struct results *results, struct archive *saved);
void results_discard(struct results *results);

/* Says on stderr what may be missing from a report. */
void results_tell_gaps(const struct report *report);

#endif
