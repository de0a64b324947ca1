/* arena: memory that is given back all at once.
 *
 * Blocks never move, so pointers and views into an arena live until arena_clear (which keeps the
 * first block for reuse, and poisons it under AddressSanitizer) or arena_release.
 * Thread: one at a time; an arena goes from thread to thread with the object that holds it. */
#ifndef BOUNCELOG_BASE_ARENA_H
#define BOUNCELOG_BASE_ARENA_H

#include "bouncelog/base/sv.h"

struct arena_block;

struct arena {
    struct arena_block *head; /* the block that is being filled; older ones behind it */
    size_t used, size;        /* of the head block */
    size_t total;             /* bytes held in all */
};

/* Zero-initialise ({0}) to start. Memory is not zeroed; alignment is 8 bytes. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));
sv arena_copy(struct arena *arena, sv bytes);
/* The same with a NUL behind it. */
char *arena_cstr(struct arena *arena, sv text) __attribute__((returns_nonnull));
void arena_clear(struct arena *arena);
void arena_release(struct arena *arena);

#endif
