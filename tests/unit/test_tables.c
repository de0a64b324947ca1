/* arena, map, hash and fpset: what the counters stand on, past every growth. */
#include <stdlib.h>
#include <time.h>

#include "bouncelog/base/arena.h"
#include "bouncelog/base/chains.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/map.h"
#include "testing.h"

static void test_arena(void **state)
{
    enum { PIECES = 3000 };
    static char *pieces[PIECES];
    struct arena arena = {0};
    uint32_t seed = 7;
    (void)state;
    for (int round = 0; round < 3; round++) {
        uint32_t start = seed;
        for (size_t i = 0; i < PIECES; i++) {
            size_t size = next_random(&seed) % 200 + 1;
            pieces[i] = arena_alloc(&arena, size);
            assert_int_equal((uintptr_t)pieces[i] % 8, 0);
            memset(pieces[i], (int)(i % 251), size);
        }
        /* One larger than any block, and what follows it. */
        char *large = arena_alloc(&arena, 300000);
        memset(large, 0xEE, 300000);
        sv copy = arena_copy(&arena, SV("copy"));
        expect_sv(copy, SV("copy"), SV_EMPTY);
        assert_string_equal(arena_cstr(&arena, SV("a text")), "a text");
        assert_string_equal(arena_cstr(&arena, SV_EMPTY), "");
        seed = start; /* nothing moved, nothing overlaps */
        for (size_t i = 0; i < PIECES; i++) {
            size_t size = next_random(&seed) % 200 + 1;
            for (size_t at = 0; at < size; at++)
                assert_int_equal((unsigned char)pieces[i][at], i % 251);
        }
        assert_true(arena.total >= 300000);
        arena_clear(&arena);
        assert_true(arena.total <= 64 * 1024); /* the first block alone is kept */
        assert_int_equal(arena.used, 0);
    }
    expect_sv(arena_copy(&arena, (sv){NULL, 0}), SV_EMPTY, SV_EMPTY);
    assert_non_null(arena_alloc(&arena, 0));
    arena_release(&arena);
    assert_int_equal(arena.total, 0);
    arena_release(&arena); /* once more does no harm */
    arena_clear(&arena);
}

static void test_buf(void **state)
{
    struct buf buf = {0};
    char want[2048];
    (void)state;
    assert_string_equal(buf_cstr(&buf), "");
    buf_add(&buf, (sv){NULL, 0});
    buf_add_u64(&buf, 0);
    buf_add_u64(&buf, UINT64_MAX);
    buf_add_byte(&buf, ' ');
    memset(want, 'x', 1000);
    want[1000] = 0;
    buf_printf(&buf, "[%s]", want); /* more than what printf finds room for at first */
    assert_int_equal(buf.len, 1 + 20 + 1 + 1002);
    expect_sv(sv_sub(buf_sv(&buf), 0, 24), SV("018446744073709551615 [x"), SV_EMPTY);
    assert_int_equal(buf_cstr(&buf)[buf.len - 1], ']');
    for (size_t size = 1; size < 300; size++) { /* every way to hit the end of what is reserved */
        struct buf exact = {0};
        buf_reserve(&exact, size);
        size_t fill = exact.cap - (exact.cap > size ? size : 0);
        memset(exact.ptr, 'y', fill);
        exact.len = fill;
        buf_printf(&exact, "%.*s", (int)size, want);
        assert_int_equal(exact.len, fill + size);
        expect_sv(sv_skip(buf_sv(&exact), fill), sv_make(want, size), SV_EMPTY);
        buf_release(&exact);
    }
    buf_release(&buf);
    assert_int_equal(buf.len, 0);
}

static sv key_of(size_t i, char *bytes, size_t size)
{
    /* Some keys are prefixes of others, one is empty, some hold a NUL. */
    int n = i ? snprintf(bytes, size, "%c%zu", i % 3 ? 'k' : 0, i) : 0;
    return sv_make(bytes, (size_t)n);
}

