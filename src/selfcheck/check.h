/* check: what the checks of all kinds of patterns share. */
#ifndef BOUNCELOG_SELFCHECK_CHECK_H
#define BOUNCELOG_SELFCHECK_CHECK_H

#include "bouncelog/classify/classify.h"
#include "bouncelog/parse/parse.h"
#include "bouncelog/selfcheck/selfcheck.h"

enum { EXAMPLE_MAX = 4096 };

struct check {
    const struct patterns *patterns;
    selfcheck_handler *handler;
    void *context;
    struct matcher *matcher;
    struct parser *parser;
    struct classifier *classifier;
    struct records records;
    struct selfcheck_counts counts;
};

void fault(struct check *check, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Does it take the text? A match that needs too many steps is a fault. */
bool matches(struct check *check, const struct regex *regex, sv text, struct place place);
/* What came out against the fields that the example names; loading has refused unknown ones. */
void check_values(struct check *check, const struct example *example, const char *kind, sv owner,
                  const struct template_fields *fields);
/* A line shape against its own examples, and those before it. */
void check_shape(struct check *check, const struct mta_patterns *mta, size_t index);

#endif
