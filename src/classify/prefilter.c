/* Finds the rules that a shape may concern. Every literal of every rule is filed under its rarest
 * three bytes; one pass over the shape looks up each three bytes in a table, and only where they
 * are filed is the literal itself compared. Rules without a literal are always candidates. */
#include "prefilter.h"

#include "bouncelog/base/map.h"
#include "bouncelog/base/mem.h"

enum { GRAM = LITERAL_MIN, HASH_BITS = 13, BUCKETS = 1 << HASH_BITS };

struct literal {
    sv text;
    size_t gram_at; /* where in the text the bytes are that it is filed under */
};

/* Sets of rules, and behind the rules the guards. Those that name a literal, and those that name it
 * in their second list, stand in one array: the first half and the second half of a pair. */
struct prefilter {
    const struct patterns *patterns;
    size_t words;             /* of one set; a pair has twice as many */
    struct literal *literals; /* by bucket */
    uint64_t *pairs;          /* one for each literal */
    uint16_t buckets[BUCKETS + 1];
    uint64_t *always; /* a pair: rules without a first, without a second list */
    uint64_t *by_origin[ORIGIN_COUNT], *by_stage[STAGE_COUNT];
    uint64_t *found; /* a pair; when all is looked at, its first half is the candidates */
};

static unsigned bucket_of(const char *bytes)
{
    const unsigned char *b = (const unsigned char *)bytes;
    uint32_t gram = (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2];
    return gram * 0x9E3779B1u >> (32 - HASH_BITS);
}

static void set_bit(uint64_t *set, size_t bit)
{
    set[bit / 64] |= UINT64_C(1) << bit % 64;
}

static void collect_list(struct map *literals, const sv *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        map_add(literals, list[i], NULL);
}

/* Every literal once; the value is its number. */
static void collect(const struct patterns *patterns, struct map *literals)
{
    map_init(literals, sizeof(uint32_t));
    for (size_t i = 0; i < patterns->rule_count; i++) {
        collect_list(literals, patterns->rules[i].literals, patterns->rules[i].literal_count);
        collect_list(literals, patterns->rules[i].also, patterns->rules[i].also_count);
    }
    for (size_t i = 0; i < patterns->guard_count; i++)
        collect_list(literals, patterns->guards[i].literals, patterns->guards[i].literal_count);
}

/* The place of the triple that the fewest literals share. */
static size_t rarest_gram(sv text, const uint16_t *shared)
{
    size_t best = 0;
    for (size_t at = 1; at + GRAM <= text.len; at++)
        if (shared[bucket_of(text.ptr + at)] < shared[bucket_of(text.ptr + best)])
            best = at;
    return best;
}

/* Sorts the literals by bucket, and gives them their numbers in that order. */
static void file_literals(struct prefilter *prefilter, struct map *literals)
{
    size_t count = map_count(literals);
    uint16_t *shared = mem_zero(BUCKETS, sizeof *shared);
    uint16_t *next = mem_zero(BUCKETS + 1, sizeof *next);
    size_t *gram_at = mem_zero(count + 1, sizeof *gram_at);
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; at + GRAM <= map_key_at(literals, i).len; at++)
            shared[bucket_of(map_key_at(literals, i).ptr + at)]++;
    for (size_t i = 0; i < count; i++) {
        gram_at[i] = rarest_gram(map_key_at(literals, i), shared);
        prefilter->buckets[bucket_of(map_key_at(literals, i).ptr + gram_at[i]) + 1]++;
    }
    for (size_t i = 0; i < BUCKETS; i++)
        prefilter->buckets[i + 1] = (uint16_t)(prefilter->buckets[i] + prefilter->buckets[i + 1]);
    memcpy(next, prefilter->buckets, sizeof prefilter->buckets);
    for (size_t i = 0; i < count; i++) {
        sv text = map_key_at(literals, i);
        uint32_t number = next[bucket_of(text.ptr + gram_at[i])]++;
        *(uint32_t *)map_value_at(literals, i) = number;
        prefilter->literals[number] = (struct literal){text, gram_at[i]};
    }
    mem_free(shared);
    mem_free(next);
    mem_free(gram_at);
}

/* half 0: the first list of a rule or guard; 1: the second. */
static void file_list(struct prefilter *prefilter, const struct map *literals, const sv *list,
                      size_t count, size_t index, size_t half)
{
    if (!count)
        set_bit(prefilter->always + half * prefilter->words, index);
    for (size_t i = 0; i < count; i++) {
        const uint32_t *number = map_get(literals, list[i]);
        set_bit(prefilter->pairs + (*number * 2 + half) * prefilter->words, index);
        prefilter->literals[*number].text = list[i]; /* the map's own bytes go with the map */
    }
}