static void test_map(void **state)
{
    enum { KEYS = 20000 };
    struct map map;
    char bytes[32];
    bool added;
    static uint64_t *values[KEYS];
    (void)state;
    map_init(&map, sizeof(uint64_t));
    assert_null(map_get(&map, SV("k1")));
    assert_false(map_has_hash(&map, hash_bytes(SV("k1"))));
    map_prefetch(&map, 1); /* a hint on an empty map is none */
    for (size_t i = 0; i < KEYS; i++) {
        sv key = key_of(i, bytes, sizeof bytes);
        assert_null(map_get(&map, key));
        values[i] = map_add(&map, key, &added);
        assert_true(added);
        assert_int_equal(*values[i], 0);
        *values[i] = i;
        assert_int_equal(map_count(&map), i + 1);
    }
    for (size_t i = 0; i < KEYS; i++) {
        sv key = key_of(i, bytes, sizeof bytes);
        assert_ptr_equal(map_get(&map, key), values[i]); /* it did not move */
        assert_ptr_equal(map_add(&map, key, &added), values[i]);
        assert_false(added);
        assert_ptr_equal(map_add(&map, key, NULL), values[i]);
        assert_ptr_equal(map_add_hashed(&map, key, hash_bytes(key), NULL), values[i]);
        assert_true(map_has_hash(&map, hash_bytes(key)));
        expect_sv(map_key_at(&map, i), key, key); /* in the order of first addition */
        assert_ptr_equal(map_value_at(&map, i), values[i]);
        assert_int_equal(*values[i], i);
    }
    assert_int_equal(map_count(&map), KEYS);
    assert_null(map_get(&map, SV("k")));
    assert_null(map_get(&map, SV("k20000")));
    assert_false(map_has_hash(&map, hash_bytes(SV("k20000"))));
    map_release(&map);
    assert_int_equal(map_count(&map), 0);
    assert_null(map_get(&map, SV("k1")));
    assert_int_equal(*(uint64_t *)map_add(&map, SV("k1"), &added), 0); /* usable again */
    assert_true(added);
    map_release(&map);
}

/* Keys that share a hash are told apart by their bytes, and stay findable past a growth. */
static void test_map_collisions(void **state)
{
    struct map map;
    char bytes[32];
    bool added;
    (void)state;
    map_init(&map, sizeof(uint64_t));
    for (size_t i = 1; i <= 300; i++) {
        uint64_t *value = map_add_hashed(&map, key_of(i, bytes, sizeof bytes), 63, &added);
        assert_true(added);
        *value = i;
    }
    for (size_t i = 1; i <= 300; i++) {
        uint64_t *value = map_add_hashed(&map, key_of(i, bytes, sizeof bytes), 63, &added);
        assert_false(added);
        assert_int_equal(*value, i);
    }
    assert_true(map_has_hash(&map, 63));
    assert_false(map_has_hash(&map, 62));
    assert_false(map_has_hash(&map, 63 + 1024));
    map_release(&map);
}

/* Whether a hash is there is told by a byte of it first: of a million that have few such bytes,
 * each is found at each size of the table, and none that was not added. */
static void test_map_absent(void **state)
{
    enum { COUNT = 3000, ASKED = 300 };
    (void)state;
    for (uint64_t top = 0; top < 3; top++) {
        struct map map;
        char bytes[32];
        map_init(&map, sizeof(char));
        for (size_t i = 0; i < COUNT; i++) {
            uint64_t hash = (top * i % 3) << 56 | (hash_mix(i, top) >> 8);
            map_add_hashed(&map, key_of(i, bytes, sizeof bytes), hash, NULL);
            size_t first = i > ASKED ? i - ASKED : 0;
            for (size_t j = first; j < i + ASKED; j++) {
                uint64_t asked = (top * j % 3) << 56 | (hash_mix(j, top) >> 8);
                assert_int_equal(map_has_hash(&map, asked), j <= i);
                assert_int_equal(map_by_hash(&map, asked) != NULL, j <= i);
            }
        }
        map_release(&map);
    }
}

