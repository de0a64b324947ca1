/* An arena is a chain of blocks of 64 KiB, or larger ones for what would not fit; the newest one
 * is cut from the front. Pieces are multiples of eight bytes, so that anything can stand in
 * them. Under AddressSanitizer all that was not given out is poisoned, so that a view kept too
 * long is found by any test that looks through it. */
#include "bouncelog/base/arena.h"

#include "bouncelog/base/mem.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#endif
#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
#define poison(ptr, size) ASAN_POISON_MEMORY_REGION(ptr, size)
#define unpoison(ptr, size) ASAN_UNPOISON_MEMORY_REGION(ptr, size)
#else
#define poison(ptr, size) ((void)(ptr), (void)(size))
#define unpoison(ptr, size) ((void)(ptr), (void)(size))
#endif

enum { BLOCK_BYTES = 64 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    char bytes[];
};

void *arena_alloc(struct arena *arena, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if (!arena->head || arena->size - arena->used < size) {
        size_t want = size > BLOCK_BYTES ? size : BLOCK_BYTES;
        struct arena_block *block = mem_alloc(sizeof *block + want);
        block->next = arena->head;
        block->size = want;
        poison(block->bytes, want);
        arena->head = block;
        arena->used = 0;
        arena->size = want;
        arena->total += want;
    }
    char *at = arena->head->bytes + arena->used;
    unpoison(at, size);
    arena->used += size;
    return at;
}

char *arena_cstr(struct arena *arena, sv text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    *sv_put(copy, text) = '\0';
    return copy;
}

sv arena_copy(struct arena *arena, sv bytes)
{
    if (bytes.len == 0)
        return SV_EMPTY;
    char *at = arena_alloc(arena, bytes.len);
    sv_put(at, bytes);
    return sv_make(at, bytes.len);
}

static void free_blocks(struct arena *arena, struct arena_block *keep)
{
    struct arena_block *block = arena->head;
    while (block && block != keep) {
        struct arena_block *next = block->next;
        arena->total -= block->size;
        unpoison(block->bytes, block->size);
        mem_free(block);
        block = next;
    }
    arena->head = block;
}

void arena_clear(struct arena *arena)
{
    struct arena_block *first = arena->head;
    while (first && first->next)
        first = first->next;
    free_blocks(arena, first);
    arena->used = 0;
    arena->size = first ? first->size : 0;
    if (first)
        poison(first->bytes, first->size);
}

void arena_release(struct arena *arena)
{
    free_blocks(arena, NULL);
    *arena = (struct arena){0};
}
