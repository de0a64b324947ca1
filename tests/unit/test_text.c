/* text: what strangers write, made safe for JSON, terminals and lists. */
#include "bouncelog/base/text.h"
#include "testing.h"

static size_t encode(uint32_t point, char *bytes)
{
    if (point < 0x80) {
        bytes[0] = (char)point;
        return 1;
    }
    size_t n = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = n; --i; point >>= 6)
        bytes[i] = (char)(0x80 | (point & 0x3F));
    bytes[0] = (char)(0xF00 >> n | point);
    return n;
}

/* RFC 3629: every code point but the surrogates, and nothing else. */
static void test_utf8_every_code_point(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x110100; point++) {
        char bytes[4];
        size_t n = encode(point, bytes);
        bool valid = point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
        if (utf8_sequence((sv){bytes, n}) != (valid ? n : 0))
            fail_msg("U+%04X", (unsigned)point);
        for (size_t cut = 1; valid && cut < n; cut++)
            assert_int_equal(utf8_sequence((sv){bytes, cut}), 0);
    }
}

static void test_utf8_malformed(void **state)
{
    static const struct {
        sv v;
        size_t n;
    } rows[] = {
        {SV(""), 0},
        {{NULL, 0}, 0},
        {SV("\0"), 1},
        {SV("ab"), 1},
        {SV("\x80"), 0},             /* a continuation alone */
        {SV("\xBF"), 0},             /* */
        {SV("\xC0\x80"), 0},         /* NUL in two bytes */
        {SV("\xC1\xBF"), 0},         /* DEL in two bytes */
        {SV("\xC2\x7F"), 0},         /* below a continuation */
        {SV("\xC2\xC0"), 0},         /* above it */
        {SV("\xE0\x9F\xBF"), 0},     /* U+07FF in three bytes */
        {SV("\xE0\xA0\x80"), 3},     /* U+0800 */
        {SV("\xED\x9F\xBF"), 3},     /* U+D7FF */
        {SV("\xED\xA0\x80"), 0},     /* the first surrogate */
        {SV("\xED\xBF\xBF"), 0},     /* the last one */
        {SV("\xEE\x80\x80"), 3},     /* U+E000 */
        {SV("\xF0\x8F\xBF\xBF"), 0}, /* U+FFFF in four bytes */
        {SV("\xF0\x90\x80\x80"), 4}, /* U+10000 */
        {SV("\xF4\x8F\xBF\xBF"), 4}, /* U+10FFFF */
        {SV("\xF4\x90\x80\x80"), 0}, /* beyond Unicode */
        {SV("\xF5\x80\x80\x80"), 0},
        {SV("\xF8\x88\x80\x80\x80"), 0},
        {SV("\xFE"), 0},
        {SV("\xFF"), 0},
        {SV("\xE2\x80\xA8more"), 3},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_int(utf8_sequence(rows[i].v), rows[i].n, rows[i].v);
}

/* One text in its four forms. */
static void test_forms(void **state)
{
    static const struct {
        sv in, json, utf8, visible;
    } rows[] = {
        {SV(""), SV("\"\""), SV(""), SV("")},
        {{NULL, 0}, SV("\"\""), SV(""), SV("")},
        {SV("550 plain ~"), SV("\"550 plain ~\""), SV("550 plain ~"), SV("550 plain ~")},
        {SV("say \"x\\y\""), SV("\"say \\\"x\\\\y\\\"\""), SV("say \"x\\y\""), SV("say \"x\\y\"")},
        {SV("a\0b"), SV("\"a\\u0000b\""),
         SV("a\xE2\x90\x80"
            "b"),
         SV("a\\x{0}b")},
        {SV("\t\n\r\x1B[31m"), SV("\"\\u0009\\u000a\\u000d\\u001b[31m\""), SV("\t\n\r\x1B[31m"),
         SV("\\x{9}\\x{a}\\x{d}\\x{1b}[31m")},
        {SV("\x7F"), SV("\"\\u007f\""), SV("\x7F"), SV("\\x{7f}")},
        /* C1: NEL ends lines for many readers, CSI starts terminal commands */
        {SV("\xC2\x80\xC2\x85\xC2\x9B\xC2\x9F"), SV("\"\\u0080\\u0085\\u009b\\u009f\""),
         SV("\xC2\x80\xC2\x85\xC2\x9B\xC2\x9F"), SV("\\x{80}\\x{85}\\x{9b}\\x{9f}")},
        {SV("\xC2\xA0"), SV("\"\xC2\xA0\""), SV("\xC2\xA0"), SV("\xC2\xA0")},
        {SV("\xE2\x80\xA7\xE2\x80\xA8\xE2\x80\xA9"), SV("\"\xE2\x80\xA7\\u2028\\u2029\""),
         SV("\xE2\x80\xA7\xE2\x80\xA8\xE2\x80\xA9"), SV("\xE2\x80\xA7\\x{2028}\\x{2029}")},
        /* bidi controls turn what a person reads, not what a program does */
        {SV("\xE2\x80\xAA\xE2\x80\xAE\xE2\x80\xAF"), SV("\"\xE2\x80\xAA\xE2\x80\xAE\xE2\x80\xAF\""),
         SV("\xE2\x80\xAA\xE2\x80\xAE\xE2\x80\xAF"), SV("\\x{202a}\\x{202e}\xE2\x80\xAF")},
        {SV("\xE2\x81\xA5\xE2\x81\xA6\xE2\x81\xA9\xE2\x81\xAA"),
         SV("\"\xE2\x81\xA5\xE2\x81\xA6\xE2\x81\xA9\xE2\x81\xAA\""),
         SV("\xE2\x81\xA5\xE2\x81\xA6\xE2\x81\xA9\xE2\x81\xAA"),
         SV("\xE2\x81\xA5\\x{2066}\\x{2069}\xE2\x81\xAA")},
        {SV("ok\xFF\xC3"), SV("\"ok\xEF\xBF\xBD\xEF\xBF\xBD\""), SV("ok\xEF\xBF\xBD\xEF\xBF\xBD"),
         SV("ok\\xff\\xc3")},
        {SV("\xE2\x82x"), SV("\"\xEF\xBF\xBD\xEF\xBF\xBDx\""), SV("\xEF\xBF\xBD\xEF\xBF\xBDx"),
         SV("\\xe2\\x82x")},
        {SV("\xF0\x9F\x93\xAC"), SV("\"\xF0\x9F\x93\xAC\""), SV("\xF0\x9F\x93\xAC"),
         SV("\xF0\x9F\x93\xAC")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf out = {0};
        text_add_json(&out, rows[i].in);
        expect_sv(buf_sv(&out), rows[i].json, rows[i].in);
        buf_clear(&out);
        text_add_utf8(&out, rows[i].in);
        expect_sv(buf_sv(&out), rows[i].utf8, rows[i].in);
        buf_clear(&out);
        text_add_visible(&out, rows[i].in);
        expect_sv(buf_sv(&out), rows[i].visible, rows[i].in);
        buf_release(&out);
    }
}

/* What a program prints as JSON keeps its layout; what could harm its reader goes. */
static void test_json_hardened(void **state)
{
    static const sv rows[][2] = {
        {SV("{\"a\":\t\"b\"\n}"), SV("{\"a\":\t\"b\"\n}")},
        {SV("\"\x7F\xC2\x85\xE2\x80\xA8\xE2\x80\xA9\""), SV("\"\\u007f\\u0085\\u2028\\u2029\"")},
        {SV("\"\xC3\xA9\xF0\x9F\x93\xAC\""), SV("\"\xC3\xA9\xF0\x9F\x93\xAC\"")},
        {SV("\"\\u0000\""), SV("\"\\u0000\"")},
        {SV(""), SV("")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf out = {0};
        text_add_json_hardened(&out, rows[i][0]);
        expect_sv(buf_sv(&out), rows[i][1], rows[i][0]);
        buf_release(&out);
    }
}

static void test_lower(void **state)
{
    struct arena arena = {0};
    (void)state;
    expect_sv(text_lower(&arena, SV("Joe@EXAMPLE.com\xC3\x84[Z]")),
              SV("joe@example.com\xC3\x84[z]"), SV_EMPTY);
    expect_sv(text_lower(&arena, (sv){NULL, 0}), SV_EMPTY, SV_EMPTY);
    arena_release(&arena);
}

static void test_glob(void **state)
{
    static const struct {
        sv pattern, v;
        bool matches;
    } rows[] = {
        {SV("*@news.shop.example"), SV("Joe@News.Shop.Example"), true},
        {SV("*@news.shop.example"), SV("joe@shop.example"), false},
        {SV("*@news.shop.example"), SV("joe@news.shop.example.net"), false},
        {SV("*"), SV(""), true},
        {SV("*"), SV("anything"), true},
        {SV("**"), SV(""), true},
        {SV(""), SV(""), true},
        {SV(""), SV("a"), false},
        {SV("?"), SV(""), false},
        {SV("?"), SV("a"), true},
        {SV("?"), SV("*"), true},
        {SV("a*"), SV("a"), true},
        {SV("a*b"), SV("ab"), true},
        {SV("a*b"), SV("abab"), true},
        {SV("a*b"), SV("aba"), false},
        {SV("a*b*c"), SV("a1b2b3c"), true},
        {SV("*ab"), SV("aab"), true}, /* the star has to give back */
        {SV("*a?b"), SV("aaxab"), false},
        {SV("*a?b"), SV("aaxaxb"), true},
        {SV("a?"), SV("a"), false},
        {SV("a"), SV("ab"), false},
        {SV("ab"), SV("a"), false},
        {SV("a*"), SV(""), false},
        {SV("[a]"), SV("a"), false}, /* no character classes */
        {{NULL, 0}, {NULL, 0}, true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_int(text_glob(rows[i].pattern, rows[i].v), rows[i].matches, rows[i].v);
}

/* Many stars over a long text must not take exponential time. */
static void test_glob_is_quick(void **state)
{
    char text[4001];
    (void)state;
    memset(text, 'a', sizeof text);
    assert_false(text_glob(SV("*a*a*a*a*a*a*a*a*a*a*b"), (sv){text, sizeof text}));
    assert_true(text_glob(SV("*a*a*a*a*a*a*a*a*a*a*a"), (sv){text, sizeof text}));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8_every_code_point),
        cmocka_unit_test(test_utf8_malformed),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_json_hardened),
        cmocka_unit_test(test_lower),
        cmocka_unit_test(test_glob),
        cmocka_unit_test(test_glob_is_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