static void test_hash(void **state)
{
    char upper[2000], lower[2000];
    (void)state;
    for (size_t i = 0; i < sizeof upper; i++) {
        upper[i] = (char)(i % 3 ? 'A' + i % 26 : i % 200 + 56);
        lower[i] = to_lower(upper[i]);
    }
    for (size_t n = 0; n < sizeof upper; n++) {
        uint64_t folded = hash_nocase(sv_make(upper, n));
        if (folded != hash_bytes(sv_make(lower, n)) || folded != hash_nocase(sv_make(lower, n)))
            fail_msg("%zu bytes", n);
    }
    /* Fixed: summaries and histories of different machines must agree. (xxhsum -H3) */
    assert_true(hash_bytes(SV("")) == 0x2D06800538D394C2u);
    assert_true(hash_bytes((sv){NULL, 0}) == hash_bytes(SV("")));
    assert_true(hash_bytes(SV("a")) != hash_bytes(SV("b")));
    assert_true(hash_mix(1, 2) != hash_mix(2, 1));
    assert_true(hash_mix(1, 2) == hash_mix(1, 2));
}

static void sum_flags(void *context, uint64_t fingerprint, unsigned flags)
{
    uint64_t *sums = context;
    assert_int_equal(fingerprint % 32, 0);
    sums[0]++;
    sums[1] += flags;
    sums[2] += fingerprint / 32;
}

static void test_fpset(void **state)
{
    enum { COUNT = 5000 };
    struct fpset set = {0};
    uint64_t sums[3] = {0}, flags_wanted = 0, fps_wanted = 0;
    size_t counts[FPSET_FLAG_SETS], counts_wanted[FPSET_FLAG_SETS] = {0};
    (void)state;
    fpset_count(&set, counts);
    assert_memory_equal(counts, counts_wanted, sizeof counts);
    assert_int_equal(fpset_get(&set, 32), FPSET_NEW);
    fpset_prefetch(&set, 32);
    fpset_each(&set, sum_flags, sums);
    assert_int_equal(sums[0], 0);
    for (uint64_t i = 0; i < COUNT; i++) { /* 0 is a fingerprint like any other */
        uint64_t fp = i * 32;
        assert_int_equal(fpset_add(&set, fp, (unsigned)(i % 16)), FPSET_NEW);
        assert_int_equal(fpset_get(&set, fp), i % 16);
        flags_wanted += i % 16 | 8;
        counts_wanted[i % 16 | 8]++;
        fps_wanted += i;
    }
    for (uint64_t i = 0; i < COUNT; i++) {
        assert_int_equal(fpset_add(&set, i * 32, 8), i % 16);
        assert_int_equal(fpset_add(&set, i * 32, 0), i % 16 | 8); /* flags are only ever set */
    }
    assert_int_equal(set.count, COUNT);
    assert_int_equal(fpset_get(&set, COUNT * 32), FPSET_NEW);
    fpset_each(&set, sum_flags, sums);
    assert_int_equal(sums[0], COUNT);
    assert_int_equal(sums[1], flags_wanted);
    assert_int_equal(sums[2], fps_wanted);
    fpset_count(&set, counts);
    assert_memory_equal(counts, counts_wanted, sizeof counts);
    fpset_release(&set);
    assert_int_equal(fpset_get(&set, 0), FPSET_NEW);
}

/* Fingerprints that somebody chose: alike in all but their highest bits, or in all but the middle
 * ones. One that finds all others in its way would take minutes. */
static void test_floods(void **state)
{
    enum { MANY = 300000, SECONDS_MAX = 20 };
    (void)state;
    for (int shift = 20; shift <= 40; shift += 20) {
        struct map map;
        struct fpset set = {0};
        clock_t start = clock();
        map_init(&map, 8);
        for (uint64_t i = 1; i <= MANY; i++) {
            bool added;
            map_add_hashed(&map, sv_make((const char *)&i, sizeof i), i << shift, &added);
            assert_true(added);
            assert_int_equal(fpset_add(&set, i << shift, 0), FPSET_NEW);
        }
        for (uint64_t i = 1; i <= MANY; i++)
            assert_true(map_has_hash(&map, i << shift) && fpset_get(&set, i << shift) == 0);
        assert_true(clock() - start < (clock_t)SECONDS_MAX * CLOCKS_PER_SEC);
        map_release(&map);
        fpset_release(&set);
    }
}

