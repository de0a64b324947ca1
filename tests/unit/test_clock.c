/* stamp and clock: how stamps without a year or a zone become UTC, source by source. */
#include <stdlib.h>
#include <time.h>

#include "bouncelog/base/date.h"
#include "loaded.h"
#include "parse/header/stamp.h"

/* Lines of one source, and the time that each of them must get. */
struct row {
    const char *why, *zone, *mtime;
    int year;
    bool zone_given;
    const char *lines, *times;
};

#define OUT                                                                                        \
    "to=<a@example.com>, relay=none, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (x)\n"
#define PF "mx1 postfix/smtp[1]: 63A8A2CF3: " OUT
#define PF_ARRIVAL(id) "mx1 postfix/smtpd[1]: " id ": client=app[192.0.2.1]\n"
#define PF_LONG(id) "mx1 postfix/smtp[1]: " id ": " OUT
#define SM_FROM(id)                                                                                \
    "mx1 sm-mta[1]: " id ": from=<n@example.org>, size=1, class=0, nrcpts=1, proto=ESMTP, "        \
    "daemon=MTA, relay=app [192.0.2.1]\n"
#define SM(id)                                                                                     \
    "mx1 sm-mta[1]: " id ": to=<a@example.com>, delay=00:00:01, mailer=esmtp, pri=1, relay=mx. "   \
    "[192.0.2.7], dsn=5.1.1, stat=User unknown\n"
#define EX_IN(id) id " <= n@example.org H=app [192.0.2.1] P=esmtp S=1\n"
#define EX(id) id " ** a@example.com R=r T=t H=mx [192.0.2.7]: x\n"

