/* queue_id: which names are ids, and the time that some of them carry. */
#include "bouncelog/base/date.h"
#include "parse/queue_id.h"
#include "testing.h"

static void test_times(void **state)
{
    /* Encoded by hand: base 62 and 52 of the second, one character a field. NULL: says nothing. */
    static const struct {
        enum mta mta;
        sv id;
        const char *time;
    } rows[] = {
        {MTA_EXIM, SV("1xVbZa-00002s-0P"), "2026-11-23T21:27:38Z"},
        {MTA_EXIM, SV("1RwtJa-0007xm-AB"), "2012-02-13T10:39:22Z"},
        {MTA_EXIM, SV("1xVbZa-00000000C5j-1wRa"), "2026-11-23T21:27:38Z"},
        {MTA_EXIM, SV("1vb66g-000001-00"), "2025-12-31T23:59:58Z"},
        {MTA_EXIM, SV("000000-000001-00"), "1970-01-01T00:00:00Z"},
        {MTA_EXIM, SV("1xVbZa-00002s"), NULL},
        {MTA_EXIM, SV("1xVbZa-00002s-0"), NULL},
        {MTA_EXIM, SV("1xVbZa-00002s-0PX"), NULL},
        {MTA_EXIM, SV("1xVbZa-0000000C5j-1wRa"), NULL},
        {MTA_EXIM, SV("1xVbZa-00002s-1wRa"), NULL}, /* half of this kind, half of that */
        {MTA_EXIM, SV("1xVbZa-00000000C5j-0P"), NULL},
        {MTA_EXIM, SV("1xVb_a-00002s-0P"), NULL},
        {MTA_EXIM, SV(""), NULL},
        {MTA_POSTFIX, SV("4jYJdY6H6Zz1gBmV"), "2026-11-23T21:16:01Z"},
        {MTA_POSTFIX, SV("4dhRlf0000z1"), "2025-12-31T23:59:58Z"},
        {MTA_POSTFIX, SV("4TlXxR0000z1gBmV"), "2024-02-29T01:02:03Z"},
        {MTA_POSTFIX, SV("63A8A2CF3"), NULL},        /* short: microseconds and inode */
        {MTA_POSTFIX, SV("3A1B2C3D4Ez1"), NULL},     /* a vowel */
        {MTA_POSTFIX, SV("4jYJdY6H6Zy1gBmV"), NULL}, /* no z in its place */
        {MTA_POSTFIX, SV("4jYJdY6H6Zz"), NULL},      /* no inode */
        {MTA_POSTFIX, SV(""), NULL},
        {MTA_SENDMAIL, SV("6ANLRuR5000052"), "2026-11-23T21:27:56Z"},
        {MTA_SENDMAIL, SV("29VC3c9f015444"), "2022-10-31T12:03:38Z"},
        {MTA_SENDMAIL, SV("5BVNxw00000001"), "2025-12-31T23:59:58Z"},
        {MTA_SENDMAIL, SV("41T12300000001"), "2024-02-29T01:02:03Z"},
        {MTA_SENDMAIL, SV("e0100000000001"), "2000-01-01T00:00:00Z"}, /* the years modulo 60 */
        {MTA_SENDMAIL, SV("dBVNxx00000001"), "2059-12-31T23:59:59Z"},
        {MTA_SENDMAIL, SV("61T12300000001"), NULL}, /* 29 February 2026 */
        {MTA_SENDMAIL, SV("6CNLRuR5000052"), NULL}, /* the thirteenth month */
        {MTA_SENDMAIL, SV("6A0LRuR5000052"), NULL}, /* no day */
        {MTA_SENDMAIL, SV("6ANORuR5000052"), NULL}, /* hour 24 */
        {MTA_SENDMAIL, SV("6ANLyuR5000052"), NULL}, /* beyond x there is nothing */
        {MTA_SENDMAIL, SV("e6GLUxP00881"), NULL},   /* 8.10: no year in it */
        {MTA_SENDMAIL, SV("SAA15929"), NULL},       /* 8.9 */
        {MTA_SENDMAIL, SV("00001000000000003"), NULL},
        {MTA_SENDMAIL, SV(""), NULL},
        {MTA_UNKNOWN, SV("1xVbZa-00002s-0P"), NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t seconds = 0;
        char text[DATE_TEXT] = "";
        bool says = queue_id_time(rows[i].mta, rows[i].id, &seconds);
        if (says)
            date_format(seconds, text);
        expect_sv(sv_from(text), sv_from(rows[i].time ? rows[i].time : ""), rows[i].id);
        expect_int(says, rows[i].time != NULL, rows[i].id);
    }
}

static void test_take(void **state)
{
    static const struct {
        enum mta mta;
        sv message, id, rest;
    } rows[] = {
        {MTA_POSTFIX, SV("63A8A2CF3: to=<x>"), SV("63A8A2CF3"), SV("to=<x>")},
        {MTA_POSTFIX, SV("4jYJdY6H6Zz1gBmV: removed"), SV("4jYJdY6H6Zz1gBmV"), SV("removed")},
        {MTA_POSTFIX, SV("63A8A2CF3:to=<x>"), SV(""), SV("63A8A2CF3:to=<x>")},
        {MTA_POSTFIX, SV("63A8A2CF3 to=<x>"), SV(""), SV("63A8A2CF3 to=<x>")},
        {MTA_POSTFIX, SV("63A8: to=<x>"), SV(""), SV("63A8: to=<x>")}, /* too short for one */
        {MTA_POSTFIX, SV("63A8A2CF3:"), SV(""), SV("63A8A2CF3:")},
        {MTA_POSTFIX, SV("63A8A2CF3"), SV(""), SV("63A8A2CF3")},
        {MTA_POSTFIX, SV("connect to mx: "), SV(""), SV("connect to mx: ")},
        {MTA_POSTFIX, SV("NOQUEUE: reject: x"), SV("NOQUEUE"), SV("reject: x")},
        {MTA_POSTFIX, SV("0123456789012345678901234567890123456789: x"),
         SV("0123456789012345678901234567890123456789"), SV("x")},
        {MTA_POSTFIX, SV("01234567890123456789012345678901234567890: x"), SV(""),
         SV("01234567890123456789012345678901234567890: x")},
        {MTA_POSTFIX, SV(""), SV(""), SV("")},
        {MTA_SENDMAIL, SV("6ANLRuR5000052: to=x"), SV("6ANLRuR5000052"), SV("to=x")},
        {MTA_SENDMAIL, SV("6ANLRuR5000052[12]: to=x"), SV("6ANLRuR5000052"), SV("to=x")},
        {MTA_SENDMAIL, SV("6ANLRuR5000052[]: to=x"), SV(""), SV("6ANLRuR5000052[]: to=x")},
        {MTA_SENDMAIL, SV("6ANLRuR5000052[1: to=x"), SV(""), SV("6ANLRuR5000052[1: to=x")},
        {MTA_POSTFIX, SV("63A8A2CF3[1]: to=x"), SV(""), SV("63A8A2CF3[1]: to=x")},
        {MTA_EXIM, SV("1xVbZa-00002s-0P => x"), SV("1xVbZa-00002s-0P"), SV("=> x")},
        {MTA_EXIM, SV("1xVbZa-00000000C5j-1wRa ** x"), SV("1xVbZa-00000000C5j-1wRa"), SV("** x")},
        {MTA_EXIM, SV("1xVbZa-00002s-0P"), SV(""), SV("1xVbZa-00002s-0P")},
        {MTA_EXIM, SV("1xVbZa-00002s-0P: x"), SV(""), SV("1xVbZa-00002s-0P: x")},
        {MTA_EXIM, SV("1xVbZa-00002s-0P9 => x"), SV(""), SV("1xVbZa-00002s-0P9 => x")},
        {MTA_EXIM, SV("63A8A2CF3 => x"), SV(""), SV("63A8A2CF3 => x")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        sv message = rows[i].message;
        expect_sv(queue_id_take(rows[i].mta, &message), rows[i].id, rows[i].message);
        expect_sv(message, rows[i].rest, rows[i].message);
    }
}

/* Ids that a remote names stand before anything. */
static void test_length(void **state)
{
    static const struct {
        enum mta mta;
        sv v;
        size_t length;
    } rows[] = {
        {MTA_POSTFIX, SV("63A8A2CF3)"), 9},
        {MTA_POSTFIX, SV("63A8A2CF3"), 9},
        {MTA_POSTFIX, SV("Ok."), 0},
        {MTA_POSTFIX, SV(""), 0},
        {MTA_EXIM, SV("1xVbZa-00002s-0P"), 16},
        {MTA_EXIM, SV("1xVbZa-00002s-0P."), 16},
        {MTA_EXIM, SV("1xVbZa-00000000C5j-1wRa\""), 23},
        {MTA_EXIM, SV("1xVbZa-00000000C5j-1wRaX"), 0},
        {MTA_EXIM, SV("63A8A2CF3"), 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_int(queue_id_length(rows[i].mta, rows[i].v), rows[i].length, rows[i].v);
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
