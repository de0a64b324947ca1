/* brake: what the lists that are there hold, so that a run out of line does not replace them; and,
 * where no history remembers it, that a run has braked: FILE.held beside a list. */
#ifndef BOUNCELOG_CLI_BRAKE_H
#define BOUNCELOG_CLI_BRAKE_H

#include "bouncelog/pipeline/pipeline.h"
#include "list_forms.h"
#include "options/options.h"

/* Adds the addresses on all lists of the options that exist, each read as it is written; false:
 * none exists. A list of fingerprints tells nothing. */
bool brake_read_lists(struct map *listed, const struct options *options,
                      const struct list_form *forms);

/* Was nothing read that a list could rest on, where there is one to lose? */
bool brake_is_blind(const struct options *options, const struct line_tally *lines);

/* Recipients tried on these days, as far as a run without a history can tell: not more than its
 * attempts on them. context: struct tally. For suppress_source.tried_on. */
int64_t brake_tried_on(void *tally, const int64_t *days, size_t count);

/* Has an earlier run left FILE.held? */
bool brake_is_held(const struct options *options);
/* Leaves it, or takes it away. */
int brake_hold(const struct options *options, bool held, struct err *err) MUST_CHECK;

#endif
