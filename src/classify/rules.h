/* rules: the first rule of patterns/replies/ that takes a question. */
#ifndef BOUNCELOG_CLASSIFY_RULES_H
#define BOUNCELOG_CLASSIFY_RULES_H

#include "bouncelog/model/event.h"
#include "bouncelog/pattern/patterns.h"

/* All that a verdict may depend on. */
struct question {
    enum origin origin;
    enum stage stage;
    int code;
    sv enhanced, provider, shape;
};

bool rule_takes(const struct rule *rule, struct matcher *matcher, const struct question *question);
/* NULL: none. */
const struct rule *rules_find(const struct patterns *patterns, struct matcher *matcher,
                              const struct question *question);

#endif
