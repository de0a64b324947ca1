/* clock: nanoseconds that pass, for programs that measure. */
#ifndef BOUNCELOG_TESTS_SPEED_CLOCK_H
#define BOUNCELOG_TESTS_SPEED_CLOCK_H

#include <time.h>

static inline double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

#endif
