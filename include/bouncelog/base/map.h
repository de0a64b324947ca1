/* map: a hash table from bytes to values of one fixed size.
 *
 * The map owns copies of its keys and its values; values are zeroed when they are added and never
 * move, so a pointer to one lives until the map is released. Iteration is in the order of first
 * addition, which depends on the input alone. Entries are never removed one by one.
 * Thread: one at a time. */
#ifndef BOUNCELOG_BASE_MAP_H
#define BOUNCELOG_BASE_MAP_H

#include <stddef.h>

#include "bouncelog/base/arena.h"
#include "bouncelog/base/sv.h"

struct map_entry {
    const char *key;
    size_t key_len;
    _Alignas(8) char value[]; /* and the key behind it */
};

/* The hash beside the pointer: a probe that does not match costs no look at the entry. */
struct map_slot {
    uint64_t hash;
    struct map_entry *entry; /* NULL: free */
};

struct map {
    size_t value_size;
    size_t count, cap;
    struct map_slot *slots;
    uint8_t *tags; /* a byte of each slot's hash, 0: free; behind the last the first ones again */
    struct map_entry **order;
    struct arena arena;
};

void map_init(struct map *map, size_t value_size);
void map_release(struct map *map);

/* NULL when absent. */
void *map_get(const struct map *map, sv key);
void *map_get_hashed(const struct map *map, sv key, uint64_t hash);
/* The first value whose key has this hash; NULL: none. For keys that their fingerprints stand for.
 */
void *map_by_hash(const struct map *map, uint64_t hash);
/* Is there a key with this hash at all? Rules most absent keys out before they are even made, by a
 * sixteenth of the memory that the slots take. */
bool map_has_hash(const struct map *map, uint64_t hash);
/* Fetches the place of a key that will be asked for soon: its slot, or what map_has_hash looks at.
 */
void map_prefetch(const struct map *map, uint64_t hash);
void map_prefetch_has(const struct map *map, uint64_t hash);
/* Later: its value. */
void map_prefetch_value(const struct map *map, uint64_t hash);
/* Adds a zeroed value when absent; *added (may be NULL) says so. */
void *map_add(struct map *map, sv key, bool *added);
/* The same, for a caller that has the hash already. */
void *map_add_hashed(struct map *map, sv key, uint64_t hash, bool *added);

static inline size_t map_count(const struct map *map)
{
    return map->count;
}

static inline sv map_key_at(const struct map *map, size_t i)
{
    return sv_make(map->order[i]->key, map->order[i]->key_len);
}

/* The key of a value that the map gave. */
static inline sv map_key_of(const void *value)
{
    const char *at = (const char *)value - offsetof(struct map_entry, value);
    const struct map_entry *entry = (const void *)at;
    return sv_make(entry->key, entry->key_len);
}

static inline void *map_value_at(const struct map *map, size_t i)
{
    return map->order[i]->value;
}

#endif
