/* moment: times as people write them, in zones on both sides of UTC and where the clock changes. */
#include <stdlib.h>
#include <time.h>

#include "bouncelog/base/date.h"
#include "cli/options/moment.h"
#include "testing.h"

static void set_zone(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

static void expect_moment(const char *zone, const char *now, bool local, const char *text,
                          const char *want)
{
    char got[DATE_TEXT] = "none";
    int64_t present, time;
    set_zone(zone);
    assert_true(date_parse(sv_from(now), &present));
    if (moment_parse(sv_from(text), present, local, &time))
        date_format(time, got);
    if (strcmp(got, want) != 0)
        fail_msg("%s at %s in %s%s: %s, not %s", text, now, zone, local ? "" : ", of UTC", got,
                 want);
    set_zone("UTC");
}

static void test_words_and_durations(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"2026-11-22", "2026-11-22T00:00:00Z"},
        {"2026-11-22T03:00:00Z", "2026-11-22T03:00:00Z"},
        {"2026-11-22 03:00:00+02:00", "2026-11-22T01:00:00Z"},
        {"2026-11-22 03:00", "2026-11-22T03:00:00Z"},
        {"2026-11-22T03:00", "2026-11-22T03:00:00Z"},
        {"2026-11-22 03:00:15", "2026-11-22T03:00:15Z"},
        {"now", "2026-11-23T10:20:30Z"},
        {"today", "2026-11-23T00:00:00Z"},
        {"Today", "2026-11-23T00:00:00Z"},
        {"yesterday", "2026-11-22T00:00:00Z"},
        {"last week", "2026-11-16T00:00:00Z"},
        {"24h", "2026-11-22T10:20:30Z"},
        {"7d", "2026-11-16T10:20:30Z"},
        {"2w", "2026-11-09T10:20:30Z"},
        {"90m", "2026-11-23T08:50:30Z"},
        {"2h30m", "2026-11-23T07:50:30Z"},
        {"1w1d1h1m1s", "2026-11-15T09:19:29Z"},
        {"0s", "2026-11-23T10:20:30Z"},
        {"", "none"},
        {"tomorrow", "none"},
        {"last  week", "none"},
        {"week", "none"},
        {"7", "none"},
        {"h", "none"},
        {"2h30", "none"},
        {"30m2h", "none"}, /* a slip, rather than an order of one's own */
        {"2h2h", "none"},
        {"2 h", "none"},
        {"-2h", "none"},
        {"2H", "none"},
        {"1000000s", "none"},
        {"99999999999999999999d", "none"},
        {"2026-11-22 03", "none"},
        {"2026-11-22 3:00", "none"},
        {"2026-11-22 24:00", "none"},
        {"2026-11-31 03:00", "none"},
        {"2026-11-22x03:00", "none"},
        {"2026-11-22 03:00 Z", "none"},
        {"2026-11-22 03:00:15 ", "none"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (int local = 0; local < 2; local++)
            expect_moment("UTC", "2026-11-23T10:20:30Z", local, rows[i].text, rows[i].want);
}

static void test_zones(void **state)
{
    static const struct {
        const char *zone, *now, *text, *want, *utc;
    } rows[] = {
        /* The day is that of the clock on the wall. */
        {"Europe/Berlin", "2026-11-22T23:30:00Z", "today", "2026-11-22T23:00:00Z",
         "2026-11-22T00:00:00Z"},
        {"America/New_York", "2026-11-23T03:00:00Z", "yesterday", "2026-11-21T05:00:00Z",
         "2026-11-22T00:00:00Z"},
        {"Asia/Kolkata", "2026-11-23T03:00:00Z", "last week", "2026-11-15T18:30:00Z",
         "2026-11-16T00:00:00Z"},
        {"Europe/Berlin", "2026-11-23T03:00:00Z", "2026-07-01 03:00", "2026-07-01T01:00:00Z",
         "2026-07-01T03:00:00Z"},
        /* A date alone, and what names a zone, are the same everywhere. */
        {"Europe/Berlin", "2026-11-23T03:00:00Z", "2026-11-22", "2026-11-22T00:00:00Z",
         "2026-11-22T00:00:00Z"},
        {"Europe/Berlin", "2026-11-23T03:00:00Z", "2026-11-22 03:00:00Z", "2026-11-22T03:00:00Z",
         "2026-11-22T03:00:00Z"},
        /* The clock went back an hour on 2026-10-25: that day has 25 hours. */
        {"Europe/Berlin", "2026-10-25T12:00:00Z", "today", "2026-10-24T22:00:00Z",
         "2026-10-25T00:00:00Z"},
        {"Europe/Berlin", "2026-10-26T12:00:00Z", "today", "2026-10-25T23:00:00Z",
         "2026-10-26T00:00:00Z"},
        {"Europe/Berlin", "2026-10-26T12:00:00Z", "yesterday", "2026-10-24T22:00:00Z",
         "2026-10-25T00:00:00Z"},
        {"Europe/Berlin", "2026-10-26T12:00:00Z", "24h", "2026-10-25T12:00:00Z",
         "2026-10-25T12:00:00Z"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        expect_moment(rows[i].zone, rows[i].now, true, rows[i].text, rows[i].want);
        expect_moment(rows[i].zone, rows[i].now, false, rows[i].text, rows[i].utc);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_and_durations),
        cmocka_unit_test(test_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
