/* prefilter: which rules are worth a try on a question.
 *
 * A rule names literals, one of which must stand in the shape, and may ask for one of a second list
 * as well (`also`). Asking rule after rule for each of its literals would cost more than all
 * patterns together, so the literals of all rules are looked for in one pass: every three bytes of
 * the shape are hashed, and the literals that have these three bytes at a known place are compared.
 * A literal is filed under that one of its triples which the fewest other literals have. The gates
 * of origin and stage are sets of rules as well; what remains of the sets is tried in order. The
 * `unless` of a file has literals of its own, which are looked for in the same pass.
 *
 * Built from the patterns in well under a millisecond; belongs to one classifier, hence to one
 * thread (the answer is kept inside). */
#ifndef BOUNCELOG_CLASSIFY_PREFILTER_H
#define BOUNCELOG_CLASSIFY_PREFILTER_H

#include "rules.h"

struct prefilter;

struct prefilter *prefilter_new(const struct patterns *patterns);
void prefilter_free(struct prefilter *prefilter);

/* Looks at a question; prefilter_next then gives the rules worth a try, in order. */
void prefilter_ask(struct prefilter *prefilter, const struct question *question);
/* The next one from `from` on, or the number of rules when there is none. */
size_t prefilter_next(const struct prefilter *prefilter, size_t from);
/* Is a literal of this guard in the shape? `guard` as in a rule: counted from 1. */
bool prefilter_guard(const struct prefilter *prefilter, size_t guard);

#endif