/* Where things stand is a secret; what is there, and in which order it came, is not. */
static void test_scatter(void **state)
{
    (void)state;
    uint64_t before = hash_factor;
    for (uint64_t secret = 0; secret < 100; secret++) {
        struct map map;
        struct fpset set = {0};
        hash_scatter(secret * UINT64_C(0xD6E8FEB86659FD93));
        map_init(&map, sizeof(uint64_t));
        for (uint64_t i = 0; i < 1000; i++) {
            *(uint64_t *)map_add(&map, sv_make((const char *)&i, sizeof i), NULL) = i;
            (void)fpset_add(&set, hash_mix(i, i), i % 4);
        }
        for (uint64_t i = 0; i < 1000; i++) {
            assert_true(*(uint64_t *)map_value_at(&map, i) == i);
            assert_int_equal(fpset_get(&set, hash_mix(i, i)), i % 4);
        }
        assert_int_equal(set.count, 1000);
        map_release(&map);
        fpset_release(&set);
    }
    hash_factor = before;
}

static void test_chains(void **state)
{
    enum { THINGS = 3000, SAME = 3 };
    static struct chain things[THINGS];
    struct chains chains = {0};
    (void)state;
    assert_null(chains_find(&chains, 1));
    for (size_t i = 0; i < THINGS; i++) {
        things[i].key = i / SAME;
        chains_add(&chains, &things[i]);
        assert_ptr_equal(chains_find(&chains, i / SAME), &things[i]);
    }
    assert_int_equal(chains.count, THINGS);
    assert_null(chains_find(&chains, THINGS / SAME));
    for (size_t i = 0; i < THINGS; i += SAME) { /* one of three, wherever it stands */
        chains_remove(&chains, &things[i + i / SAME % SAME]);
        assert_non_null(chains_find(&chains, i / SAME));
    }
    for (size_t i = 0; i < THINGS; i += SAME) {
        for (size_t left = 1; left < SAME; left++)
            chains_remove(&chains, chains_find(&chains, i / SAME));
        assert_null(chains_find(&chains, i / SAME));
    }
    assert_int_equal(chains.count, 0);
    chains_release(&chains);
}

static int by_number(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* Queue ids count up, in some of their characters at a time: any three of them, in all ways. */
static void test_ids(void **state)
{
    static const char digits[] = "0123456789ABCDEF";
    static uint64_t hashes[16 * 16 * 16];
    (void)state;
    for (size_t len = 8; len <= 16; len++)
        for (size_t i = 0; i < len; i++)
            for (size_t j = i + 1; j < len; j++)
                for (size_t k = j + 1; k < len; k++) {
                    char id[] = "4Xy1Zq2abcDEF012";
                    for (size_t n = 0; n < COUNT_OF(hashes); n++) {
                        id[i] = digits[n & 15];
                        id[j] = digits[n >> 4 & 15];
                        id[k] = digits[n >> 8 & 15];
                        hashes[n] = hash_id(sv_make(id, len));
                    }
                    qsort(hashes, COUNT_OF(hashes), sizeof *hashes, by_number);
                    for (size_t n = 1; n < COUNT_OF(hashes); n++)
                        assert_true(hashes[n] != hashes[n - 1]);
                }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena),      cmocka_unit_test(test_buf),
        cmocka_unit_test(test_map),        cmocka_unit_test(test_map_collisions),
        cmocka_unit_test(test_map_absent), cmocka_unit_test(test_hash),
        cmocka_unit_test(test_fpset),      cmocka_unit_test(test_floods),
        cmocka_unit_test(test_scatter),    cmocka_unit_test(test_chains),
        cmocka_unit_test(test_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
