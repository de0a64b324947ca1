/* sv: views at their edges, where nothing, everything or only the last byte matches. */
#include "testing.h"

static const sv zeroed; /* as in a struct that was never filled */

static void test_find(void **state)
{
    static const struct {
        sv v, needle;
        size_t first, last;
    } rows[] = {
        {SV("abcabc"), SV("abc"), 0, 3},
        {SV("abcabc"), SV("bc"), 1, 4},
        {SV("abcabc"), SV("c"), 2, 5},
        {SV("abcabc"), SV("abcabc"), 0, 0},
        {SV("abcabc"), SV("abcabcd"), SV_NPOS, SV_NPOS},
        {SV("abcabc"), SV("ac"), SV_NPOS, SV_NPOS},
        {SV("aab"), SV("ab"), 1, 1},
        {SV("aaab"), SV("aab"), 1, 1},
        {SV("ababac"), SV("abac"), 2, 2},
        {SV("aaaa"), SV("aa"), 0, 2},
        {SV("x\0y\0z"), SV("\0"), 1, 3},
        {SV("x\0y\0z"), SV("\0z"), 3, 3},
        {SV("\xFF\xFE\xFF"), SV("\xFE\xFF"), 1, 1},
        {SV("abc"), SV(""), 0, 3},
        {SV(""), SV(""), 0, 0},
        {SV(""), SV("a"), SV_NPOS, SV_NPOS},
        {{NULL, 0}, SV("a"), SV_NPOS, SV_NPOS},
        {{NULL, 0}, {NULL, 0}, 0, 0},
        {SV("abc"), {NULL, 0}, 0, 3},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        expect_int(sv_find(rows[i].v, rows[i].needle), rows[i].first, rows[i].needle);
        expect_int(sv_rfind(rows[i].v, rows[i].needle), rows[i].last, rows[i].needle);
        if (rows[i].needle.len != 1)
            continue;
        expect_int(sv_find_byte(rows[i].v, rows[i].needle.ptr[0]), rows[i].first, rows[i].v);
        expect_int(sv_rfind_byte(rows[i].v, rows[i].needle.ptr[0]), rows[i].last, rows[i].v);
    }
}

/* Every needle of every haystack over a small alphabet, against the obvious definition. */
static void test_find_exhaustively(void **state)
{
    (void)state;
    for (unsigned word = 0; word < 1u << 10; word++) {
        char letters[10];
        for (size_t i = 0; i < sizeof letters; i++)
            letters[i] = (char)('a' + (word >> i & 1));
        for (size_t n = 1; n <= 4; n++) {
            sv v = {letters, 6}, needle = {letters + 6, n};
            size_t first = SV_NPOS, last = SV_NPOS;
            for (size_t at = 0; at + n <= v.len; at++)
                if (memcmp(v.ptr + at, needle.ptr, n) == 0) {
                    first = first == SV_NPOS ? at : first;
                    last = at;
                }
            expect_int(sv_find(v, needle), first, v);
            expect_int(sv_rfind(v, needle), last, v);
        }
    }
}

static void test_parts(void **state)
{
    sv v = SV("abcdef"), rest;
    (void)state;
    expect_sv(sv_sub(v, 1, 3), SV("bc"), v);
    expect_sv(sv_sub(v, 0, 99), v, v);
    expect_sv(sv_sub(v, 6, 6), SV_EMPTY, v);
    expect_sv(sv_sub(v, 7, 99), SV_EMPTY, v);
    expect_sv(sv_sub(v, 3, 1), SV_EMPTY, v);
    expect_sv(sv_sub(v, 2, SV_NPOS), SV("cdef"), v);
    expect_sv(sv_sub(zeroed, 0, 1), SV_EMPTY, v);
    expect_sv(sv_skip(v, 6), SV_EMPTY, v);
    expect_sv(sv_skip(v, SV_NPOS), SV_EMPTY, v);
    assert_non_null(sv_skip(zeroed, 0).ptr);
    assert_non_null(sv_make(NULL, 0).ptr);

    static const struct {
        sv v, head, rest;
    } cuts[] = {
        {SV("a,b,c"), SV("a"), SV("b,c")}, {SV("abc"), SV("abc"), SV("")},
        {SV(",b"), SV(""), SV("b")},       {SV("a,"), SV("a"), SV("")},
        {SV(","), SV(""), SV("")},         {SV(""), SV(""), SV("")},
        {{NULL, 0}, SV(""), SV("")},
    };
    for (size_t i = 0; i < COUNT_OF(cuts); i++) {
        rest = SV("stale");
        expect_sv(sv_cut(cuts[i].v, ',', &rest), cuts[i].head, cuts[i].v);
        expect_sv(rest, cuts[i].rest, cuts[i].v);
    }
    rest = SV("a,b"); /* in place, as loops do it */
    expect_sv(sv_cut(rest, ',', &rest), SV("a"), v);
    expect_sv(rest, SV("b"), v);

    expect_sv(sv_trim(SV(" \t\r x y\r\t ")), SV("x y"), v);
    expect_sv(sv_trim(SV("\n x\n")), SV("\n x\n"), v); /* lines are cut elsewhere */
    expect_sv(sv_trim(SV(" \r\t")), SV_EMPTY, v);
    expect_sv(sv_trim(zeroed), SV_EMPTY, v);
}

