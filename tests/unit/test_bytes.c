/* bytes: vectors against the obvious definition, at every length around theirs. The bytes lie at
 * the end of memory of their own, so that sanitizers see who reads on. */
#include <stdlib.h>

#include "bouncelog/base/bytes.h"
#include "random.h"
#include "testing.h"

enum { LENGTHS = 70, TURNS = 40 };

/* Of a few letters, so that each is found often, and some x behind them; freed by the caller. */
static char *random_and_more(uint64_t *seed, size_t len, size_t more, const char *letters)
{
    uint32_t count = (uint32_t)strlen(letters);
    char *bytes = malloc(len + more + 1); /* one is enough for malloc, and is never read */
    for (size_t i = 0; i < len + more; i++)
        bytes[i] = i < len ? letters[random_below(seed, count)] : 'x';
    return bytes;
}

static char *random_bytes(uint64_t *seed, size_t len, const char *letters)
{
    return random_and_more(seed, len, 0, letters);
}

static size_t first_of(sv v, const char *set)
{
    for (size_t i = 0; i < v.len; i++)
        if (strchr(set, v.ptr[i]))
            return i;
    return v.len;
}

static size_t last_of(sv v, char c)
{
    for (size_t i = v.len; i-- > 0;)
        if (v.ptr[i] == c)
            return i;
    return v.len;
}

static void check_searches(sv v)
{
    struct bytes_two two = bytes_two_of('a', 'b');
    expect_int(bytes_either(v, 'a', 'b'), first_of(v, "ab"), v);
    expect_int(bytes_either_of(v, &two), first_of(v, "ab"), v);
    expect_int(bytes_blank_or(v, 'b'), first_of(v, " \tb"), v);
    expect_int(bytes_last(v, 'a'), last_of(v, 'a'), v);
    expect_int(bytes_printable(v), first_of(v, "\t\x7F\xE9"), v);
    expect_int(sv_find_byte(v, 'a'), v.len && first_of(v, "a") < v.len ? first_of(v, "a") : SV_NPOS,
               v);
    expect_int(sv_rfind_byte(v, 'a'), v.len && last_of(v, 'a') < v.len ? last_of(v, 'a') : SV_NPOS,
               v);
}

static void test_searches(void **state)
{
    static const char *const letters[] = {"a", "b", "xxxxxxxxxxxxxxxxxxxxa",
                                          "xxxxxxxxxxxxxxxxxxb \t\x7F\xE9", "x"};
    uint64_t seed = 1;
    (void)state;
    for (size_t len = 0; len < LENGTHS; len++)
        for (size_t turn = 0; turn < TURNS; turn++) {
            char *bytes = random_bytes(&seed, len, letters[turn % COUNT_OF(letters)]);
            check_searches(sv_make(bytes, len));
            free(bytes);
        }
}

static void test_equal(void **state)
{
    uint64_t seed = 2;
    (void)state;
    for (size_t len = 0; len < LENGTHS; len++)
        for (size_t other = len; other < len + 2; other++) {
            char *a = random_bytes(&seed, len, "xyz"), *b = malloc(other + 1);
            memcpy(b, a, len);
            b[len] = 'x';
            expect_int(sv_eq(sv_make(a, len), sv_make(b, other)), len == other, sv_make(a, len));
            for (size_t i = 0; i < len && len == other; i++) { /* each byte counts */
                b[i] ^= 1;
                expect_int(sv_eq(sv_make(a, len), sv_make(b, len)), 0, sv_make(b, len));
                b[i] ^= 1;
            }
            free(a);
            free(b);
        }
}

static void test_lower(void **state)
{
    uint64_t seed = 3;
    (void)state;
    for (size_t len = 0; len < LENGTHS; len++)
        for (size_t turn = 0; turn < TURNS; turn++) {
            const char *letters = turn % 2 ? "aZAz@[`{" : "aZAz@[`{aZAz@[`{aZAz@[`{aZAz@[`{\xC9";
            char *bytes = random_bytes(&seed, len, letters), *lower = malloc(len + 1);
            bool ascii = bytes_lower(lower, sv_make(bytes, len));
            expect_int(ascii, !len || !memchr(bytes, '\xC9', len), sv_make(bytes, len));
            for (size_t i = 0; i < len; i++)
                assert_int_equal(lower[i], to_lower(bytes[i]));
            free(bytes);
            free(lower);
        }
}

static void test_bits(void **state)
{
    char bytes[16 + BYTES_SLACK];
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++)
        for (unsigned place = 0; place < 16; place++) {
            char c = (char)byte;
            unsigned bit = 1u << place;
            memset(bytes, '\n', sizeof bytes);
            bytes[place] = c;
            bool upper = c >= 'A' && c <= 'Z';
            if (c != '\n')
                assert_int_equal(bytes_bits16(bytes, c), bit);
            assert_int_equal(bytes_upper_bits16(bytes), upper ? bit : 0);
            assert_int_equal(bytes_letter_bits16(bytes), is_alpha(c) ? bit : 0);
            assert_int_equal(bytes_digit_bits16(bytes), is_digit(c) ? bit : 0);
            assert_int_equal(bytes_first_padded(sv_make(bytes, 16), c), c == '\n' ? 0 : place);
            assert_int_equal(bytes_first_padded(sv_make(bytes, place), c), c == '\n' ? 0 : place);
        }
}

/* Of lengths around a block of 64 and around what is looked at in one go. */
static void test_newlines(void **state)
{
    static const char *const letters[] = {"\n", "x\n",
                                          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", "x"};
    static const size_t around[] = {0, 64, 128, NEWLINES_AHEAD, 2 * NEWLINES_AHEAD};
    uint64_t seed = 4;
    struct newlines newlines;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(around); i++)
        for (size_t len = around[i] > 3 ? around[i] - 3 : 0; len <= around[i] + 3; len++)
            for (size_t turn = 0; turn < COUNT_OF(letters); turn++) {
                char *bytes = random_and_more(&seed, len, 63, letters[turn]);
                newlines_begin(&newlines, sv_make(bytes, len));
                for (size_t at = 0; at < len; at++)
                    if (bytes[at] == '\n')
                        assert_ptr_equal(newlines_next(&newlines), bytes + at);
                for (int again = 0; again < 2; again++)
                    expect_int(newlines_next(&newlines) - sv_make(bytes, len).ptr, len, SV_EMPTY);
                free(bytes);
            }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_searches), cmocka_unit_test(test_equal),
        cmocka_unit_test(test_lower),    cmocka_unit_test(test_bits),
        cmocka_unit_test(test_newlines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
