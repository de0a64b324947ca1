/* plan: what the files of this room share about the sources. Immutable once made, but for the
 * struct source that a reader is at work on. */
#ifndef BOUNCELOG_INPUT_PLAN_H
#define BOUNCELOG_INPUT_PLAN_H

#include "bouncelog/base/arena.h"
#include "bouncelog/input/input.h"

struct input {
    struct source *sources;
    size_t count;
    const char **duplicates;
    size_t duplicate_count;
    struct arena arena; /* paths */
    size_t chunk_bytes;
    struct input_options options;
    int64_t known;  /* bytes on disk of all sources */
    bool unbounded; /* some source's size is not known */
};

#endif
