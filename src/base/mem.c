/* Memory comes from malloc, and is there or the program ends. Tables of two megabytes and more
 * start at huge pages and ask the kernel for them: they are read at random, and would miss a
 * translation at nearly each access. A list that grows doubles at each power of two, so that its
 * capacity need not be kept. */
#include "bouncelog/base/mem.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, HUGE_PAGE = 2 * 1024 * 1024 };

static void (*exhausted)(void) = abort;

void mem_on_exhausted(void (*handler)(void))
{
    exhausted = handler;
}

void mem_exhausted(void)
{
    exhausted();
    abort();
}

void mem_check(int failure)
{
    if (failure == ENOMEM)
        mem_exhausted();
}

void *mem_alloc(size_t size)
{
    void *block = malloc(size ? size : 1);
    if (!block)
        mem_exhausted();
    return block;
}

void *mem_zero(size_t count, size_t size)
{
    void *block = calloc(count ? count : 1, size ? size : 1);
    if (!block)
        mem_exhausted();
    return block;
}

void *mem_pages(size_t size)
{
    size_t page = size >= HUGE_PAGE ? HUGE_PAGE : PAGE, whole = (size + page - 1) / page * page;
    void *block = aligned_alloc(page, whole);
    if (!block)
        mem_exhausted();
    if (page == HUGE_PAGE) /* advice: random access to a large table misses fewer translations */
        (void)madvise(block, whole, MADV_HUGEPAGE);
    return block;
}

void *mem_table(size_t count, size_t size)
{
    if (count * size < HUGE_PAGE)
        return mem_zero(count, size);
    void *block = mem_pages(count * size);
    memset(block, 0, count * size);
    return block;
}

void *mem_grow(void *old, size_t count, size_t size)
{
    void *block = size && count > SIZE_MAX / size ? NULL : realloc(old, count * size);
    if (!block)
        mem_exhausted();
    return block;
}

void *mem_room(void *list, size_t count, size_t size)
{
    return count & (count - 1) ? list : mem_grow(list, count ? count * 2 : 1, size);
}

void mem_free(void *block)
{
    free(block);
}