static const struct row rows[] = {
    {"a year in the stamp needs nothing", "UTC", "2030-01-01", 0, false,
     "2026-03-29T02:30:00Z " PF "2026-03-29T02:30:00.123456+02:00 " PF
     "2026-03-29T02:30:00-0500 " PF,
     "2026-03-29T02:30:00Z 2026-03-29T00:30:00Z 2026-03-29T07:30:00Z"},
    {"the file's date", "UTC", "2026-11-24T10:00:00Z", 0, false, "Nov 23 21:16:01 " PF,
     "2026-11-23T21:16:01Z"},
    {"later in the year than the file: it is of the year before", "UTC", "2026-01-02", 0, false,
     "Dec 31 23:59:59 " PF "Jan  1 00:00:01 " PF, "2025-12-31T23:59:59Z 2026-01-01T00:00:01Z"},
    {"the file's clock is behind by a few hours at the turn", "UTC", "2025-12-31T23:00:00Z", 0,
     false, "Jan  1 00:30:00 " PF "Dec 31 23:30:00 " PF,
     "2026-01-01T00:30:00Z 2025-12-31T23:30:00Z"},
    {"a zone that is in the next year already", "Asia/Tokyo", "2025-12-30T22:00:00Z", 0, false,
     "Jan  1 05:00:00 " PF, "2025-12-31T20:00:00Z"},
    {"two days ahead of the file it cannot be", "UTC", "2025-12-31T00:00:00Z", 0, false,
     "Jan  2 00:30:00 " PF, "2025-01-02T00:30:00Z"},
    {"29 February, of the year of the file", "UTC", "2028-03-05", 0, false, "Feb 29 12:00:00 " PF,
     "2028-02-29T12:00:00Z"},
    {"--year is that of the first line", "UTC", "2026-11-24", 2019, false,
     "Dec 30 12:00:00 " PF "Dec 31 23:59:59 " PF "Jan  1 00:00:01 " PF,
     "2019-12-30T12:00:00Z 2019-12-31T23:59:59Z 2020-01-01T00:00:01Z"},
    {"--year: a line out of order by less than a day is no new year", "UTC", "2026-11-24", 2019,
     false, "Jun  2 00:00:01 " PF "Jun  1 23:59:59 " PF,
     "2019-06-02T00:00:01Z 2019-06-01T23:59:59Z"},
    {"29 February with --year", "UTC", "2026-11-24", 2024, false, "Feb 29 12:00:00 " PF,
     "2024-02-29T12:00:00Z"},
    {"a long id says the year; mtime and --year have no say", "UTC", "2030-06-01", 2019, false,
     "Nov 23 21:16:01 " PF_ARRIVAL("4jYJdY6H6Zz1gBmV") "Nov 23 21:16:02 " PF,
     "2026-11-23T21:16:02Z"},
    {"...also of what stands without one, past the turn", "UTC", "2030-06-01", 0, false,
     "Dec 31 23:59:58 " PF_ARRIVAL(
         "4dhRlf0000z1gBmV") "Jan  1 00:00:05 " PF "Jan  3 00:00:05 " PF_LONG("4dhRlf0000z1gBmV"),
     "2026-01-01T00:00:05Z 2026-01-03T00:00:05Z"},
    {"...days before the first of them, too", "UTC", "2026-11-24T10:00:00Z", 0, false,
     "Nov 16 04:00:00 " PF "Nov 23 21:16:01 " PF_ARRIVAL("4jYJdY6H6Zz1gBmV") "Nov 23 21:16:02 " PF,
     "2026-11-16T04:00:00Z 2026-11-23T21:16:02Z"},
    {"...and months before, in the year before", "UTC", "2030-06-01", 0, false,
     "Jun 16 04:00:00 " PF "Dec 31 23:59:58 " PF_ARRIVAL("4dhRlf0000z1gBmV") "Jan  1 00:00:05 " PF,
     "2025-06-16T04:00:00Z 2026-01-01T00:00:05Z"},
    {"...and where a line out of order stands first", "UTC", "2026-11-30T10:00:00Z", 0, false,
     "Nov 29 04:00:00 " PF "Nov 23 21:16:01 " PF_ARRIVAL("4jYJdY6H6Zz1gBmV") "Nov 23 21:16:02 " PF,
     "2026-11-29T04:00:00Z 2026-11-23T21:16:02Z"},
    {"a line of an id is after its arrival, not a year before", "UTC", "2030-06-01", 0, false,
     "Jan  4 00:00:05 " PF_LONG("4dhRlf0000z1gBmV"), "2026-01-04T00:00:05Z"},
    {"an id that no stamp agrees with is nonsense", "UTC", "2026-11-24T10:00:00Z", 0, false,
     "Jun 23 21:16:01 " PF_ARRIVAL("4jYJdY6H6Zz1gBmV") "Jun 23 21:16:02 " PF,
     "2026-06-23T21:16:02Z"},
    {"the zone from sendmail's ids: +1 although the machine is in New York", "America/New_York",
     "2030-06-01", 0, false,
     "Nov 23 22:27:56 " SM_FROM("6ANLRuR5000052") "Nov 23 22:28:00 " SM(
         "6ANLRuR5000052") "Nov 23 22:28:01 " PF,
     "2026-11-23T21:28:00Z 2026-11-23T21:28:01Z"},
    {"...unless --timezone says otherwise", "America/New_York", "2030-06-01", 0, true,
     "Nov 23 22:27:56 " SM_FROM("6ANLRuR5000052") "Nov 23 22:28:00 " SM("6ANLRuR5000052"),
     "2026-11-24T03:28:00Z"},
    {"ids that agree with the machine leave its rules of summer time", "Europe/Berlin",
     "2030-06-01", 0, false, "Nov 23 22:27:56 " SM_FROM("6ANLRuR5000052") "Jun 23 22:28:01 " PF,
     "2027-06-23T20:28:01Z"},
    {"the same stamp with ids of two years, and with none", "UTC", "2030-06-01", 0, true,
     "Jan  1 00:00:05 " SM("5BVNxwR5000052") "Jan  1 00:00:05 " SM(
         "6BVNxwR5000052") "Jan  1 00:00:05 " PF "Jan  1 00:00:05 " SM("5BVNxwR5000052"),
     "2026-01-01T00:00:05Z 2027-01-01T00:00:05Z 2030-01-01T00:00:05Z 2026-01-01T00:00:05Z"},
    {"half hours", "UTC", "2030-06-01", 0, false,
     "Nov 24 02:57:56 " SM_FROM("6ANLRuR5000052") "Nov 24 02:58:00 " SM("6ANLRuR5000052"),
     "2026-11-23T21:28:00Z"},
    {"Exim's main log: a year, the zone from the id", "UTC", "2030-06-01", 0, false,
     "2026-11-23 22:27:38 " EX_IN("1xVbZa-00002s-0P") "2026-11-23 22:27:39 " EX("1xVbZa-00002s-0P"),
     "2026-11-23T21:27:39Z"},
    {"Exim with a zone of its own", "America/New_York", "2030-06-01", 0, false,
     "2026-11-23 22:27:39 +0100 " EX("1xVbZa-00002s-0P"), "2026-11-23T21:27:39Z"},
    {"the machine's zone when nothing says another", "Europe/Berlin", "2026-11-24T10:00:00Z", 0,
     false, "Jul 23 12:00:00 " PF "Nov 23 12:00:00 " PF,
     "2026-07-23T10:00:00Z 2026-11-23T11:00:00Z"},
    {"the hour that occurs twice is the first", "Europe/Berlin", "2026-11-24T10:00:00Z", 0, false,
     "Oct 25 02:30:00 " PF, "2026-10-25T00:30:00Z"},
};

