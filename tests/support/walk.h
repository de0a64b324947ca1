/* walk: all chunks of some sources, one after the other, as a program with one thread reads them.
 */
#ifndef BOUNCELOG_TESTS_WALK_H
#define BOUNCELOG_TESTS_WALK_H

#include "bouncelog/input/input.h"

struct walk {
    struct input *input;
    struct reader *reader; /* of the source that is being read */
    size_t source;
    struct chunk chunk;
};

struct walk walk_start(const char *const *paths, size_t count, size_t chunk_bytes);
/* False at the end of the last source. */
bool walk_next(struct walk *walk);
/* The head of the source that the chunk is of. */
sv walk_head(const struct walk *walk);
void walk_end(struct walk *walk);

#endif
