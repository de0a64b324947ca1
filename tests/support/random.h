/* random: numbers that are the same in every run, for tests that try many inputs. */
#ifndef BOUNCELOG_TESTS_RANDOM_H
#define BOUNCELOG_TESTS_RANDOM_H

#include <stdint.h>

/* From 0 to n - 1; *state is the seed, and what the next number follows from. */
static inline uint32_t random_below(uint64_t *state, uint32_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % n);
}

#endif
