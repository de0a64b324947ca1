/* journal: what the options say about the journal, for whoever reads it. */
#ifndef BOUNCELOG_CLI_JOURNAL_H
#define BOUNCELOG_CLI_JOURNAL_H

#include "bouncelog/input/input.h"
#include "bouncelog/parse/journal.h"
#include "options/options.h"

/* No queue holds a message longer: of an attempt that counts, the lines before it are read. */
enum { QUEUE_DAYS = 7 };

/* Whom to believe. Looks users up, so before the run is confined. */
struct journal_trust *journal_trust_of(const struct options *options,
                                       const struct patterns *patterns);
/* The journal as a source of the run. Both must outlive the input. */
void journal_ask(struct journal_options *journal, const struct options *options,
                 struct journal_trust *trust);
/* What is worth knowing of it once it was read. */
void journal_tell(const struct source *source);

#endif
