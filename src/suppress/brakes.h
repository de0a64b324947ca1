/* brakes: must the lists stay as they are, because a run is far out of line? */
#ifndef BOUNCELOG_SUPPRESS_BRAKES_H
#define BOUNCELOG_SUPPRESS_BRAKES_H

#include "bouncelog/suppress/suppress.h"

/* Once all addresses are decided: sets what the decisions say of the brake. */
void brakes_decide(struct decisions *decisions, const struct suppress_source *source,
                   const struct suppress_options *options);

#endif
