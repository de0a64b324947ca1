/* queue_id: which names are ids, and the time that some of them carry. */
#include "bouncelog/base/date.h"
#include "parse/mta/mta.h"
#include "testing.h"

static void test_times(void **state)
{
    /* Encoded by hand: base 62 and 52 of the second, one character a field. NULL: says nothing. */
    static const struct {
        const struct mta *mta;
        sv id;
        const char *time;
    } rows[] = {
        {&mta_exim, SV("1xVbZa-00002s-0P"), "2026-11-23T21:27:38Z"},
        {&mta_exim, SV("1RwtJa-0007xm-AB"), "2012-02-13T10:39:22Z"},
        {&mta_exim, SV("1xVbZa-00000000C5j-1wRa"), "2026-11-23T21:27:38Z"},
        {&mta_exim, SV("1vb66g-000001-00"), "2025-12-31T23:59:58Z"},
        {&mta_exim, SV("000000-000001-00"), "1970-01-01T00:00:00Z"},
        {&mta_exim, SV("1xVbZa-00002s"), NULL},
        {&mta_exim, SV("1xVbZa-00002s-0"), NULL},
        {&mta_exim, SV("1xVbZa-00002s-0PX"), NULL},
        {&mta_exim, SV("1xVbZa-0000000C5j-1wRa"), NULL},
        {&mta_exim, SV("1xVbZa-00002s-1wRa"), NULL}, /* half of this kind, half of that */
        {&mta_exim, SV("1xVbZa-00000000C5j-0P"), NULL},
        {&mta_exim, SV("1xVb_a-00002s-0P"), NULL},
        {&mta_exim, SV(""), NULL},
        {&mta_postfix, SV("4jYJdY6H6Zz1gBmV"), "2026-11-23T21:16:01Z"},
        {&mta_postfix, SV("4dhRlf0000z1"), "2025-12-31T23:59:58Z"},
        {&mta_postfix, SV("4TlXxR0000z1gBmV"), "2024-02-29T01:02:03Z"},
        {&mta_postfix, SV("63A8A2CF3"), NULL},        /* short: microseconds and inode */
        {&mta_postfix, SV("3A1B2C3D4Ez1"), NULL},     /* a vowel */
        {&mta_postfix, SV("4jYJdY6H6Zy1gBmV"), NULL}, /* no z in its place */
        {&mta_postfix, SV("4jYJdY6H6Zz"), NULL},      /* no inode */
        {&mta_postfix, SV(""), NULL},
        {&mta_sendmail, SV("6ANLRuR5000052"), "2026-11-23T21:27:56Z"},
        {&mta_sendmail, SV("29VC3c9f015444"), "2022-10-31T12:03:38Z"},
        {&mta_sendmail, SV("5BVNxw00000001"), "2025-12-31T23:59:58Z"},
        {&mta_sendmail, SV("41T12300000001"), "2024-02-29T01:02:03Z"},
        {&mta_sendmail, SV("e0100000000001"), "2000-01-01T00:00:00Z"}, /* the years modulo 60 */
        {&mta_sendmail, SV("dBVNxx00000001"), "2059-12-31T23:59:59Z"},
        {&mta_sendmail, SV("61T12300000001"), NULL}, /* 29 February 2026 */
        {&mta_sendmail, SV("6CNLRuR5000052"), NULL}, /* the thirteenth month */
        {&mta_sendmail, SV("6A0LRuR5000052"), NULL}, /* no day */
        {&mta_sendmail, SV("6ANORuR5000052"), NULL}, /* hour 24 */
        {&mta_sendmail, SV("6ANLyuR5000052"), NULL}, /* beyond x there is nothing */
        {&mta_sendmail, SV("e6GLUxP00881"), NULL},   /* 8.10: no year in it */
        {&mta_sendmail, SV("SAA15929"), NULL},       /* 8.9 */
        {&mta_sendmail, SV("00001000000000003"), NULL},
        {&mta_sendmail, SV(""), NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t seconds = 0;
        char text[DATE_TEXT] = "";
        bool says = rows[i].mta->queue_id_time(rows[i].id, &seconds);
        if (says)
            date_format(seconds, text);
        expect_sv(sv_from(text), sv_from(rows[i].time ? rows[i].time : ""), rows[i].id);
        expect_int(says, rows[i].time != NULL, rows[i].id);
    }
}

static void test_take(void **state)
{
    static const struct {
        const struct mta *mta;
        sv message, id, rest;
    } rows[] = {
        {&mta_postfix, SV("63A8A2CF3: to=<x>"), SV("63A8A2CF3"), SV("to=<x>")},
        {&mta_postfix, SV("4jYJdY6H6Zz1gBmV: removed"), SV("4jYJdY6H6Zz1gBmV"), SV("removed")},
        {&mta_postfix, SV("63A8A2CF3:to=<x>"), SV(""), SV("63A8A2CF3:to=<x>")},
        {&mta_postfix, SV("63A8A2CF3 to=<x>"), SV(""), SV("63A8A2CF3 to=<x>")},
        {&mta_postfix, SV("63A8: to=<x>"), SV(""), SV("63A8: to=<x>")}, /* too short for one */
        {&mta_postfix, SV("63A8A2CF3:"), SV(""), SV("63A8A2CF3:")},
        {&mta_postfix, SV("63A8A2CF3"), SV(""), SV("63A8A2CF3")},
        {&mta_postfix, SV("connect to mx: "), SV(""), SV("connect to mx: ")},
        {&mta_postfix, SV("NOQUEUE: reject: x"), SV("NOQUEUE"), SV("reject: x")},
        {&mta_postfix, SV("0123456789012345678901234567890123456789: x"),
         SV("0123456789012345678901234567890123456789"), SV("x")},
        {&mta_postfix, SV("01234567890123456789012345678901234567890: x"), SV(""),
         SV("01234567890123456789012345678901234567890: x")},
        {&mta_postfix, SV(""), SV(""), SV("")},
        {&mta_sendmail, SV("6ANLRuR5000052: to=x"), SV("6ANLRuR5000052"), SV("to=x")},
        {&mta_sendmail, SV("6ANLRuR5000052[12]: to=x"), SV("6ANLRuR5000052"), SV("to=x")},
        {&mta_sendmail, SV("6ANLRuR5000052[]: to=x"), SV(""), SV("6ANLRuR5000052[]: to=x")},
        {&mta_sendmail, SV("6ANLRuR5000052[1: to=x"), SV(""), SV("6ANLRuR5000052[1: to=x")},
        {&mta_postfix, SV("63A8A2CF3[1]: to=x"), SV(""), SV("63A8A2CF3[1]: to=x")},
        {&mta_exim, SV("1xVbZa-00002s-0P => x"), SV("1xVbZa-00002s-0P"), SV("=> x")},
        {&mta_exim, SV("1xVbZa-00000000C5j-1wRa ** x"), SV("1xVbZa-00000000C5j-1wRa"), SV("** x")},
        {&mta_exim, SV("1xVbZa-00002s-0P"), SV(""), SV("1xVbZa-00002s-0P")},
        {&mta_exim, SV("1xVbZa-00002s-0P: x"), SV(""), SV("1xVbZa-00002s-0P: x")},
        {&mta_exim, SV("1xVbZa-00002s-0P9 => x"), SV(""), SV("1xVbZa-00002s-0P9 => x")},
        {&mta_exim, SV("63A8A2CF3 => x"), SV(""), SV("63A8A2CF3 => x")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        sv message = rows[i].message;
        expect_sv(rows[i].mta->queue_id_take(&message), rows[i].id, rows[i].message);
        expect_sv(message, rows[i].rest, rows[i].message);
    }
}

/* Ids that a remote names stand before anything. */
static void test_length(void **state)
{
    static const struct {
        const struct mta *mta;
        sv v;
        size_t length;
    } rows[] = {
        {&mta_postfix, SV("63A8A2CF3)"), 9},
        {&mta_postfix, SV("63A8A2CF3"), 9},
        {&mta_postfix, SV("Ok."), 0},
        {&mta_postfix, SV(""), 0},
        {&mta_exim, SV("1xVbZa-00002s-0P"), 16},
        {&mta_exim, SV("1xVbZa-00002s-0P."), 16},
        {&mta_exim, SV("1xVbZa-00000000C5j-1wRa\""), 23},
        {&mta_exim, SV("1xVbZa-00000000C5j-1wRaX"), 0},
        {&mta_exim, SV("63A8A2CF3"), 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_int(rows[i].mta->queue_id_length(rows[i].v), rows[i].length, rows[i].v);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