static void file_rule(struct prefilter *prefilter, const struct map *literals, size_t index)
{
    const struct rule *rule = &prefilter->patterns->rules[index];
    for (size_t i = 0; i < ORIGIN_COUNT; i++)
        if (!rule->origins || rule->origins >> i & 1)
            set_bit(prefilter->by_origin[i], index);
    for (size_t i = 0; i < STAGE_COUNT; i++)
        if (!rule->stages || rule->stages >> i & 1)
            set_bit(prefilter->by_stage[i], index);
    file_list(prefilter, literals, rule->literals, rule->literal_count, index, 0);
    file_list(prefilter, literals, rule->also, rule->also_count, index, 1);
}

static void file_guard(struct prefilter *prefilter, const struct map *literals, size_t number)
{
    const struct guard *guard = &prefilter->patterns->guards[number];
    size_t index = prefilter->patterns->rule_count + number;
    for (size_t i = 0; i < ORIGIN_COUNT; i++)
        set_bit(prefilter->by_origin[i], index);
    for (size_t i = 0; i < STAGE_COUNT; i++)
        set_bit(prefilter->by_stage[i], index);
    file_list(prefilter, literals, guard->literals, guard->literal_count, index, 0);
    file_list(prefilter, literals, NULL, 0, index, 1);
}

struct prefilter *prefilter_new(const struct patterns *patterns)
{
    struct prefilter *prefilter = mem_zero(1, sizeof *prefilter);
    struct map literals;
    prefilter->patterns = patterns;
    prefilter->words = (patterns->rule_count + patterns->guard_count) / 64 + 1;
    collect(patterns, &literals);
    size_t count = map_count(&literals);
    prefilter->literals = mem_zero(count + 1, sizeof *prefilter->literals);
    prefilter->pairs = mem_zero((count + 1) * 2 * prefilter->words, sizeof(uint64_t));
    prefilter->always = mem_zero(2 * prefilter->words, sizeof(uint64_t));
    prefilter->found = mem_zero(2 * prefilter->words, sizeof(uint64_t));
    for (size_t i = 0; i < ORIGIN_COUNT; i++)
        prefilter->by_origin[i] = mem_zero(prefilter->words, sizeof(uint64_t));
    for (size_t i = 0; i < STAGE_COUNT; i++)
        prefilter->by_stage[i] = mem_zero(prefilter->words, sizeof(uint64_t));
    file_literals(prefilter, &literals);
    for (size_t i = 0; i < patterns->rule_count; i++)
        file_rule(prefilter, &literals, i);
    for (size_t i = 0; i < patterns->guard_count; i++)
        file_guard(prefilter, &literals, i);
    map_release(&literals);
    return prefilter;
}

void prefilter_free(struct prefilter *prefilter)
{
    if (!prefilter)
        return;
    for (size_t i = 0; i < ORIGIN_COUNT; i++)
        mem_free(prefilter->by_origin[i]);
    for (size_t i = 0; i < STAGE_COUNT; i++)
        mem_free(prefilter->by_stage[i]);
    mem_free(prefilter->literals);
    mem_free(prefilter->pairs);
    mem_free(prefilter->always);
    mem_free(prefilter->found);
    mem_free(prefilter);
}

static bool stands_at(const struct literal *literal, sv shape, size_t gram_at)
{
    if (gram_at < literal->gram_at)
        return false;
    size_t from = gram_at - literal->gram_at;
    return literal->text.len <= shape.len - from &&
           memcmp(shape.ptr + from, literal->text.ptr, literal->text.len) == 0;
}

void prefilter_ask(struct prefilter *prefilter, const struct question *question)
{
    sv shape = question->shape;
    uint64_t *found = prefilter->found;
    size_t words = prefilter->words;
    memcpy(found, prefilter->always, 2 * words * sizeof *found);
    for (size_t at = 0; at + GRAM <= shape.len; at++) {
        const uint16_t *bucket = prefilter->buckets + bucket_of(shape.ptr + at);
        for (size_t i = bucket[0]; i < bucket[1]; i++) {
            if (!stands_at(&prefilter->literals[i], shape, at))
                continue;
            const uint64_t *pair = prefilter->pairs + i * 2 * words;
            for (size_t word = 0; word < 2 * words; word++)
                found[word] |= pair[word];
        }
    }
    const uint64_t *origin = prefilter->by_origin[question->origin];
    const uint64_t *stage = prefilter->by_stage[question->stage];
    for (size_t word = 0; word < words; word++)
        found[word] &= found[words + word] & origin[word] & stage[word];
}

size_t prefilter_next(const struct prefilter *prefilter, size_t from)
{
    size_t count = prefilter->patterns->rule_count;
    for (size_t word = from / 64; from < count && word < prefilter->words; word++) {
        uint64_t bits = prefilter->found[word];
        if (word == from / 64)
            bits &= ~UINT64_C(0) << from % 64;
        if (bits) {
            size_t next = word * 64 + (size_t)__builtin_ctzll(bits);
            return next < count ? next : count;
        }
    }
    return count;
}

bool prefilter_guard(const struct prefilter *prefilter, size_t guard)
{
    size_t bit = prefilter->patterns->rule_count + guard - 1;
    return guard && prefilter->found[bit / 64] >> bit % 64 & 1;
}
