/* mem: the only place that calls malloc and free.
 *
 * An allocation succeeds or the program ends: the handler that cli registers prints one line and
 * exits with 71. Nothing is half-written then: outputs are renamed into place at the end. Libraries
 * that can be told to take their memory from here are; where one says that there is none, its room
 * calls mem_exhausted, since a library that goes on without gives other results. */
#ifndef BOUNCELOG_BASE_MEM_H
#define BOUNCELOG_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));
void *mem_zero(size_t count, size_t size)
    __attribute__((malloc, returns_nonnull, warn_unused_result));
/* At the start of a page of memory. */
void *mem_pages(size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));
/* Zeroed, for a table that is accessed at random. */
void *mem_table(size_t count, size_t size)
    __attribute__((malloc, returns_nonnull, warn_unused_result));
void *mem_grow(void *old, size_t count, size_t size)
    __attribute__((returns_nonnull, warn_unused_result));
/* Room for one more behind `count` things, of a list that only grows so, from none: it doubles when
 * their number is a power of two, so that nobody has to keep its capacity. */
void *mem_room(void *list, size_t count, size_t size)
    __attribute__((returns_nonnull, warn_unused_result));
void mem_free(void *block);

/* Called once when memory runs out; must not return. Set before any other thread starts. */
void mem_on_exhausted(void (*handler)(void));
void mem_exhausted(void) __attribute__((noreturn));
/* Ends the program when this is the errno of a library that had no memory. */
void mem_check(int failure);

#endif
