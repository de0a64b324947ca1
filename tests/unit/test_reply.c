/* reply: the grammar of SMTP replies undone, row by row. */
#include "bouncelog/parse/reply.h"
#include "testing.h"

struct row {
    sv raw;
    int code;
    sv enhanced, text;
};

static void expect_reply(enum reply_separator separator, const struct row *rows, size_t count)
{
    struct arena arena = {0};
    for (size_t i = 0; i < count; i++) {
        struct reply reply = reply_parse(rows[i].raw, separator, &arena);
        expect_int(reply.code, rows[i].code, rows[i].raw);
        expect_sv(reply.enhanced, rows[i].enhanced, rows[i].raw);
        expect_sv(reply.text, rows[i].text, rows[i].raw);
    }
    arena_release(&arena);
}

static const struct row one_line[] = {
    {SV("550 5.1.1 User unknown"), 550, SV("5.1.1"), SV("User unknown")},
    {SV("550 User unknown"), 550, SV(""), SV("User unknown")},
    {SV("550"), 550, SV(""), SV("")},
    {SV("550 "), 550, SV(""), SV("")},
    {SV("550-"), 550, SV(""), SV("")},
    {SV("550-5.1.1 first"), 550, SV("5.1.1"), SV("first")},
    {SV("550\tUser unknown"), 550, SV(""), SV("User unknown")},
    {SV("550   5.1.1   wide  "), 550, SV("5.1.1"), SV("wide")},
    {SV("  550 5.1.1 before"), 550, SV("5.1.1"), SV("before")},
    {SV("250 2.0.0 Ok: queued as 63A8A2CF3"), 250, SV("2.0.0"), SV("Ok: queued as 63A8A2CF3")},
    {SV("354 go"), 354, SV(""), SV("go")},
    /* how servers dress up the enhanced code */
    {SV("550 #5.1.0 Address rejected."), 550, SV("5.1.0"), SV("Address rejected.")},
    {SV("550 (#5.1.0) rejected"), 550, SV("5.1.0"), SV("rejected")},
    {SV("550 (5.1.0) rejected"), 550, SV("5.1.0"), SV("rejected")},
    {SV("550 [5.1.0] rejected"), 550, SV("5.1.0"), SV("rejected")},
    {SV("550 - 5.1.0 rejected"), 550, SV("5.1.0"), SV("rejected")},
    {SV("550 5.1.1: unknown"), 550, SV("5.1.1"), SV(": unknown")},
    {SV("550 5.1.1<joe@example.com> unknown"), 550, SV("5.1.1"), SV("<joe@example.com> unknown")},
    {SV("550 5.1.1, unknown"), 550, SV("5.1.1"), SV(", unknown")},
    {SV("550 5.1.1"), 550, SV("5.1.1"), SV("")},
    {SV("554 5.7.606 Access denied"), 554, SV("5.7.606"), SV("Access denied")},
    {SV("550 4.2.2 over quota"), 550, SV("4.2.2"), SV("over quota")},
    {SV("450 5.1.1 User unknown"), 450, SV("5.1.1"), SV("User unknown")},
    /* what is none */
    {SV("550 9.1.1 x"), 550, SV(""), SV("9.1.1 x")},
    {SV("550 3.1.1 x"), 550, SV(""), SV("3.1.1 x")},
    {SV("550 5.7.1000 x"), 550, SV(""), SV("5.7.1000 x")},
    {SV("550 5.1234.1 x"), 550, SV(""), SV("5.1234.1 x")},
    {SV("550 5.1.1.1 x"), 550, SV(""), SV("5.1.1.1 x")},
    {SV("550 5.1 x"), 550, SV(""), SV("5.1 x")},
    {SV("550 5.1. x"), 550, SV(""), SV("5.1. x")},
    {SV("550 5..1 x"), 550, SV(""), SV("5..1 x")},
    {SV("550 5.1.1x"), 550, SV(""), SV("5.1.1x")},
    {SV("550 5.1.1@example.com x"), 550, SV(""), SV("5.1.1@example.com x")},
    {SV("550 text 5.1.1 later"), 550, SV(""), SV("text 5.1.1 later")},
    {SV("5.1.1 no code before it"), 0, SV(""), SV("5.1.1 no code before it")},
    /* codes are read by position */
    {SV("550user unknown"), 0, SV(""), SV("550user unknown")},
    {SV("5500 no"), 0, SV(""), SV("5500 no")},
    {SV("55 5.1.1 no"), 0, SV(""), SV("55 5.1.1 no")},
    {SV("10.5.1.20 said no"), 0, SV(""), SV("10.5.1.20 said no")},
    {SV("552@example.com is full"), 0, SV(""), SV("552@example.com is full")},
    {SV("550,no"), 0, SV(""), SV("550,no")},
    {SV("550=no"), 0, SV(""), SV("550=no")},
    {SV("x 550 no"), 0, SV(""), SV("x 550 no")},
    {SV("User unknown"), 0, SV(""), SV("User unknown")},
    {SV("-550 no"), 0, SV(""), SV("-550 no")},
    {SV("55O no"), 0, SV(""), SV("55O no")},
    {SV(""), 0, SV(""), SV("")},
    {{NULL, 0}, 0, SV(""), SV("")},
    {SV(" "), 0, SV(""), SV("")},
};

