/* results: the outputs of a command: opened before its work, because a wrong path shall not cost an
 * hour, and appearing as good as together after it. */
#ifndef BOUNCELOG_CLI_RESULTS_H
#define BOUNCELOG_CLI_RESULTS_H

#include "outputs.h"
#include "setup.h"

struct archive;

struct result {
    struct output output;
    struct outfile *file;    /* NULL: a list, or done with */
    struct outparts *parts;  /* of a list */
    struct outfile *removed; /* of a list with --delta */
};

struct results {
    struct result list[OUTPUTS_MAX];
    size_t count;
    struct outfile *events; /* the one that is written before all others; NULL: not asked for */
};

int results_open(struct results *results, const struct options *options,
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
