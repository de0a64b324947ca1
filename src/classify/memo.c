/* Remembers verdicts. The first table is asked by the words letter by letter, and only with words
 * that came twice; the second one by their shape. Both are emptied when they are full, so that no
 * stranger's words can make them grow. */
#include "memo.h"

#include "bouncelog/base/hash.h"

enum { SHAPES_KEPT = 16 * 1024, WORDS_KEPT = 4 * 1024, KEY_PART_MAX = 64 };

void memo_init(struct memo *memo)
{
    *memo = (struct memo){0};
    map_init(&memo->by_shape, sizeof(struct verdict));
    map_init(&memo->by_words, sizeof(struct verdict));
}

void memo_release(struct memo *memo)
{
    map_release(&memo->by_shape);
    map_release(&memo->by_words);
}

void memo_key(struct memo_key *key, const struct question *question, sv dsn, bool dsn_first,
              sv text)
{
    const sv parts[] = {question->enhanced, question->provider, dsn};
    char *end = key->bytes;
    *end++ = (char)question->origin;
    *end++ = (char)((int)question->stage << 1 | dsn_first);
    *end++ = (char)(question->code & 0xff);
    *end++ = (char)(question->code >> 8);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        end = sv_put(end, sv_sub(parts[i], 0, KEY_PART_MAX));
        *end++ = '\n';
    }
    key->len = 0;
    if (text.len > SHAPE_MAX)
        return;
    end = sv_put(end, text);
    key->len = (size_t)(end - key->bytes);
    key->hash = hash_bytes(sv_make(key->bytes, key->len));
}

static sv bytes_of(const struct memo_key *key)
{
    return sv_make(key->bytes, key->len);
}

static struct verdict *add(struct map *map, size_t kept, const struct memo_key *key, bool *added)
{
    if (map_count(map) >= kept) {
        map_release(map);
        map_init(map, sizeof(struct verdict));
    }
    return map_add_hashed(map, bytes_of(key), key->hash, added);
}

const struct verdict *memo_find(const struct memo *memo, const struct memo_key *words)
{
    return words->len ? map_get_hashed(&memo->by_words, bytes_of(words), words->hash) : NULL;
}

void memo_note(struct memo *memo, const struct memo_key *words, const struct verdict *verdict)
{
    if (!words->len)
        return;
    uint64_t *once = &memo->once[words->hash % MEMO_ONCE];
    if (*once == words->hash)
        *add(&memo->by_words, WORDS_KEPT, words, NULL) = *verdict;
    else
        *once = words->hash;
}

struct verdict *memo_add(struct memo *memo, const struct memo_key *shape, bool *added)
{
    return add(&memo->by_shape, SHAPES_KEPT, shape, added);
}
