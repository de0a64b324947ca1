/* syntax: what can be seen of a PCRE2 pattern without compiling it. */
#ifndef BOUNCELOG_PATTERN_SYNTAX_H
#define BOUNCELOG_PATTERN_SYNTAX_H

#include "bouncelog/base/sv.h"

/* Is there a `|` outside of all groups: does text beside the pattern need a group around it? */
bool syntax_has_alternatives(sv pattern);

/* The most repeats without an upper bound (`.*`, `[^x]+`, `\S*`; possessive ones left out) on one
 * way through the pattern: more than one can take quadratic time. */
int syntax_unbounded_repeats(sv pattern);

/* The literal text that everything begins with that an anchored pattern takes; may be empty. */
sv syntax_literal_start(sv pattern);

#endif
