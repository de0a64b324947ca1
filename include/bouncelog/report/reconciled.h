/* reconciled: the list that a mailing tool has, against what is known here: whom it lacks, whom it
 * has for nothing, who of them lives.
 *
 * Frozen. What is said of an address is made when it is asked for: a list may have a million.
 * Views live as long as it, the decisions and their evidence. Thread: one. */
#ifndef BOUNCELOG_REPORT_RECONCILED_H
#define BOUNCELOG_REPORT_RECONCILED_H

#include "bouncelog/base/arena.h"
#include "bouncelog/suppress/suppress.h"

enum reconciled_group {
    RECONCILED_MISSING,    /* to be suppressed by what is known here, and not on their list */
    RECONCILED_ALIVE,      /* on theirs alone: it took mail after it failed, or never failed */
    RECONCILED_HELD,       /* on theirs alone: a guard or a person here says no */
    RECONCILED_NOT_ENOUGH, /* on theirs alone: it failed, and the policy lacks something */
    RECONCILED_UNKNOWN,    /* on theirs alone: no delivery, nor a failure that counts */
    RECONCILED_GROUPS
};

struct reconciled_row {
    sv address;
    enum tier tier;                /* MISSING */
    sv held_by;                    /* HELD: "allow", "incident", "probe"...; else empty */
    const struct failure *failure; /* what it rests on, or the latest one; NULL: none */
    int64_t delivered_at;          /* its latest delivery; 0: none is known, or it is not asked */
};

struct reconciled_rows {
    struct reconciled_row *list; /* by address */
    size_t count;
};

struct reconciled {
    size_t theirs, ours, both; /* addresses */
    size_t left_out;           /* of theirs: nobody asked for them (--recipients) */
    struct reconciled_rows groups[RECONCILED_GROUPS];
    const struct taxonomy *taxonomy; /* outlives it */
};

struct reconciled_source {
    const struct map *theirs; /* mailbox_key -> int64_t, time of the latest delivery; 0: none */
    const struct map *known;  /* whom their tool may know; NULL: anybody */
    const struct decisions *decisions;
    const struct taxonomy *taxonomy;
    unsigned tiers; /* bits of enum tier: whom their list should have */
};

void reconciled_make(struct reconciled *reconciled, const struct reconciled_source *source);
void reconciled_release(struct reconciled *reconciled);

#endif