static void test_compare(void **state)
{
    static const struct {
        sv a, b;
        int order;
        bool nocase;
    } rows[] = {
        {SV(""), SV(""), 0, true},
        {{NULL, 0}, SV(""), 0, true},
        {SV(""), SV("a"), -1, false},
        {SV("a"), SV("b"), -1, false},
        {SV("a"), SV("aa"), -1, false},
        {SV("b"), SV("aa"), 1, false},
        {SV("A"), SV("a"), -1, true},
        {SV("Z"), SV("a"), -1, false},
        {SV("@"), SV("`"), -1, false}, /* beside the letters: 32 apart, but no letters */
        {SV("["), SV("{"), -1, false},
        {SV("\x7F"), SV("\x80"), -1, false}, /* bytes have no sign */
        {SV("a\0b"), SV("a\0c"), -1, false},
        {SV("\xC3\x84"), SV("\xC3\xA4"), -1, false}, /* folding is ASCII's */
        {SV("Joe@Example.COM"), SV("joe@example.com"), -1, true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        sv a = rows[i].a, b = rows[i].b;
        int order = sv_cmp(a, b), back = sv_cmp(b, a);
        expect_int((order > 0) - (order < 0), rows[i].order, a);
        expect_int((back > 0) - (back < 0), -rows[i].order, a);
        expect_int(sv_eq(a, b), rows[i].order == 0, a);
        expect_int(sv_eq_nocase(a, b), rows[i].nocase, a);
        expect_int(sv_eq_nocase(b, a), rows[i].nocase, a);
    }
}

static void test_starts_and_ends(void **state)
{
    static const struct {
        sv v, part;
        bool starts, ends, starts_nocase, ends_nocase;
    } rows[] = {
        {SV("abcab"), SV("ab"), true, true, true, true},
        {SV("abcab"), SV("AB"), false, false, true, true},
        {SV("abcab"), SV("abcab"), true, true, true, true},
        {SV("abcab"), SV("abcabc"), false, false, false, false},
        {SV("abc"), SV("bc"), false, true, false, true},
        {SV("abc"), SV(""), true, true, true, true},
        {SV(""), SV(""), true, true, true, true},
        {SV(""), SV("a"), false, false, false, false},
        {{NULL, 0}, {NULL, 0}, true, true, true, true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        sv v = rows[i].v, part = rows[i].part;
        expect_int(sv_starts(v, part), rows[i].starts, v);
        expect_int(sv_ends(v, part), rows[i].ends, v);
        expect_int(sv_starts_nocase(v, part), rows[i].starts_nocase, v);
        expect_int(sv_ends_nocase(v, part), rows[i].ends_nocase, v);
    }
}

static void test_to_u64(void **state)
{
    static const struct {
        sv v;
        bool valid;
        uint64_t n;
    } rows[] = {
        {SV("0"), true, 0},
        {SV("007"), true, 7},
        {SV("18446744073709551615"), true, UINT64_MAX},
        {SV("18446744073709551616"), false, 0},
        {SV("18446744073709551620"), false, 0},
        {SV("99999999999999999999"), false, 0},
        {SV("00000000000000000000000001"), true, 1},
        {SV(""), false, 0},
        {{NULL, 0}, false, 0},
        {SV("+1"), false, 0},
        {SV("-1"), false, 0},
        {SV(" 1"), false, 0},
        {SV("1 "), false, 0},
        {SV("1x"), false, 0},
        {SV("0x1"), false, 0},
        {SV("1.0"), false, 0},
        {SV("/"), false, 0}, /* the neighbours of the digits */
        {SV(":"), false, 0},
        {SV("1\0"), false, 0},
        {SV("\xD9\xA1"), false, 0}, /* ARABIC-INDIC DIGIT ONE */
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t n = 4711;
        expect_int(sv_to_u64(rows[i].v, &n), rows[i].valid, rows[i].v);
        expect_int(n, rows[i].valid ? rows[i].n : 4711, rows[i].v);
    }
}

static void test_characters(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char c = (char)byte;
        bool digit = byte >= 48 && byte <= 57, upper = byte >= 65 && byte <= 90;
        bool lower = byte >= 97 && byte <= 122;
        assert_int_equal(is_digit(c), digit);
        assert_int_equal(is_alpha(c), upper || lower);
        assert_int_equal(is_alnum(c), digit || upper || lower);
        assert_int_equal((unsigned char)to_lower(c), upper ? byte + 32 : byte);
    }
}

static void test_after_last(void **state)
{
    (void)state;
    expect_sv(sv_after_last(SV("\"a@b\"@example.com"), '@'), SV("example.com"), SV_EMPTY);
    expect_sv(sv_after_last(SV("joe@"), '@'), SV_EMPTY, SV_EMPTY);
    expect_sv(sv_after_last(SV("joe"), '@'), SV_EMPTY, SV_EMPTY);
    expect_sv(sv_after_last(SV_EMPTY, '@'), SV_EMPTY, SV_EMPTY);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_find_exhaustively),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_starts_and_ends),
        cmocka_unit_test(test_to_u64),
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_after_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
