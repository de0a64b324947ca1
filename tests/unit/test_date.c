/* date: civil dates over centuries, and local times around the changes of real zones. */
#include <stdlib.h>
#include <time.h>

#include "bouncelog/base/date.h"
#include "testing.h"

static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Day after day from 1600 to 2400, counted by hand: 1600-01-01 is 135 140 days before 1970. */
static void test_every_day_of_eight_centuries(void **state)
{
    int64_t days = -135140;
    (void)state;
    for (int year = 1600; year < 2400; year++)
        for (int month = 1; month <= 12; month++) {
            int last = month_days[month - 1] + (month == 2 && is_leap(year));
            for (int day = 1; day <= last; day++, days++) {
                struct civil c = {year, month, day, 23, 59, 58}, back;
                assert_int_equal(date_from_civil(c), days * 86400 + 86398);
                back = date_to_civil(days * 86400 + 86398);
                assert_memory_equal(&back, &c, sizeof c);
                assert_true(date_is_valid(c));
            }
            assert_false(date_is_valid((struct civil){year, month, last + 1, 0, 0, 0}));
        }
    assert_int_equal(days, 157054); /* 2400-01-01 */
}

static void test_validity(void **state)
{
    static const struct {
        struct civil civil;
        bool valid;
    } rows[] = {
        {{2000, 2, 29, 0, 0, 0}, true},   {{1900, 2, 29, 0, 0, 0}, false},
        {{2024, 2, 29, 0, 0, 0}, true},   {{2026, 2, 29, 0, 0, 0}, false},
        {{2026, 0, 1, 0, 0, 0}, false},   {{2026, 13, 1, 0, 0, 0}, false},
        {{2026, 1, 0, 0, 0, 0}, false},   {{2026, 4, 31, 0, 0, 0}, false},
        {{2026, 1, 1, 23, 59, 59}, true}, {{2026, 1, 1, 24, 0, 0}, false},
        {{2026, 1, 1, 0, 60, 0}, false},  {{2016, 12, 31, 23, 59, 60}, true},
        {{2026, 1, 1, 0, 0, 61}, false},  {{2026, 1, 1, -1, 0, 0}, false},
        {{2026, 1, 1, 0, -1, 0}, false},  {{2026, 1, 1, 0, 0, -1}, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (date_is_valid(rows[i].civil) != rows[i].valid)
            fail_msg("row %zu", i);
}

static void test_text(void **state)
{
    static const struct {
        sv text;
        bool valid;
        int64_t seconds;
    } rows[] = {
        {SV("1970-01-01T00:00:00Z"), true, 0},
        {SV("2026-11-22T03:11:09Z"), true, 1795317069},
        {SV("2026-11-22t03:11:09z"), true, 1795317069},
        {SV("2026-11-22 03:11:09Z"), true, 1795317069},
        {SV("2026-11-22T03:11:09.123456Z"), true, 1795317069},
        {SV("2026-11-22T04:11:09+01:00"), true, 1795317069},
        {SV("2026-11-21T21:41:09-05:30"), true, 1795317069},
        {SV("2026-11-22"), true, 1795305600},
        {SV("1969-12-31T23:59:59Z"), true, -1},
        {SV("2016-12-31T23:59:60Z"), true, 1483228800}, /* a leap second */
        {SV("2026-11-22T03:11:09"), false, 0},          /* RFC 3339 wants a zone */
        {SV("2026-11-22T03:11Z"), false, 0},
        {SV("2026-11-22T03:11:09+0100"), false, 0},
        {SV("2026-11-22T03:11:09+01"), false, 0},
        {SV("2026-11-22T03:11:09+24:00"), false, 0},
        {SV("2026-11-22T03:11:09+01:60"), false, 0},
        {SV("2026-11-22T03:11:09ZZ"), false, 0},
        {SV("2026-11-22T03:11:09."), false, 0},
        {SV("2026-11-22x03:11:09Z"), false, 0},
        {SV("2026-02-29"), false, 0},
        {SV("2026-13-01"), false, 0},
        {SV("2026-1-01"), false, 0},
        {SV("2026-11-2"), false, 0},
        {SV("2026/11/22"), false, 0},
        {SV("+026-11-22"), false, 0},
        {SV("2026"), false, 0},
        {SV("24h"), false, 0},
        {SV(""), false, 0},
        {{NULL, 0}, false, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t seconds = 4711;
        expect_int(date_parse(rows[i].text, &seconds), rows[i].valid, rows[i].text);
        expect_int(seconds, rows[i].valid ? rows[i].seconds : 4711, rows[i].text);
    }
    char text[DATE_TEXT];
    date_format(1795317069, text);
    assert_string_equal(text, "2026-11-22T03:11:09Z");
    date_format(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59Z");
    /* Whatever a stamp says, its text fits. */
    date_format_mail(1795317069, text);
    assert_string_equal(text, "Sun, 22 Nov 2026 03:11:09 +0000");
    date_format_mail(0, text);
    assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 +0000");
    date_format_mail(-1, text);
    assert_string_equal(text, "Wed, 31 Dec 1969 23:59:59 +0000");
    date_format(INT64_MAX / 4, text);
    assert_true(strlen(text) < DATE_TEXT);
    date_format(INT64_MIN / 4, text);
    assert_true(strlen(text) < DATE_TEXT);
}

static void set_zone(const char *zone)
{
    if (zone)
        assert_int_equal(setenv("TZ", zone, 1), 0);
    tzset();
}

static void test_local_times(void **state)
{
    static const struct {
        const char *zone;
        sv local, utc;
    } rows[] = {
        {"UTC", SV("2026-03-29T02:30:00Z"), SV("2026-03-29T02:30:00Z")},
        {"Europe/Berlin", SV("2026-01-15T12:00:00Z"), SV("2026-01-15T11:00:00Z")},
        {"Europe/Berlin", SV("2026-07-15T12:00:00Z"), SV("2026-07-15T10:00:00Z")},
        /* the gap: 02:00 to 03:00 do not occur, and are read with the offset before it */
        {"Europe/Berlin", SV("2026-03-29T01:59:59Z"), SV("2026-03-29T00:59:59Z")},
        {"Europe/Berlin", SV("2026-03-29T02:00:00Z"), SV("2026-03-29T01:00:00Z")},
        {"Europe/Berlin", SV("2026-03-29T02:30:00Z"), SV("2026-03-29T01:30:00Z")},
        {"Europe/Berlin", SV("2026-03-29T03:00:00Z"), SV("2026-03-29T01:00:00Z")},
        {"Europe/Berlin", SV("2026-03-29T23:00:00Z"), SV("2026-03-29T21:00:00Z")},
        /* the fold: 02:00 to 03:00 occur twice, and are the first of the two */
        {"Europe/Berlin", SV("2026-10-25T01:59:59Z"), SV("2026-10-24T23:59:59Z")},
        {"Europe/Berlin", SV("2026-10-25T02:00:00Z"), SV("2026-10-25T00:00:00Z")},
        {"Europe/Berlin", SV("2026-10-25T02:59:59Z"), SV("2026-10-25T00:59:59Z")},
        {"Europe/Berlin", SV("2026-10-25T03:00:00Z"), SV("2026-10-25T02:00:00Z")},
        {"America/New_York", SV("2026-03-08T01:59:59Z"), SV("2026-03-08T06:59:59Z")},
        {"America/New_York", SV("2026-03-08T02:30:00Z"), SV("2026-03-08T07:30:00Z")},
        {"America/New_York", SV("2026-03-08T03:00:00Z"), SV("2026-03-08T07:00:00Z")},
        {"America/New_York", SV("2026-11-01T00:59:59Z"), SV("2026-11-01T04:59:59Z")},
        {"America/New_York", SV("2026-11-01T01:30:00Z"), SV("2026-11-01T05:30:00Z")},
        {"America/New_York", SV("2026-11-01T02:00:00Z"), SV("2026-11-01T07:00:00Z")},
        /* half hours, a change of half an hour, and one at midnight */
        {"Asia/Kolkata", SV("2026-03-29T02:30:00Z"), SV("2026-03-28T21:00:00Z")},
        {"Australia/Lord_Howe", SV("2026-04-05T01:45:00Z"), SV("2026-04-04T14:45:00Z")},
        {"Australia/Lord_Howe", SV("2026-10-04T02:15:00Z"), SV("2026-10-03T15:45:00Z")},
        {"America/Santiago", SV("2026-04-04T23:30:00Z"), SV("2026-04-05T02:30:00Z")},
        {"Pacific/Kiritimati", SV("2026-01-01T00:00:00Z"), SV("2025-12-31T10:00:00Z")},
        {"Pacific/Pago_Pago", SV("2026-01-01T00:00:00Z"), SV("2026-01-01T11:00:00Z")},
    };
    const char *old = getenv("TZ");
    char kept[64];
    (void)snprintf(kept, sizeof kept, "%s", old ? old : "UTC");
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t wall = 0, utc = 0;
        set_zone(rows[i].zone);
        assert_true(date_parse(rows[i].local, &wall) && date_parse(rows[i].utc, &utc));
        int64_t got = date_from_local(date_to_civil(wall));
        expect_int(got - utc, 0, rows[i].local);
    }
    set_zone(kept);
}

/* Every quarter of an hour of a year that no change makes doubtful comes back as it went. */
static void test_local_round_trip(void **state)
{
    static const char *const zones[] = {"Europe/Berlin", "America/New_York"};
    (void)state;
    for (size_t z = 0; z < COUNT_OF(zones); z++) {
        size_t twice = 0;
        set_zone(zones[z]);
        for (int64_t utc = 1767225600; utc < 1798761600; utc += 900) {
            int64_t got = date_from_local(date_to_civil(utc + date_zone_offset(utc)));
            if (got == utc - 3600)
                twice++; /* the second time round of the hour that occurs twice */
            else
                assert_int_equal(got, utc);
        }
        assert_int_equal(twice, 4);
    }
    set_zone("UTC");
}

/* Whoever keeps the hours gets the same, minute by minute, whatever he asked for before. */
static void test_local_hours(void **state)
{
    static const char *const zones[] = {"UTC",          "Europe/Berlin",       "America/New_York",
                                        "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago"};
    (void)state;
    for (size_t z = 0; z < COUNT_OF(zones); z++) {
        struct local_hours forward = {0}, across = {0};
        set_zone(zones[z]);
        for (int64_t wall = 1767225600; wall < 1798761600; wall += 419) {
            struct civil civil = date_to_civil(wall);
            int64_t want = date_from_local(civil);
            assert_int_equal(date_from_local_hour(&forward, civil), want);
            assert_int_equal(date_from_local_hour(&across, civil), want);
            civil.year -= 1 + civil.minute % 4; /* a stamp's year is tried out */
            if (date_is_valid(civil))
                assert_int_equal(date_from_local_hour(&across, civil), date_from_local(civil));
        }
    }
    set_zone("UTC");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day_of_eight_centuries),
        cmocka_unit_test(test_validity),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_local_times),
        cmocka_unit_test(test_local_round_trip),
        cmocka_unit_test(test_local_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
