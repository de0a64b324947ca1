/* The table has linear probing and doubles at three quarters; a slot is a fingerprint and a
 * pointer to the entry. Entries with their keys lie in an arena of the map, so that they never
 * move, and a list beside the table keeps the order of their first addition. A fingerprint that
 * is asked for soon can be looked for ahead of time (map_expect). */
#include "bouncelog/base/map.h"

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"

enum { TAGS_AT_ONCE = 16 };

void map_init(struct map *map, size_t value_size)
{
    *map = (struct map){.value_size = value_size};
}

void map_release(struct map *map)
{
    mem_free(map->slots);
    mem_free(map->tags);
    mem_free(map->order);
    arena_release(&map->arena);
    *map = (struct map){.value_size = map->value_size};
}

static struct map_slot *find_slot(const struct map *map, sv key, uint64_t hash)
{
    size_t at = hash_place(hash, map->cap);
    for (;; at = (at + 1) & (map->cap - 1)) {
        struct map_slot *slot = &map->slots[at];
        if (!slot->entry || (slot->hash == hash && slot->entry->key_len == key.len &&
                             memcmp(slot->entry->key, key.ptr, key.len) == 0))
            return slot;
    }
}

static char tag_of(uint64_t hash)
{
    return (char)(hash >> 56 | 1);
}

static void set_tag(struct map *map, size_t at, uint64_t hash)
{
    map->tags[at] = (uint8_t)tag_of(hash);
    if (at < TAGS_AT_ONCE)
        map->tags[map->cap + at] = map->tags[at];
}

static void grow(struct map *map)
{
    struct map_slot *old = map->slots;
    size_t old_cap = map->cap;
    map->cap = map->cap ? map->cap * 2 : 64;
    map->slots = mem_table(map->cap, sizeof *map->slots);
    map->order = mem_grow(map->order, map->cap, sizeof *map->order);
    mem_free(map->tags);
    map->tags = mem_zero(map->cap + TAGS_AT_ONCE, 1);
    for (size_t i = 0; i < old_cap; i++) {
        if (!old[i].entry)
            continue;
        size_t at = hash_place(old[i].hash, map->cap);
        while (map->slots[at].entry)
            at = (at + 1) & (map->cap - 1);
        map->slots[at] = old[i];
        set_tag(map, at, old[i].hash);
    }
    mem_free(old);
}

void *map_get_hashed(const struct map *map, sv key, uint64_t hash)
{
    if (!map->count)
        return NULL;
    struct map_entry *entry = find_slot(map, key, hash)->entry;
    return entry ? entry->value : NULL;
}

void *map_get(const struct map *map, sv key)
{
    return map_get_hashed(map, key, hash_bytes(key));
}

void map_prefetch(const struct map *map, uint64_t hash)
{
    if (map->cap)
        __builtin_prefetch(&map->slots[hash_place(hash, map->cap)]);
}

void map_prefetch_has(const struct map *map, uint64_t hash)
{
    if (map->cap)
        __builtin_prefetch(&map->tags[hash_place(hash, map->cap)]);
}

void map_prefetch_value(const struct map *map, uint64_t hash)
{
    if (!map->cap)
        return;
    const struct map_slot *slot = &map->slots[hash_place(hash, map->cap)];
    if (slot->hash == hash && slot->entry) {
        __builtin_prefetch(slot->entry->value);
        __builtin_prefetch(slot->entry->value + map->value_size - 1);
    }
}

void *map_by_hash(const struct map *map, uint64_t hash)
{
    if (!map->count)
        return NULL;
    size_t at = hash_place(hash, map->cap);
    while (map->slots[at].entry && map->slots[at].hash != hash)
        at = (at + 1) & (map->cap - 1);
    return map->slots[at].entry ? map->slots[at].entry->value : NULL;
}

bool map_has_hash(const struct map *map, uint64_t hash)
{
    if (!map->count)
        return false;
    size_t at = hash_place(hash, map->cap);
    for (;; at = (at + TAGS_AT_ONCE) & (map->cap - 1)) {
        const char *tags = (const char *)map->tags + at;
        unsigned none = bytes_bits16(tags, 0), same = bytes_bits16(tags, tag_of(hash));
        if (none)
            same &= (none & -none) - 1; /* of the slots in front of the first free one */
        for (; same; same &= same - 1)
            if (map->slots[(at + (size_t)__builtin_ctz(same)) & (map->cap - 1)].hash == hash)
                return true;
        if (none)
            return false;
    }
}

void *map_add_hashed(struct map *map, sv key, uint64_t hash, bool *added)
{
    if (map->count >= map->cap / 4 * 3)
        grow(map);
    struct map_slot *slot = find_slot(map, key, hash);
    if (added)
        *added = !slot->entry;
    if (!slot->entry) {
        struct map_entry *entry =
            arena_alloc(&map->arena, sizeof *entry + map->value_size + key.len);
        char *copy = entry->value + map->value_size;
        memset(entry->value, 0, map->value_size);
        sv_put(copy, key);
        entry->key = copy;
        entry->key_len = key.len;
        map->order[map->count++] = entry;
        *slot = (struct map_slot){hash, entry};
        set_tag(map, (size_t)(slot - map->slots), hash);
    }
    return slot->entry->value;
}

void *map_add(struct map *map, sv key, bool *added)
{
    return map_add_hashed(map, key, hash_bytes(key), added);
}
