#include "bouncelog/base/map.h"

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"

void map_init(struct map *map, size_t value_size)
{
    *map = (struct map){.value_size = value_size};
}

void map_release(struct map *map)
{
    mem_free(map->slots);
    mem_free(map->order);
    arena_release(&map->arena);
    *map = (struct map){.value_size = map->value_size};
}

static struct map_entry **find_slot(const struct map *map, sv key, uint64_t hash)
{
    size_t at = (size_t)hash & (map->cap - 1);
    for (;; at = (at + 1) & (map->cap - 1)) {
        struct map_entry *entry = map->slots[at];
        if (!entry || (entry->hash == hash && entry->key_len == key.len &&
                       memcmp(entry->key, key.ptr, key.len) == 0))
            return &map->slots[at];
    }
}

static void grow(struct map *map)
{
    map->cap = map->cap ? map->cap * 2 : 64;
    mem_free(map->slots);
    map->slots = mem_zero(map->cap, sizeof(struct map_entry *));
    map->order = mem_grow(map->order, map->cap, sizeof(struct map_entry *));
    for (size_t i = 0; i < map->count; i++) {
        size_t at = (size_t)map->order[i]->hash & (map->cap - 1);
        while (map->slots[at])
            at = (at + 1) & (map->cap - 1);
        map->slots[at] = map->order[i];
    }
}

void *map_get(const struct map *map, sv key)
{
    if (!map->count)
        return NULL;
    struct map_entry *entry = *find_slot(map, key, hash_bytes(key));
    return entry ? entry->value : NULL;
}

void *map_add_hashed(struct map *map, sv key, uint64_t hash, bool *added)
{
    if (map->count >= map->cap / 4 * 3)
        grow(map);
    struct map_entry **slot = find_slot(map, key, hash);
    if (added)
        *added = !*slot;
    if (!*slot) {
        struct map_entry *entry = arena_alloc(&map->arena, sizeof *entry + map->value_size);
        memset(entry->value, 0, map->value_size);
        entry->hash = hash;
        entry->key = arena_copy(&map->arena, key).ptr;
        entry->key_len = (uint32_t)key.len;
        entry->index = (uint32_t)map->count;
        map->order[map->count++] = entry;
        *slot = entry;
    }
    return (*slot)->value;
}

void *map_add(struct map *map, sv key, bool *added)
{
    return map_add_hashed(map, key, hash_bytes(key), added);
}
