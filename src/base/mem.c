#include "bouncelog/base/mem.h"

#include <stdint.h>
#include <stdlib.h>

enum { PAGE = 4096 };

static void (*exhausted)(void) = abort;

void mem_on_exhausted(void (*handler)(void))
{
    exhausted = handler;
}

void *mem_alloc(size_t size)
{
    void *block = malloc(size ? size : 1);
    if (!block) {
        exhausted();
        abort();
    }
    return block;
}

void *mem_zero(size_t count, size_t size)
{
    void *block = calloc(count ? count : 1, size ? size : 1);
    if (!block) {
        exhausted();
        abort();
    }
    return block;
}

void *mem_pages(size_t size)
{
    void *block = aligned_alloc(PAGE, (size + PAGE - 1) / PAGE * PAGE);
    if (!block) {
        exhausted();
        abort();
    }
    return block;
}

void *mem_grow(void *old, size_t count, size_t size)
{
    void *block = size && count > SIZE_MAX / size ? NULL : realloc(old, count * size);
    if (!block) {
        exhausted();
        abort();
    }
    return block;
}

void mem_free(void *block)
{
    free(block);
}
