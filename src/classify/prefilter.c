#include "prefilter.h"

#include "bouncelog/base/map.h"
#include "bouncelog/base/mem.h"

enum { GRAM = LITERAL_MIN, HASH_BITS = 13, BUCKETS = 1 << HASH_BITS };

struct literal {
    sv text;
    size_t gram_at; /* where in the text the bytes are that it is filed under */
};

struct prefilter {
    const struct patterns *patterns;
    size_t words;             /* of a set of rules */
    struct literal *literals; /* by bucket */
    uint64_t *literal_rules;  /* one set for each literal */
    uint16_t buckets[BUCKETS + 1];
    uint64_t *always; /* rules without a literal */
    uint64_t *by_origin[ORIGIN_COUNT], *by_stage[STAGE_COUNT];
    uint64_t *candidates;
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

/* Every literal once; the value is its number. */
static void collect(const struct patterns *patterns, struct map *literals)
{
    map_init(literals, sizeof(uint32_t));
    for (size_t i = 0; i < patterns->rule_count; i++)
        for (size_t j = 0; j < patterns->rules[i].literal_count; j++)
            map_add(literals, patterns->rules[i].literals[j], NULL);
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

static void file_rule(struct prefilter *prefilter, const struct map *literals, size_t index)
{
    const struct rule *rule = &prefilter->patterns->rules[index];
    for (size_t i = 0; i < ORIGIN_COUNT; i++)
        if (!rule->origins || rule->origins >> i & 1)
            set_bit(prefilter->by_origin[i], index);
    for (size_t i = 0; i < STAGE_COUNT; i++)
        if (!rule->stages || rule->stages >> i & 1)
            set_bit(prefilter->by_stage[i], index);
    if (!rule->literal_count)
        set_bit(prefilter->always, index);
    for (size_t i = 0; i < rule->literal_count; i++) {
        const uint32_t *number = map_get(literals, rule->literals[i]);
        set_bit(prefilter->literal_rules + *number * prefilter->words, index);
        /* the rule's own bytes: those of the map go with it */
        prefilter->literals[*number].text = rule->literals[i];
    }
}

struct prefilter *prefilter_new(const struct patterns *patterns)
{
    struct prefilter *prefilter = mem_zero(1, sizeof *prefilter);
    struct map literals;
    prefilter->patterns = patterns;
    prefilter->words = (patterns->rule_count + 63) / 64 + 1;
    collect(patterns, &literals);
    size_t count = map_count(&literals);
    prefilter->literals = mem_zero(count + 1, sizeof *prefilter->literals);
    prefilter->literal_rules = mem_zero((count + 1) * prefilter->words, sizeof(uint64_t));
    prefilter->always = mem_zero(prefilter->words, sizeof(uint64_t));
    prefilter->candidates = mem_zero(prefilter->words, sizeof(uint64_t));
    for (size_t i = 0; i < ORIGIN_COUNT; i++)
        prefilter->by_origin[i] = mem_zero(prefilter->words, sizeof(uint64_t));
    for (size_t i = 0; i < STAGE_COUNT; i++)
        prefilter->by_stage[i] = mem_zero(prefilter->words, sizeof(uint64_t));
    file_literals(prefilter, &literals);
    for (size_t i = 0; i < patterns->rule_count; i++)
        file_rule(prefilter, &literals, i);
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
    mem_free(prefilter->literal_rules);
    mem_free(prefilter->always);
    mem_free(prefilter->candidates);
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
    uint64_t *candidates = prefilter->candidates;
    memcpy(candidates, prefilter->always, prefilter->words * sizeof *candidates);
    for (size_t at = 0; at + GRAM <= shape.len; at++) {
        const uint16_t *bucket = prefilter->buckets + bucket_of(shape.ptr + at);
        for (size_t i = bucket[0]; i < bucket[1]; i++) {
            if (!stands_at(&prefilter->literals[i], shape, at))
                continue;
            const uint64_t *rules = prefilter->literal_rules + i * prefilter->words;
            for (size_t word = 0; word < prefilter->words; word++)
                candidates[word] |= rules[word];
        }
    }
    const uint64_t *origin = prefilter->by_origin[question->origin];
    const uint64_t *stage = prefilter->by_stage[question->stage];
    for (size_t word = 0; word < prefilter->words; word++)
        candidates[word] &= origin[word] & stage[word];
}

size_t prefilter_next(const struct prefilter *prefilter, size_t from)
{
    size_t count = prefilter->patterns->rule_count;
    for (size_t word = from / 64; from < count && word < prefilter->words; word++) {
        uint64_t bits = prefilter->candidates[word];
        if (word == from / 64)
            bits &= ~UINT64_C(0) << from % 64;
        if (bits) {
            size_t found = word * 64 + (size_t)__builtin_ctzll(bits);
            return found < count ? found : count;
        }
    }
    return count;
}