static void add_times(struct buf *times, struct parser *parser, const struct clock *clock, sv text)
{
    struct records records = {0};
    int64_t number = 0;
    while (text.len) {
        sv line = sv_cut(text, '\n', &text);
        (void)parser_line(parser, clock, line, ++number, &records);
    }
    for (size_t i = 0; i < records.count; i++) {
        char time[DATE_TEXT];
        if (records.list[i].kind != RECORD_ATTEMPT)
            continue;
        date_format(records.list[i].time, time);
        buf_printf(times, "%s%s", times->len ? " " : "", time);
    }
    records_release(&records);
}

static void test_sources(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct parser_options options = {.patterns = &patterns, .host = SV_EMPTY};
        struct buf text = {0}, times = {0};
        assert_int_equal(setenv("TZ", rows[i].zone, 1), 0);
        tzset();
        /* The last line's newline is part of what a parser may read, and zeros follow. */
        buf_add(&text, sv_from(rows[i].lines));
        buf_reserve(&text, 64);
        memset(text.ptr + text.len, 0, 64);
        struct parser *parser = parser_new(&options);
        struct clock_options how = {i, rows[i].zone_given, rows[i].year, at(rows[i].mtime)};
        struct clock clock = parser_clock(parser, buf_sv(&text), &how);
        add_times(&times, parser, &clock, buf_sv(&text));
        expect_sv(buf_sv(&times), sv_from(rows[i].times), sv_from(rows[i].why));
        parser_free(parser);
        buf_release(&text);
        buf_release(&times);
    }
    assert_int_equal(setenv("TZ", "UTC", 1), 0);
    tzset();
}

static void test_fields(void **state)
{
    static const struct {
        sv year, month, day, hour, minute, second, zone;
        bool valid;
        struct civil civil;
        int zone_s;
    } cases[] = {
        {SV("2026"),
         SV("11"),
         SV("23"),
         SV("21"),
         SV("16"),
         SV("01"),
         SV("Z"),
         true,
         {2026, 11, 23, 21, 16, 1},
         0},
        {SV(""),
         SV("Nov"),
         SV("3"),
         SV("06"),
         SV("25"),
         SV("12"),
         SV(""),
         true,
         {0, 11, 3, 6, 25, 12},
         0},
        {SV(""),
         SV("Feb"),
         SV("29"),
         SV("0"),
         SV("0"),
         SV("0"),
         SV(""),
         true,
         {0, 2, 29, 0, 0, 0},
         0},
        {SV("2026"), SV("Feb"), SV("29"), SV("0"), SV("0"), SV("0"), SV(""), false, {0}, 0},
        {SV(""), SV("Feb"), SV("30"), SV("0"), SV("0"), SV("0"), SV(""), false, {0}, 0},
        {SV(""), SV("Now"), SV("3"), SV("0"), SV("0"), SV("0"), SV(""), false, {0}, 0},
        {SV(""), SV("nov"), SV("3"), SV("0"), SV("0"), SV("0"), SV(""), false, {0}, 0},
        {SV(""), SV("Dec"), SV("31"), SV("24"), SV("0"), SV("0"), SV(""), false, {0}, 0},
        {SV(""),
         SV("Dec"),
         SV("31"),
         SV("23"),
         SV("59"),
         SV("60"),
         SV("+05:30"),
         true,
         {0, 12, 31, 23, 59, 60},
         19800},
        {SV("2026"),
         SV("1"),
         SV("1"),
         SV("0"),
         SV("0"),
         SV("0"),
         SV("-0930"),
         true,
         {2026, 1, 1, 0, 0, 0},
         -34200},
        {SV("2026"),
         SV("1"),
         SV("1"),
         SV("0"),
         SV("0"),
         SV("0"),
         SV("UTC"),
         true,
         {2026, 1, 1, 0, 0, 0},
         0},
        {SV("2026"), SV("1"), SV("1"), SV("0"), SV("0"), SV("0"), SV("+xx:00"), false, {0}, 0},
    };
    (void)state;
    const struct map months = {0};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct stamp stamp;
        bool valid =
            stamp_from_fields(&stamp, &months, cases[i].year, cases[i].month, cases[i].day,
                              cases[i].hour, cases[i].minute, cases[i].second, cases[i].zone);
        expect_int(valid, cases[i].valid, cases[i].month);
        if (!valid)
            continue;
        assert_memory_equal(&stamp.civil, &cases[i].civil, sizeof stamp.civil);
        expect_int(stamp.zone_s, cases[i].zone_s, cases[i].zone);
        expect_int(stamp.has_zone, cases[i].zone.len > 0, cases[i].zone);
        expect_int(stamp.absolute, false, cases[i].zone);
    }
}

/* A journal's microseconds need no clock at all. */
static void test_absolute(void **state)
{
    struct stamp stamp = {.absolute = true, .seconds = 4711};
    struct clock clock = {.fixed = true, .offset_s = 3600};
    (void)state;
    assert_int_equal(stamp_resolve(&stamp, &clock, 1795469258, &(struct local_hours){0}), 4711);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_absolute),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
