/* classify: what a failure means, why we think so, and what to do about it.
 *
 *   shape   the words without what belongs to one mail only (addresses, hosts, numbers)
 *   memo    the same question gets the same answer without asking the rules again, and the same
 *           words without making their shape again
 *   rules   patterns/replies/, layer by layer, the first that takes the question wins; only those
 *           are tried that have one of their literals in the shape
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
/* More hosts, addresses or transports that are hops of our own, beside those that can be told by
 * themselves; the texts must outlive the classifier. */
void classifier_own_hops(struct classifier *classifier, const sv *names, size_t count);

/* Sets the provider of an attempt, and the verdict when it failed. */
void classify(struct classifier *classifier, struct record *attempt);

/* The shape of the last text that was classified, which must still be there; a view until the next
 * text. */
sv classifier_shape(struct classifier *classifier);

/* Rules that ran into PCRE2's limits; such replies are judged without them. */
uint64_t classifier_limits(const struct classifier *classifier);

/* What a rule lacks to take a question. */
enum rule_fit {
    FIT_YES,
    FIT_NO_ORIGIN, /* a gate is closed */
    FIT_NO_STAGE,
    FIT_NO_PROVIDER,
    FIT_NO_CODE,
    FIT_NO_ENHANCED,
    FIT_NO_LITERAL, /* none of its literals is in the shape */
    FIT_NO_PATTERN, /* the pattern does not match */
    FIT_UNLESS,     /* its `unless` matches */
    FIT_GUARDED     /* the `unless` of its file matches */
};

/* "its code is another", for people. */
sv rule_fit_text(enum rule_fit fit);

/* Whether the rule takes this attempt, whatever rules stand before it. */
enum rule_fit classifier_rule_fit(struct classifier *classifier, const struct rule *rule,
                                  const struct record *attempt);

/* Says of every rule, in the order in which they are asked, how it fits this attempt. The first
 * that fits is the one that decides; the others that fit come too late. For `explain`. */
typedef void classifier_tracer(void *context, const struct rule *rule, enum rule_fit fit);
void classifier_trace(struct classifier *classifier, const struct record *attempt,
                      classifier_tracer *tracer, void *context);

#endif