static void test_one_line(void **state)
{
    (void)state;
    expect_reply(REPLY_SINGLE, one_line, COUNT_OF(one_line));
    expect_reply(REPLY_SPACED, one_line, COUNT_OF(one_line));
    expect_reply(REPLY_ESCAPED, one_line, COUNT_OF(one_line));
}

/* Postfix: lines joined by one space, each with its code. */
static void test_spaced(void **state)
{
    static const struct row rows[] = {
        {SV("550-5.1.1 first 550 5.1.1 last"), 550, SV("5.1.1"), SV("first last")},
        {SV("550-5.1.1 a 550-5.1.1 b 550 5.1.1 c"), 550, SV("5.1.1"), SV("a b c")},
        {SV("550-5.1.1 first 550- 550-    550 5.1.1 last"), 550, SV("5.1.1"), SV("first last")},
        {SV("550-no enhanced here 550 5.1.1 only on last"), 550, SV("5.1.1"),
         SV("no enhanced here only on last")},
        {SV("550-5.1.1 only on first 550 last"), 550, SV("5.1.1"), SV("only on first last")},
        {SV("550-5.1.1 a 550 5.7.1 b"), 550, SV("5.7.1"), SV("a b")},
        {SV("550-5.1.1 a 550-5.2.2 b 550 c"), 550, SV("5.1.1"), SV("a b c")},
        /* the last line's code is the reply's */
        {SV("450-4.2.0 first temp 550 5.1.1 last perm"), 550, SV("5.1.1"),
         SV("first temp last perm")},
        {SV("550-5.1.1 first perm 450 4.2.0 last temp"), 450, SV("4.2.0"),
         SV("first perm last temp")},
        /* the same code wins over another number that stands before it */
        {SV("550-port 465 is closed 550 5.1.1 last"), 550, SV("5.1.1"),
         SV("port 465 is closed last")},
        {SV("550-after 999 days 550 gone"), 550, SV(""), SV("after 999 days gone")},
        /* a number in the words is no line when the first line says that it is the last */
        {SV("550 5.1.1 call 550 now"), 550, SV("5.1.1"), SV("call 550 now")},
        {SV("550-5.1.1 alone, cut"), 550, SV("5.1.1"), SV("alone, cut")},
        {SV("550-a 999 b"), 550, SV(""), SV("a 999 b")},
        {SV("550-a 650 b"), 550, SV(""), SV("a 650 b")},
        {SV("550-a 560 b"), 550, SV(""), SV("a 560 b")},
        {SV("550-a 5500 b"), 550, SV(""), SV("a 5500 b")},
        {SV("550-a 550x b"), 550, SV(""), SV("a 550x b")},
        {SV("550-a\\n550 b"), 550, SV(""), SV("a\\n550 b")},
        /* replies glued by Postfix when a server forgot the separator */
        {SV("550user unknown 221 2.0.0 Bye"), 0, SV(""), SV("550user unknown 221 2.0.0 Bye")},
        {SV("550-a 550"), 550, SV(""), SV("a")},
        {SV("550- 550 x"), 550, SV(""), SV("x")},
    };
    (void)state;
    expect_reply(REPLY_SPACED, rows, COUNT_OF(rows));
}

/* Exim: lines joined by the two characters \n. */
static void test_escaped(void **state)
{
    static const struct row rows[] = {
        {SV("550-5.1.1 first\\n550 5.1.1 last"), 550, SV("5.1.1"), SV("first last")},
        {SV("550-5.1.1 first\\n550-\\n550-\\n550 5.1.1 last"), 550, SV("5.1.1"), SV("first last")},
        {SV("450-4.2.0 first temp\\n550 5.1.1 last perm"), 550, SV("5.1.1"),
         SV("first temp last perm")},
        {SV("550-5.1.1 first perm\\n450 4.2.0 last temp"), 450, SV("4.2.0"),
         SV("first perm last temp")},
        {SV("550-a\\n550 (#5.1.0) b"), 550, SV("5.1.0"), SV("a b")},
        /* the backslash is not doubled, so \n can be the remote's own */
        {SV("550 5.1.1 see C:\\new\\n5 of 6"), 550, SV("5.1.1"), SV("see C:\\new\\n5 of 6")},
        {SV("550 a\\n550b"), 550, SV(""), SV("a\\n550b")},
        {SV("550-a 550 b"), 550, SV(""), SV("a 550 b")},
        {SV("550 a\\n"), 550, SV(""), SV("a\\n")},
        {SV("\\n550 a"), 550, SV(""), SV("a")},
        {SV("words\\n550 5.1.1 a"), 550, SV("5.1.1"), SV("words a")},
    };
    (void)state;
    expect_reply(REPLY_ESCAPED, rows, COUNT_OF(rows));
}

