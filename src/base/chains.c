/* A hash table with chains: the things carry the links themselves (struct chain), so that adding
 * one allocates nothing and taking one out moves no other. The number of buckets is a power of
 * two and doubles when there are as many things as buckets; the place comes from hash_place,
 * which an attacker cannot foresee. */
#include "bouncelog/base/chains.h"

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"

enum { CAP_START = 256 };

void chains_release(struct chains *chains)
{
    mem_free(chains->buckets);
    *chains = (struct chains){0};
}

static struct chain **bucket_of(const struct chains *chains, uint64_t key)
{
    return &chains->buckets[hash_place(key, chains->cap)];
}

static void enter_bucket(struct chains *chains, struct chain *thing)
{
    struct chain **bucket = bucket_of(chains, thing->key);
    thing->next = *bucket;
    *bucket = thing;
}

static void grow(struct chains *chains)
{
    struct chain **old = chains->buckets;
    size_t old_cap = chains->cap;
    chains->cap = old_cap ? old_cap * 2 : CAP_START;
    chains->buckets = mem_table(chains->cap, sizeof(struct chain *));
    for (size_t i = 0; i < old_cap; i++)
        for (struct chain *at = old[i], *next; at; at = next) {
            next = at->next;
            enter_bucket(chains, at);
        }
    mem_free(old);
}

struct chain *chains_find(const struct chains *chains, uint64_t key)
{
    struct chain *at = chains->count ? *bucket_of(chains, key) : NULL;
    while (at && at->key != key)
        at = at->next;
    return at;
}

void chains_add(struct chains *chains, struct chain *thing)
{
    if (chains->count >= chains->cap)
        grow(chains);
    enter_bucket(chains, thing);
    chains->count++;
}

void chains_remove(struct chains *chains, struct chain *thing)
{
    struct chain **at = bucket_of(chains, thing->key);
    while (*at != thing)
        at = &(*at)->next;
    *at = thing->next;
    chains->count--;
}
