/* rules: does a rule of patterns/replies/ take a question, and if not, what is missing? */
#ifndef BOUNCELOG_CLASSIFY_RULES_H
#define BOUNCELOG_CLASSIFY_RULES_H

#include "bouncelog/classify/classify.h"

/* All that a verdict may depend on. */
struct question {
    enum origin origin;
    enum stage stage;
    int code;
    sv enhanced, provider, shape;
};

/* The first obstacle in the order gates, literals, pattern, `unless`; FIT_YES when there is none.
 */
enum rule_fit rule_fits(const struct patterns *patterns, const struct rule *rule,
                        struct matcher *matcher, const struct question *question);
/* The same, for a rule whose literals are known to be there; guard_possible: those of the `unless`
 * of its file as well. */
enum rule_fit rule_fits_candidate(const struct patterns *patterns, const struct rule *rule,
                                  bool guard_possible, struct matcher *matcher,
                                  const struct question *question);

/* What the rule takes is true for a time only. */
bool rule_passes(const struct rule *rule, struct matcher *matcher, sv shape);

#endif
