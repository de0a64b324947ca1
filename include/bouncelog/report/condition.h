/* condition: what --fail-on asks for.
 *
 *   NAME OP NUMBER[%]    NAME: bounce_rate, attempts, delivered, deferred, bounced, expired,
 *                        handed_over, discarded, refused, unparsed, unclassified, ambiguous,
 *                        suppressed, category:C, code:N;  OP: > >= < <= = */
#ifndef BOUNCELOG_REPORT_CONDITION_H
#define BOUNCELOG_REPORT_CONDITION_H

#include "bouncelog/base/err.h"
#include "bouncelog/report/report.h"

enum comparison {
    COMPARE_MORE,
    COMPARE_MORE_EQUAL,
    COMPARE_LESS,
    COMPARE_LESS_EQUAL,
    COMPARE_EQUAL
};

struct condition {
    sv name; /* a view of the text that was parsed */
    enum comparison comparison;
    double limit;
};

/* ERR_USAGE when text is no condition or names an unknown category. */
int condition_parse(struct condition *condition, sv text, const struct taxonomy *taxonomy,
                    struct err *err) MUST_CHECK;
bool condition_holds(const struct condition *condition, const struct report *report);

#endif
