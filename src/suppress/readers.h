/* readers: what was taken and called dead, told to several who ask for it in one pass: of a long
 * history it is most of what a night reads. */
#ifndef BOUNCELOG_SUPPRESS_READERS_H
#define BOUNCELOG_SUPPRESS_READERS_H

#include "bouncelog/suppress/suppress.h"

/* Is told of what happened on these days (since 1970, both included), and no others if the source
 * tells days apart. */
struct reader {
    int64_t first, last;
    activity_visitor *visit;
    void *context;
};

enum { READERS_MAX = 2 };

void readers_read(const struct reader *readers, size_t count, const struct suppress_source *source);

#endif
