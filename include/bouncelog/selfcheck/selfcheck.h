/* selfcheck: every pattern's own examples, run through the whole path.
 *
 *   hit    the pattern takes it, first of its kind, with the fields that it names
 *   miss   the pattern does not take it
 * and what makes a pattern unsafe: two unbounded repeats, or an example that needs more steps than
 * a match may take. Thread: one. */
#ifndef BOUNCELOG_SELFCHECK_SELFCHECK_H
#define BOUNCELOG_SELFCHECK_SELFCHECK_H

#include "bouncelog/pattern/patterns.h"

/* One fault; text is one line and dies with the call. */
typedef void selfcheck_handler(void *context, struct place place, const char *text);

struct selfcheck_counts {
    size_t patterns, examples, faults;
};

struct selfcheck_counts selfcheck_run(const struct patterns *patterns, selfcheck_handler *handler,
                                      void *context);

/* The same for templates of lists, each of which has the example that it must write. */
void selfcheck_lists(const struct patterns *patterns, selfcheck_handler *handler, void *context,
                     struct selfcheck_counts *counts);

/* The same for forms of bounces, whose examples are whole mails; adds to the counts. Nothing is
 * read in a build that cannot read mail. */
void selfcheck_notices(const struct patterns *patterns, selfcheck_handler *handler, void *context,
                       struct selfcheck_counts *counts);

#endif
