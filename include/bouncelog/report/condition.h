/* condition: what --fail-on asks for.
 *
 *   NAME OP NUMBER[%[@LEAST]]
 *
 * NAME: bounce_rate, attempts, delivered, deferred, bounced, expired, handed_over, discarded,
 * refused, unparsed, unclassified, ambiguous, suppressed, category:C, code:N, and of messages
 * messages.WHAT, provider:P/WHAT, stream:S/WHAT (a sender domain, a sender or a campaign), WHAT
 * being delivery_rate, bounce_rate, hard_bounce_rate, total, delivered, bounced, expired or
 * waiting. OP: > >= < <= =. LEAST: it does not hold over fewer messages, or attempts. */
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
    int64_t least;
};

/* ERR_USAGE when text is no condition or names an unknown category. */
int condition_parse(struct condition *condition, sv text, const struct taxonomy *taxonomy,
                    struct err *err) MUST_CHECK;
/* Can one that was written so be told of a part of the mail (cut.h)? */
bool condition_is_of_cut(sv text);
bool condition_holds(const struct condition *condition, const struct report *report);
/* Is it about a stream that may be among those that the counters had no room for? */
bool condition_cannot_tell(const struct condition *condition, const struct report *report);
/* Its value and, of a category that stops us, where: "165 at microsoft (spamhaus) from mx1". */
void condition_say(const struct condition *condition, const struct report *report, struct buf *out);

#endif
