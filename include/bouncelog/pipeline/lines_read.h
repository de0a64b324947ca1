/* lines_read: the lines that a run read, the last ones of them, for the next run: what cannot be
 * resumed is told by them (input.h, `lines_read`).
 *
 * Memory: 8 bytes a line, INPUT_LINES_KEPT lines. Thread: one. */
#ifndef BOUNCELOG_PIPELINE_LINES_READ_H
#define BOUNCELOG_PIPELINE_LINES_READ_H

#include "bouncelog/input/input.h"

/* Zero-initialise. A ring once it is full. */
struct lines_read {
    uint64_t *list; /* fingerprints, in the order of the input but for where the ring begins */
    size_t count, oldest;
    bool overflowed; /* there were more */
};

void lines_read_add(struct lines_read *lines, const uint64_t *list, size_t count);
void lines_read_release(struct lines_read *lines);

#endif
