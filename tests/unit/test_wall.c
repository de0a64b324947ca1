/* report: the same hours of UTC by the days and hours of other zones. The tables of the zones are
 * written down here: what the machine knows of them does not matter. */
#include "bouncelog/base/date.h"
#include "loaded.h"
#include "report/times.h"

enum { HOUR = 3600, DAY = 86400 };

/* So many seconds east of UTC, from those times on. */
struct zone {
    const char *name;
    struct wall_change changes[4];
    size_t count;
};

static struct wall wall_of(const struct zone *zone)
{
    return (struct wall){sv_from(zone->name), zone->changes, zone->count};
}

static struct zone berlin(void)
{
    return (struct zone){"Europe/Berlin",
                         {{at("2025-10-26T01:00:00Z"), HOUR},
                          {at("2026-03-29T01:00:00Z"), 2 * HOUR},
                          {at("2026-10-25T01:00:00Z"), HOUR},
                          {at("2027-03-28T01:00:00Z"), 2 * HOUR}},
                         4};
}

static const struct zone kolkata = {"Asia/Kolkata", {{0, 5 * HOUR + HOUR / 2}}, 1};
static const struct zone newfoundland = {"America/St_Johns", {{0, -(3 * HOUR + HOUR / 2)}}, 1};
static const struct zone west = {"UTC-05:00", {{0, -5 * HOUR}}, 1};

static void expect_wall(const struct wall *wall, const char *utc, const char *shown)
{
    char text[DATE_TEXT];
    date_format(wall_time(wall, at(utc)), text);
    expect_sv(sv_sub(sv_from(text), 0, 16), sv_from(shown), sv_from(utc));
}

static void expect_said(const struct wall *wall, const char *first, const char *last,
                        const char *words)
{
    struct buf said = {0};
    wall_say(wall, at(first), at(last), &said);
    expect_sv(buf_sv(&said), sv_from(words), SV_EMPTY);
    buf_release(&said);
}

static void test_offsets(void **state)
{
    struct zone zone = berlin();
    struct wall wall = wall_of(&zone), india = wall_of(&kolkata), island = wall_of(&newfoundland),
                five = wall_of(&west);
    (void)state;
    expect_wall(NULL, "2026-07-01T12:00:00Z", "2026-07-01T12:00");
    expect_wall(&wall, "2001-07-01T12:00:00Z", "2001-07-01T13:00"); /* before the first change */
    expect_wall(&wall, "2026-03-29T00:59:59Z", "2026-03-29T01:59");
    expect_wall(&wall, "2026-03-29T01:00:00Z", "2026-03-29T03:00");
    expect_wall(&wall, "2026-10-25T00:59:59Z", "2026-10-25T02:59");
    expect_wall(&wall, "2026-10-25T01:00:00Z", "2026-10-25T02:00");
    expect_wall(&wall, "2040-01-01T00:00:00Z", "2040-01-01T02:00"); /* behind the last one */
    expect_wall(&india, "2026-12-31T18:30:00Z", "2027-01-01T00:00");
    expect_wall(&island, "2027-01-01T03:29:59Z", "2026-12-31T23:59");
    expect_said(NULL, "2026-01-01", "2026-12-31", "UTC");
    expect_said(&five, "2026-01-01", "2026-12-31", "UTC-05:00");
    expect_said(&island, "2026-01-01", "2026-12-31", "America/St_Johns (UTC-03:30)");
    expect_said(&wall, "2026-07-01", "2026-07-02", "Europe/Berlin (UTC+02:00)");
    expect_said(&wall, "2026-10-24", "2026-10-26", "Europe/Berlin (UTC+02:00, then UTC+01:00)");
    expect_said(&wall, "2026-01-01", "2026-12-31",
                "Europe/Berlin (UTC+01:00, then UTC+02:00, then UTC+01:00)");
    expect_said(&wall, "2001-01-01", "2040-12-31", "Europe/Berlin (UTC+01:00, then UTC+02:00)");
    int64_t first = at("2026-01-01"), last = at("2026-12-31");
    assert_int_equal(wall_hours_begin(NULL, first, last), 0);
    assert_int_equal(wall_hours_begin(&wall, first, last), 0);
    assert_int_equal(wall_hours_begin(&india, first, last), HOUR / 2);
    assert_int_equal(wall_hours_begin(&island, first, last), HOUR / 2);
}

/* `deferred` attempts in each hour of UTC from the first to the last. */
static void make_hours(struct report *report, struct tally *tally, const struct wall *wall,
                       const char *first, const char *last)
{
    char name[DATE_TEXT];
    tally_init(tally);
    for (int64_t hour = at(first); hour <= at(last); hour += HOUR) {
        date_format(hour, name);
        *(struct outcomes *)map_add(&tally->hours, sv_from(name), NULL) =
            (struct outcomes){1, 0, 1, 0, 0};
    }
    tally->first = at(first) + 5 * 60;
    tally->last = at(last) + 55 * 60;
    *report = (struct report){
        .has_window = true, .wall = wall, .first = tally->first, .last = tally->last};
    times_make(report, tally);
}

static void expect_row(const struct report *report, size_t i, const char *start, int64_t count)
{
    assert_true(i < report->timeline.count);
    assert_int_equal(report->timeline.rows[i].start, at(start));
    assert_int_equal(report->timeline.rows[i].outcomes.count, count);
}

static int64_t in_week(const struct report *report)
{
    int64_t sum = 0;
    for (int day = 0; day < WEEKDAYS; day++)
        for (int hour = 0; hour < HOURS; hour++)
            sum += report->week_hours.deferred[day][hour];
    return sum;
}

static void release(struct report *report, struct tally *tally)
{
    arena_release(&report->arena);
    tally_release(tally);
}

