/* The fingerprints of the last lines of a run, in a ring that grows to its full size before it
 * turns. Workers compute them chunk by chunk; the ordered stage puts them here in the order of the
 * input, so what is forgotten does not depend on the threads. */
#include "bouncelog/pipeline/lines_read.h"

#include "bouncelog/base/mem.h"

void lines_read_add(struct lines_read *lines, const uint64_t *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (lines->count < INPUT_LINES_KEPT) {
            lines->list = mem_room(lines->list, lines->count, sizeof *lines->list);
            lines->list[lines->count++] = list[i];
            continue;
        }
        lines->overflowed = true;
        lines->list[lines->oldest] = list[i];
        lines->oldest = (lines->oldest + 1) % INPUT_LINES_KEPT;
    }
}

void lines_read_release(struct lines_read *lines)
{
    mem_free(lines->list);
    *lines = (struct lines_read){0};
}