/* sendmail: the first line alone, whatever stands in it. */
static void test_single(void **state)
{
    static const struct row rows[] = {
        {SV("550-5.1.1 first 550 5.7.1 second"), 550, SV("5.1.1"), SV("first 550 5.7.1 second")},
        {SV("550-a\\n450 b"), 550, SV(""), SV("a\\n450 b")},
    };
    (void)state;
    expect_reply(REPLY_SINGLE, rows, COUNT_OF(rows));
}

/* Beyond 8 KiB nothing is looked at, and no time is lost on it. */
static void test_long(void **state)
{
    struct arena arena = {0};
    struct buf raw = {0};
    (void)state;
    while (raw.len < 60000)
        buf_add(&raw, SV("550-5.1.1 x "));
    buf_add(&raw, SV("450 4.2.0 last"));
    struct reply reply = reply_parse(buf_sv(&raw), REPLY_SPACED, &arena);
    assert_int_equal(reply.code, 550);
    expect_sv(reply.enhanced, SV("5.1.1"), SV_EMPTY);
    assert_true(reply.text.len > 600 && reply.text.len < 8192);
    expect_sv(sv_sub(reply.text, 0, 6), SV("x x x "), SV_EMPTY);
    buf_release(&raw);
    arena_release(&arena);
}

static void test_has_code(void **state)
{
    (void)state;
    assert_true(reply_has_code(SV("550")));
    assert_true(reply_has_code(SV("550 x")));
    assert_true(reply_has_code(SV("550-x")));
    assert_true(reply_has_code(SV("550\tx")));
    assert_false(reply_has_code(SV("550x")));
    assert_false(reply_has_code(SV("5501")));
    assert_false(reply_has_code(SV("55")));
    assert_false(reply_has_code((sv){NULL, 0}));
}

static void test_severity(void **state)
{
    (void)state;
    for (int code = 0; code < 1000; code++)
        assert_int_equal(reply_severity(code), code >= 400 && code < 500   ? SEVERITY_TRANSIENT
                                               : code >= 500 && code < 600 ? SEVERITY_PERMANENT
                                                                           : SEVERITY_NONE);
}

static void test_undo_octal(void **state)
{
    static const sv rows[][2] = {
        {SV("caf\\303\\251"), SV("caf\xC3\xA9")},
        {SV("caf#303#251!"), SV("caf\xC3\xA9!")},
        {SV("\\342\\202\\254\\360\\237\\223\\254"), SV("\xE2\x82\xAC\xF0\x9F\x93\xAC")},
        {SV("\\303"), SV("\\303")},                         /* half a character */
        {SV("\\303x\\251"), SV("\\303x\\251")},             /* not side by side */
        {SV("\\303\\50"), SV("\\303\\50")},                 /* too few digits */
        {SV("\\303\\108"), SV("\\303\\108")},               /* no octal digit */
        {SV("\\303\\303\\251"), SV("\\303\xC3\xA9")},       /* the second one begins it */
        {SV("\\300\\200"), SV("\\300\\200")},               /* no UTF-8: NUL in two bytes */
        {SV("\\355\\240\\200"), SV("\\355\\240\\200")},     /* a surrogate */
        {SV("a\\012b#011\\033"), SV("a\\012b#011\\033")},   /* control bytes stay as logged */
        {SV("#1 issue, C:\\dir"), SV("#1 issue, C:\\dir")}, /* the characters themselves */
        {SV("\\377\\376"), SV("\\377\\376")},
        {SV("plain"), SV("plain")},
        {SV(""), SV("")},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_sv(reply_undo_octal(rows[i][0], &arena), rows[i][1], rows[i][0]);
    arena_release(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_line), cmocka_unit_test(test_spaced),
        cmocka_unit_test(test_escaped),  cmocka_unit_test(test_single),
        cmocka_unit_test(test_long),     cmocka_unit_test(test_has_code),
        cmocka_unit_test(test_severity), cmocka_unit_test(test_undo_octal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
