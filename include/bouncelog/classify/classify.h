/* classify: what a failure means, why we think so, and what to do about it.
 *
 *   shape   the words without what belongs to one mail only (addresses, hosts, numbers)
 *   memo    the same question gets the same answer without asking the rules again
 *   rules   patterns/replies/, first match wins
 *   then    the enhanced status code, the basic code (both together with the command that they
 *           answer), our MTA's own code; else `unclassified`: a guess helps nobody
 *
 * The verdict depends on origin, stage, codes, provider and shape, on nothing else: never on a
 * person's name, never on the severity. Thread: one classifier per thread; patterns are shared. */
#ifndef BOUNCELOG_CLASSIFY_CLASSIFY_H
#define BOUNCELOG_CLASSIFY_CLASSIFY_H

#include "bouncelog/model/event.h"
#include "bouncelog/pattern/patterns.h"

struct classifier;

struct classifier *classifier_new(const struct patterns *patterns);
void classifier_free(struct classifier *classifier);

/* Sets the provider of an attempt, and the verdict when it failed. */
void classify(struct classifier *classifier, struct record *attempt);

/* The shape of the last text that was classified; a view until the next call. */
sv classifier_shape(const struct classifier *classifier);

/* Rules that ran into PCRE2's limits; such replies are judged without them. */
uint64_t classifier_limits(const struct classifier *classifier);

/* Does the rule take this attempt, whatever rules stand before it? For `patterns check`. */
bool classifier_rule_takes(struct classifier *classifier, const struct rule *rule,
                           const struct record *attempt);

#endif
