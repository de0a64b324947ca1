/* proof: does a notice come from where the mail went? */
#ifndef BOUNCELOG_LATE_PROOF_H
#define BOUNCELOG_LATE_PROOF_H

#include "bouncelog/late/late.h"

/* Also whether the times fit. */
bool proof_holds(const struct patterns *patterns, const struct late_notice *notice,
                 const struct event *delivery);

#endif
