#include "expansions.h"

#include "bouncelog/base/mem.h"

enum { CAP_START = 256 };

void expansions_release(struct expansions *expansions)
{
    mem_free(expansions->buckets);
    *expansions = (struct expansions){0};
}

static struct expansion **bucket_of(const struct expansions *expansions, uint64_t pair)
{
    return &expansions->buckets[pair & (expansions->cap - 1)];
}

static void enter_bucket(struct expansions *expansions, struct expansion *expansion)
{
    struct expansion **bucket = bucket_of(expansions, expansion->pair);
    expansion->chain = *bucket;
    *bucket = expansion;
}

static void grow(struct expansions *expansions)
{
    struct expansion **old = expansions->buckets;
    size_t old_cap = expansions->cap;
    expansions->cap = old_cap ? old_cap * 2 : CAP_START;
    expansions->buckets = mem_zero(expansions->cap, sizeof(struct expansion *));
    for (size_t i = 0; i < old_cap; i++)
        for (struct expansion *at = old[i], *chain; at; at = chain) {
            chain = at->chain;
            enter_bucket(expansions, at);
        }
    mem_free(old);
}

struct expansion *expansions_find(const struct expansions *expansions, uint64_t pair)
{
    struct expansion *at = expansions->count ? *bucket_of(expansions, pair) : NULL;
    while (at && at->pair != pair)
        at = at->chain;
    return at;
}

struct expansion *expansions_add(struct expansions *expansions, struct expansion **list,
                                 uint64_t pair, uint64_t final)
{
    if (expansions->count >= expansions->cap)
        grow(expansions);
    struct expansion *fresh = mem_alloc(sizeof *fresh);
    *fresh = (struct expansion){.next = *list, .pair = pair, .final = final};
    *list = fresh;
    enter_bucket(expansions, fresh);
    expansions->count++;
    return fresh;
}

void expansions_drop(struct expansions *expansions, struct expansion **list)
{
    for (struct expansion *at = *list, *next; at; at = next) {
        struct expansion **place = bucket_of(expansions, at->pair);
        next = at->next;
        while (*place != at)
            place = &(*place)->chain;
        *place = at->chain;
        expansions->count--;
        mem_free(at);
    }
    *list = NULL;
}
