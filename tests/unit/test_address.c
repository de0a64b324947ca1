/* address: the small things that stand in the groups of a line shape. */
#include "loaded.h"
#include "parse/address.h"
#include "parse/mta/mta.h"

static void test_ambiguous(void **state)
{
    /* The line behind its id; recipient and original as the pattern takes them. */
    static const struct {
        sv line, recipient, original;
        bool ambiguous;
    } rows[] = {
        {SV("to=<a@example.com>, relay=none, delay=1, status=bounced (x)"), SV("a@example.com"),
         SV(""), false},
        {SV("to=<x>, relay=none, delay=0, delays=0/0/0/0, dsn=5.1.1, status=bounced (550 a@b>, "
            "relay=mx[192.0.2.7]:25, delay=1, dsn=2.0.0, status=sent (250 ok)"),
         SV("x"), SV(""), true},
        {SV("to=<x>, relay=none, status=bounced (y@b>, orig_to=<z>, relay=none)"), SV("x"), SV(""),
         true},
        {SV("to=<x>, relay=none, status=bounced (y@b>, orig_to=<z"), SV("x"), SV(""), true},
        /* as far away as it is: Postfix takes local parts that long */
        {SV("to=<a@example.com>, relay=mx, status=deferred (host said: 451 "
            "................................................................................"
            "................................................................................"
            "................................................................................"
            "................................................................................"
            "later>, relay=x)"),
         SV("a@example.com"), SV(""), true},
        {SV("to=<a@example.com>, relay=mx, status=deferred (451 later <b>, relays=x)"),
         SV("a@example.com"), SV(""), false},
        /* quoted: its end is certain */
        {SV("to=<\"x>, relay=none, status=bounced (x\"@b>, relay=none, status=sent (a>, relay=)"),
         SV("\"x>, relay=none, status=bounced (x\"@b"), SV(""), false},
        {SV("to=<a@b>, orig_to=<c@d>, relay=none, status=bounced (x)"), SV("a@b"), SV("c@d"),
         false},
        {SV("to=<a@b>, orig_to=<c>, relay=x, status=bounced (y>, relay=none, status=sent (x)"),
         SV("a@b"), SV("c"), true},
        {SV("to=<>, relay=none, status=bounced (x)"), SV(""), SV(""), false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        sv line = rows[i].line, recipient = sv_sub(line, 4, 4 + rows[i].recipient.len);
        expect_sv(recipient, rows[i].recipient, line);
        size_t at_original = sv_find(line, SV("orig_to=<")) + 9;
        sv original = rows[i].original.len
                          ? sv_sub(line, at_original, at_original + rows[i].original.len)
                          : SV_EMPTY;
        expect_int(address_is_ambiguous(line, recipient, original), rows[i].ambiguous, line);
    }
}

static void test_unquoted_form(void **state)
{
    static const struct {
        sv plain, quoted;
        bool same;
    } rows[] = {
        {SV("john doe@example.com"), SV("\"john doe\"@example.com"), true},
        {SV("john doe@example.com"), SV("\"John Doe\"@Example.com"), true},
        {SV("a\"b@example.com"), SV("\"a\\\"b\"@example.com"), true},
        {SV("a\\b@example.com"), SV("\"a\\\\b\"@example.com"), true},
        {SV("=> eve@x.example@example.com"), SV("\"=> eve@x.example\"@example.com"), true},
        {SV("@example.com"), SV("\"\"@example.com"), true},
        {SV("john doe@example.com"), SV("\"john doe\"@example.net"), false},
        {SV("john do@example.com"), SV("\"john doe\"@example.com"), false},
        {SV("john doe@example.com"), SV("\"john do\"@example.com"), false},
        {SV("joe@example.com"), SV("joe@example.com"), false}, /* not quoted at all */
        {SV("joe@example.com"), SV("\"joe@example.com"), false},
        {SV("joe"), SV("\"joe\""), true},
        {SV("joe"), SV("\"joe\\\""), false},
        {SV(""), SV("\""), false},
        {SV(""), SV(""), false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_int(address_is_unquoted_form(rows[i].plain, rows[i].quoted), rows[i].same,
                   rows[i].quoted);
}

static void test_quoted_forms(void **state)
{
    static const struct {
        sv shown;
        size_t count;
        sv longest;
    } rows[] = {
        {SV("joe@example.com R=r: no"), 0, SV("")},
        {SV("a b@example.com <\"a b\"@example.com> R=r: no"), 1, SV("\"a b\"@example.com")},
        {SV("joe@example.com <\"a b\"@example.com> R=r: no"), 0, SV("")},
        {SV("a@b.example <\"a\"@b.example> x@c.example <\"a@b.example <\\\"a\\\"@b.example> "
            "x\"@c.example> R=r: no"),
         2, SV("\"a@b.example <\\\"a\\\"@b.example> x\"@c.example")},
        {SV("a b@example.com <\"a b\"@example.com"), 0, SV("")},
        {SV("a <\""), 0, SV("")},
        {SV("a <\"\\"), 0, SV("")},
        {SV(" <\""), 0, SV("")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        sv longest = SV_EMPTY;
        expect_int(address_quoted_forms(rows[i].shown, &longest), rows[i].count, rows[i].shown);
        expect_sv(longest, rows[i].longest, rows[i].shown);
    }
}

static void test_undo_syslog(void **state)
{
    static const sv rows[][2] = {
        {SV("joe@example.com"), SV("joe@example.com")},
        {SV("j#303#266rg@example.com"), SV("j\xC3\xB6rg@example.com")},
        {SV("\"a#011b\"@example.com"), SV("\"a\tb\"@example.com")},
        {SV("\"a#177b\"@example.com"), SV("\"a\x7F"
                                          "b\"@example.com")},
        {SV("\"a#101b\"@example.com"), SV("\"a#101b\"@example.com")}, /* a letter: never escaped */
        {SV("\"a#0\"@example.com"), SV("\"a#0\"@example.com")},
        {SV("a#011b@example.com"), SV("a#011b@example.com")}, /* # is a letter of local parts */
        {SV("#011"), SV("#011")},
        {SV("\"#011"), SV("\"\t")},
        {SV(""), SV("")},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_sv(address_undo_syslog(rows[i][0], &arena), rows[i][1], rows[i][0]);
    arena_release(&arena);
}

static void test_forwarded_id(void **state)
{
    static const struct {
        const struct mta *mta;
        sv text, id;
    } rows[] = {
        {&mta_postfix, SV("Ok: queued as 63A8A2CF3"), SV("63A8A2CF3")},
        {&mta_postfix, SV("2.0.0 Ok: queued as 4jYJdY6H6Zz1gBmV)"), SV("4jYJdY6H6Zz1gBmV")},
        {&mta_postfix,
         SV("Ok, id=1, from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as "
            "63A8A2CF3"),
         SV("63A8A2CF3")},
        {&mta_postfix, SV("6ANLRuR5000052 Message accepted for delivery"), SV("6ANLRuR5000052")},
        {&mta_postfix, SV("Message accepted for delivery"), SV("")},
        {&mta_postfix, SV("queued as "), SV("")},
        {&mta_postfix, SV("queued as x"), SV("")},
        {&mta_postfix, SV("Ok"), SV("")},
        {&mta_sendmail, SV("6ANLRuR5000052 Message accepted for delivery"), SV("6ANLRuR5000052")},
        {&mta_sendmail, SV("Ok: queued as 63A8A2CF3"), SV("63A8A2CF3")},
        {&mta_exim, SV("OK id=1xVbZa-00002s-0P"), SV("1xVbZa-00002s-0P")},
        {&mta_exim, SV("OK id=1xVbZa-00000000C5j-1wRa"), SV("1xVbZa-00000000C5j-1wRa")},
        {&mta_exim, SV("OK id=abc"), SV("")},
        {&mta_exim, SV(""), SV("")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_sv(rows[i].mta->forwarded_id(rows[i].text), rows[i].id, rows[i].text);
}

static void test_seconds(void **state)
{
    /* Thousandths, so that whole numbers are compared; -1000: it is none of these. */
    static const struct {
        sv text;
        int64_t thousandths;
    } rows[] = {
        {SV("0"), 0},
        {SV("1.2"), 1200},
        {SV("0.05"), 50},
        {SV("428000"), 428000000},
        {SV("0.012s"), 12},
        {SV("3s"), 3000},
        {SV("1m2s"), 62000},
        {SV("2h3m"), 7380000},
        {SV("1d"), 86400000},
        {SV("1w2d3h4m5s"), 788645000},
        {SV("1.123456789s"), 1123}, /* more digits than are kept change nothing */
        {SV("0.00012345678901234567890123456789s"), 0},
        {SV("0.9999994444444444444444444444s"), 1000},
        {SV("00:00:01"), 1000},
        {SV("01:02:03"), 3723000},
        {SV("1+02:03:04"), 93784000},
        {SV("1+14:41:13"), 139273000},
        {SV("100+00:00:00"), 8640000000},
        {SV(""), -1000},
        {SV("s"), -1000},
        {SV("x"), -1000},
        {SV("-1"), -1000},
        {SV("."), -1000},
        {SV(".5"), -1000},
        {SV("1x"), -1000},
        {SV("1.2.3"), -1000},
        {SV("1s x"), -1000},
        {SV("00:00"), -1000},
        {SV("00:00:"), -1000},
        {SV("a:b:c"), -1000},
        {SV("1+2"), -1000},
        {SV("x+00:00:01"), -1000},
        {SV("00:00:01:02"), -1000},
        {SV("999999999999+00:00:00"), -1000},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        double seconds = address_seconds(rows[i].text);
        int64_t got = seconds < 0 ? -1000 : (int64_t)(seconds * 1000 + 0.5);
        expect_int(got, rows[i].thousandths, rows[i].text);
    }
    /* The double nearest to the digits, so that JSON prints them as they were. */
    assert_true(!(address_seconds(SV("0.07")) < 0.07) && !(address_seconds(SV("0.07")) > 0.07));
}

/* Quoted local parts from the line to the record: what each MTA makes of `"a, b>"@example.com`. */
static void test_recipients_of_lines(void **state)
{
    static const struct {
        sv line, recipient, original;
        bool ambiguous, local;
    } rows[] = {
#define PF(rest) SV("Nov 23 21:45:12 mx1 postfix/smtp[1]: 63A8A2CF3: " rest "")
#define PF_END ", relay=mx[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (x)"
#define SM(to)                                                                                     \
    SV("Nov 23 21:45:12 mx1 sm-mta[1]: 6ANLRuR5000052: to=" to                                     \
       ", delay=00:00:01, mailer=esmtp, pri=1, relay=mx. [192.0.2.7], dsn=5.1.1, stat=User "       \
       "unknown")
#define EX(rest)                                                                                   \
    SV("2026-11-23 21:27:38 1xVbZa-00002s-0P ** " rest " R=r T=t H=mx [192.0.2.7]: 550 x")
        {PF("to=<joe@example.com>" PF_END), SV("joe@example.com"), SV(""), false, false},
        {PF("to=<\"a, b>\"@example.com>" PF_END), SV("\"a, b>\"@example.com"), SV(""), false,
         false},
        {PF("to=<\"a\\\"b\"@example.com>" PF_END), SV("\"a\\\"b\"@example.com"), SV(""), false,
         false},
        /* what stands behind `orig_to=<` could be the end of an unquoted to= */
        {PF("to=<v@example.net>, orig_to=<\"a>, relay=none\"@example.com>" PF_END),
         SV("v@example.net"), SV("\"a>, relay=none\"@example.com"), true, false},
        {PF("to=<v@example.net>, orig_to=<\"a>b\"@example.com>" PF_END), SV("v@example.net"),
         SV("\"a>b\"@example.com"), false, false},
        {PF("to=<x>, relay=none, delay=0, status=bounced (a@example.com>" PF_END), SV("x"), SV(""),
         true, false},
        {SM("<joe@example.com>"), SV("joe@example.com"), SV(""), false, false},
        {SM("<\"a>,<eve@example.net\"@example.com>"), SV("\"a>,<eve@example.net\"@example.com"),
         SV(""), false, false},
        {SM("\"|/usr/bin/vacation x\""), SV("\"|/usr/bin/vacation x\""), SV(""), false, true},
        {SM("[M0645134]<joe@example.com>"), SV("joe@example.com"), SV(""), false, false},
        {EX("joe@example.com"), SV("joe@example.com"), SV(""), false, false},
        {EX("joe@example.com <Joe@example.com>"), SV("Joe@example.com"), SV(""), false, false},
        {EX("joe@example.com <sales@example.com>"), SV("joe@example.com"), SV("sales@example.com"),
         false, false},
        {EX("eve@example.net>, x@example.com <\"eve@example.net>, x\"@example.com>"),
         SV("\"eve@example.net>, x\"@example.com"), SV(""), false, false},
        {EX("|/bin/cmd <joe@example.com>"), SV("|/bin/cmd"), SV("joe@example.com"), false, true},
    };
    struct parser_options options = {.patterns = &patterns, .host = SV_EMPTY};
    struct parser *parser = parser_new(&options);
    struct clock clock = {.not_after = 1795478400};
    struct records records = {0};
    struct guarded guarded;
    (void)state;
    guarded_init(&guarded, 4096);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        sv line = guarded_put(&guarded, rows[i].line, PARSE_SLACK);
        records_clear(&records);
        expect_int(parser_line(parser, &clock, line, 1, &records), LINE_DELIVERY, line);
        expect_int(records.count, 1, line);
        expect_sv(records.list[0].recipient, rows[i].recipient, line);
        expect_sv(records.list[0].original, rows[i].original, line);
        expect_int(records.list[0].ambiguous, rows[i].ambiguous, line);
        expect_int(records.list[0].local, rows[i].local, line);
    }
    guarded_release(&guarded);
    records_release(&records);
    parser_free(parser);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ambiguous),           cmocka_unit_test(test_unquoted_form),
        cmocka_unit_test(test_quoted_forms),        cmocka_unit_test(test_undo_syslog),
        cmocka_unit_test(test_forwarded_id),        cmocka_unit_test(test_seconds),
        cmocka_unit_test(test_recipients_of_lines),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