/* A day of 23 hours in spring, of 25 in autumn. */
static void test_changes_of_the_clock(void **state)
{
    struct zone zone = berlin();
    struct wall wall = wall_of(&zone);
    struct report report;
    struct tally tally;
    (void)state;
    make_hours(&report, &tally, &wall, "2026-03-27T23:00:00Z", "2026-03-30T21:00:00Z");
    assert_int_equal(report.timeline.count, 3);
    expect_row(&report, 0, "2026-03-28", 24);
    expect_row(&report, 1, "2026-03-29", 23);
    expect_row(&report, 2, "2026-03-30", 24);
    assert_int_equal(report.week_hours.deferred[6][2], 0); /* there was none */
    assert_int_equal(report.week_hours.deferred[6][3], 1);
    assert_int_equal(in_week(&report), 71);
    release(&report, &tally);
    make_hours(&report, &tally, &wall, "2026-10-23T22:00:00Z", "2026-10-26T22:00:00Z");
    assert_int_equal(report.timeline.count, 3);
    expect_row(&report, 0, "2026-10-24", 24);
    expect_row(&report, 1, "2026-10-25", 25);
    expect_row(&report, 2, "2026-10-26", 24);
    assert_int_equal(report.week_hours.deferred[6][2], 2); /* it came twice */
    assert_int_equal(in_week(&report), 73);
    release(&report, &tally);
    /* Hour by hour nothing is lost, and none is put into another. */
    make_hours(&report, &tally, &wall, "2026-10-24T23:00:00Z", "2026-10-25T02:00:00Z");
    assert_int_equal(report.timeline.step, HOUR);
    assert_int_equal(report.timeline.count, 4);
    expect_row(&report, 0, "2026-10-25T01:00:00Z", 1);
    expect_row(&report, 1, "2026-10-25T02:00:00Z", 1);
    expect_row(&report, 2, "2026-10-25T02:00:00Z", 1);
    expect_row(&report, 3, "2026-10-25T03:00:00Z", 1);
    release(&report, &tally);
}

/* An hour of UTC belongs to the day in which it begins: 18:00Z is 23:30 in India. */
static void test_half_hours(void **state)
{
    struct wall india = wall_of(&kolkata), island = wall_of(&newfoundland);
    struct report report;
    struct tally tally;
    (void)state;
    make_hours(&report, &tally, &india, "2026-11-20T18:00:00Z", "2026-11-23T18:00:00Z");
    assert_int_equal(report.timeline.count, 4);
    expect_row(&report, 0, "2026-11-20", 1);
    expect_row(&report, 1, "2026-11-21", 24);
    expect_row(&report, 3, "2026-11-23", 24);
    assert_int_equal(report.week_hours.deferred[4][23], 1); /* Friday, half past eleven at night */
    assert_int_equal(report.week_hours.deferred[5][0], 1);
    release(&report, &tally);
    make_hours(&report, &tally, &india, "2026-11-20T18:00:00Z", "2026-11-20T19:00:00Z");
    expect_row(&report, 0, "2026-11-20T23:30:00Z", 1);
    expect_row(&report, 1, "2026-11-21T00:30:00Z", 1);
    release(&report, &tally);
    make_hours(&report, &tally, &island, "2026-11-20T03:00:00Z", "2026-11-22T04:00:00Z");
    assert_int_equal(report.timeline.count, 4);
    expect_row(&report, 0, "2026-11-19", 1); /* 23:30 */
    expect_row(&report, 1, "2026-11-20", 24);
    expect_row(&report, 3, "2026-11-22", 1); /* 00:30 */
    release(&report, &tally);
}

static void test_west(void **state)
{
    struct wall wall = wall_of(&west);
    struct report report;
    struct tally tally;
    struct ranking_row rows[] = {{.name = SV("google")}};
    (void)state;
    make_hours(&report, &tally, &wall, "2026-11-21T03:00:00Z", "2026-11-23T05:00:00Z");
    assert_int_equal(report.timeline.count, 4);
    expect_row(&report, 0, "2026-11-20", 2);
    expect_row(&report, 1, "2026-11-21", 24);
    expect_row(&report, 2, "2026-11-22", 24);
    expect_row(&report, 3, "2026-11-23", 1);
    assert_int_equal(report.timeline.earlier.count, 0);
    assert_int_equal(report.week_hours.deferred[4][22], 1);
    assert_int_equal(report.week_hours.deferred[4][21], 0);
    /* Providers were counted by the days of UTC, one less. */
    map_add(&tally.providers, SV("google"), NULL);
    *(struct outcomes *)map_add(&tally.provider_days, SV("google\n2026-11-23"), NULL) =
        (struct outcomes){6, 0, 6, 0, 0};
    report.providers = (struct ranking){rows, COUNT_OF(rows)};
    times_add_trends(&report, &tally);
    assert_int_equal(rows[0].trend->count, 3);
    assert_int_equal(rows[0].trend->attempts[2], 6);
    release(&report, &tally);
}

/* What does not fit any more is counted by the same days. */
static void test_many_days(void **state)
{
    struct wall wall = wall_of(&west);
    struct report report;
    struct tally tally;
    (void)state;
    make_hours(&report, &tally, &wall, "2026-08-01T05:00:00Z", "2026-11-01T05:00:00Z");
    assert_int_equal(report.timeline.count, PERIODS_MAX);
    expect_row(&report, 0, "2026-08-02", 24);
    expect_row(&report, PERIODS_MAX - 1, "2026-11-01", 1);
    assert_int_equal(report.timeline.earlier.count, 24);
    release(&report, &tally);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offsets),    cmocka_unit_test(test_changes_of_the_clock),
        cmocka_unit_test(test_half_hours), cmocka_unit_test(test_west),
        cmocka_unit_test(test_many_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
