/* binomial: how large a share can be of which a sample is known.
 *
 * Exact bounds by C. J. Clopper and E. S. Pearson (The use of confidence or fiducial limits
 * illustrated in the case of the binomial, Biometrika 26, 1934), each one-sided at 95 %: of a
 * hundred samples whose share is larger than the upper bound, no more than five would have had so
 * few hits. Both together hold at 90 %. Of no trials nothing is known: 0 and 1. Thread: any. */
#ifndef BOUNCELOG_BASE_BINOMIAL_H
#define BOUNCELOG_BASE_BINOMIAL_H

#include <stdint.h>

struct binomial_bounds {
    double lower, upper;
};

/* hits of trials, 0 <= hits <= trials. */
struct binomial_bounds binomial_bounds(int64_t hits, int64_t trials);

#endif
