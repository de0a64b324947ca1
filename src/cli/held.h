/* held: the rules that list nobody new, since too many of those whom they listed live. */
#ifndef BOUNCELOG_CLI_HELD_H
#define BOUNCELOG_CLI_HELD_H

#include "bouncelog/archive/archive.h"

struct held {
    struct regrets regrets; /* of the days that the policy asks for */
    struct map rules;       /* names */
};

void held_init(struct held *held);
void held_release(struct held *held);
/* Sets what decisions of the run look at, which must not outlive it; by the policy in them. */
int held_load(struct held *held, struct archive *archive, struct suppress_options *options,
              struct err *err) MUST_CHECK;
/* Says which rules are held. */
void held_tell(const struct held *held);

#endif
