/* report: what charts and short tables are made of. */
#include "bouncelog/base/date.h"
#include "loaded.h"
#include "ready_rows.h"
#include "report/counts.h"
#include "report/fixes.h"
#include "report/times.h"

enum { HOUR = 3600, DAY = 86400 };

static void add_hour(struct tally *tally, const char *time, struct outcomes outcomes)
{
    int64_t second = at(time);
    *(struct outcomes *)map_add(&tally->hours, sv_from(time), NULL) = outcomes;
    if (second < tally->first)
        tally->first = second;
    if (second > tally->last)
        tally->last = second;
}

static void make_times(struct report *report, const struct tally *tally)
{
    *report = (struct report){
        .has_window = tally->first <= tally->last, .first = tally->first, .last = tally->last};
    times_make(report, tally);
}

static void expect_period(const struct report *report, size_t i, const char *start, int64_t count,
                          int64_t failed, int64_t others)
{
    assert_true(i < report->timeline.count);
    const struct period_row *row = &report->timeline.rows[i];
    assert_int_equal(row->start, at(start));
    assert_int_equal(row->outcomes.count, count);
    assert_int_equal(row->failed, failed);
    assert_int_equal(row->others, others);
}

static void test_hours(void **state)
{
    struct tally tally;
    struct report report;
    (void)state;
    tally_init(&tally);
    make_times(&report, &tally); /* nothing happened */
    assert_int_equal(report.timeline.count, 0);
    add_hour(&tally, "2026-11-23T01:00:00Z", (struct outcomes){9, 3, 2, 1, 1});
    add_hour(&tally, "2026-11-22T23:00:00Z", (struct outcomes){2, 0, 2, 0, 0});
    make_times(&report, &tally);
    assert_int_equal(report.timeline.step, HOUR);
    assert_int_equal(report.timeline.count, 3);
    expect_period(&report, 0, "2026-11-22T23:00:00Z", 2, 0, 0);
    expect_period(&report, 1, "2026-11-23T00:00:00Z", 0, 0, 0);
    expect_period(&report, 2, "2026-11-23T01:00:00Z", 9, 2, 2);
    assert_int_equal(report.timeline.scale, 10);
    assert_int_equal(report.week_hours.deferred[6][23], 2); /* a Sunday */
    assert_int_equal(report.week_hours.deferred[0][1], 2);
    assert_int_equal(report.week_hours.most, 2);
    arena_release(&report.arena);
    tally_release(&tally);
}

static void test_days(void **state)
{
    struct tally tally;
    struct report report;
    (void)state;
    tally_init(&tally);
    add_hour(&tally, "1969-12-30T22:00:00Z", (struct outcomes){1033, 0, 4, 0, 0}); /* a Tuesday */
    add_hour(&tally, "1970-01-01T00:00:00Z", (struct outcomes){1, 0, 1, 0, 0});
    add_hour(&tally, "1970-01-01T23:00:00Z", (struct outcomes){1, 1, 0, 0, 0});
    make_times(&report, &tally);
    assert_int_equal(report.timeline.step, DAY);
    assert_int_equal(report.timeline.count, 3);
    expect_period(&report, 0, "1969-12-30T00:00:00Z", 1033, 0, 1029);
    expect_period(&report, 1, "1969-12-31T00:00:00Z", 0, 0, 0);
    expect_period(&report, 2, "1970-01-01T00:00:00Z", 2, 0, 0);
    assert_int_equal(report.timeline.scale, 1200);
    assert_int_equal(report.week_hours.deferred[1][22], 4);
    assert_int_equal(report.week_hours.deferred[3][0], 1);
    arena_release(&report.arena);
    /* Later days push the first ones out of the chart, not out of the sum. */
    add_hour(&tally, "1970-04-02T05:00:00Z", (struct outcomes){5, 5, 0, 0, 0});
    make_times(&report, &tally);
    assert_int_equal(report.timeline.count, PERIODS_MAX);
    expect_period(&report, 0, "1970-01-01T00:00:00Z", 2, 0, 0);
    expect_period(&report, PERIODS_MAX - 1, "1970-04-02T00:00:00Z", 5, 0, 0);
    assert_int_equal(report.timeline.earlier.count, 1033);
    assert_int_equal(report.timeline.earlier.deferred, 4);
    assert_int_equal(report.week_hours.deferred[1][22], 4);
    arena_release(&report.arena);
    tally_release(&tally);
}

static void test_trends(void **state)
{
    struct tally tally;
    struct report report;
    struct ranking_row rows[] = {{.name = SV("google")}, {.name = SV("(other)")}};
    (void)state;
    tally_init(&tally);
    add_hour(&tally, "2026-11-20T01:00:00Z", (struct outcomes){9, 9, 0, 0, 0});
    add_hour(&tally, "2026-11-22T05:00:00Z", (struct outcomes){1, 1, 0, 0, 0});
    map_add(&tally.providers, SV("google"), NULL);
    *(struct outcomes *)map_add(&tally.provider_days, SV("google\n2026-11-22"), NULL) =
        (struct outcomes){7, 1, 3, 2, 1};
    make_times(&report, &tally);
    report.providers = (struct ranking){rows, COUNT_OF(rows)};
    times_add_trends(&report, &tally);
    assert_non_null(rows[0].trend);
    assert_int_equal(rows[0].trend->most, 7);
    assert_int_equal(rows[0].trend->attempts[0], 0);
    assert_int_equal(rows[0].trend->attempts[2], 7);
    assert_int_equal(rows[0].trend->failures[2], 6);
    assert_null(rows[1].trend);
    arena_release(&report.arena);
    tally_release(&tally);
}

/* "category count: remedy (provider/list host count, host count | more) | more; ..." */
static void describe(struct buf *text, const struct report *report)
{
    for (size_t i = 0; i < report->fix_count; i++) {
        const struct fix_row *fix = &report->fixes[i];
        buf_printf(text, "%s%.*s %lld", i ? "; " : "", SV_FMT(fix->category),
                   (long long)fix->count);
        for (size_t r = 0; r < fix->remedy_count; r++) {
            const struct fix_remedy *remedy = &fix->remedies[r];
            buf_printf(text, ": %.*s", SV_FMT(remedy->remedy));
            for (size_t p = 0; p < remedy->place_count; p++) {
                const struct fix_place *place = &remedy->places[p];
                buf_printf(text, " (%.*s/%.*s", SV_FMT(place->provider), SV_FMT(place->list));
                for (size_t h = 0; h < place->host_count; h++)
                    buf_printf(text, " %.*s %lld", SV_FMT(place->hosts[h].name),
                               (long long)place->hosts[h].count);
                buf_printf(text, "|%lld)", (long long)place->more);
            }
        }
        buf_printf(text, "|%lld", (long long)fix->more);
    }
}

static void test_fixes(void **state)
{
    struct category_row categories[] = {
        {.category = SV("spam_content"), .scope = SV("content"), .remedy = SV("C"), .count = 90},
        {.category = SV("greylisted"), .scope = SV("sender"), .count = 80},
        {.category = SV("recipient_unknown"), .scope = SV("recipient"), .count = 70},
        {.category = SV("policy"), .scope = SV("sender"), .remedy = SV("P"), .count = 21},
        {.category = SV("tls_failure"), .scope = SV("network"), .remedy = SV("T"), .count = 5},
        {.category = SV("dns_temp"), .scope = SV("network"), .count = 4},
        {.category = SV("local_config"), .scope = SV("local"), .remedy = SV("L"), .count = 3}};
    struct block_row blocks[] = {
        {SV("mx9"), SV("x"), SV("greylisted"), SV(""), SV("wait"), SV("s"), 80, 0, 0, 0},
        {SV("mx1"), SV("google"), SV("policy"), SV("l"), SV("A"), SV("s"), 6, 0, 0, 0},
        {SV("mx1"), SV("gmx"), SV("policy"), SV(""), SV("B"), SV("s"), 5, 0, 0, 0},
        {SV("mx2"), SV("google"), SV("policy"), SV("l"), SV("A"), SV("s"), 4, 0, 0, 0},
        {SV("mx3"), SV("google"), SV("policy"), SV("l"), SV("A"), SV("s"), 3, 0, 0, 0},
        {SV("mx4"), SV("google"), SV("policy"), SV("l"), SV("A"), SV("s"), 2, 0, 0, 0},
        {SV("mx5"), SV("google"), SV("policy"), SV("l"), SV("A"), SV("s"), 1, 0, 0, 0}};
    struct report report = {.categories = categories,
                            .category_count = COUNT_OF(categories),
                            .blocks = blocks,
                            .block_count = COUNT_OF(blocks)};
    struct buf got = {0};
    (void)state;
    fixes_make(&report, &patterns.taxonomy);
    describe(&got, &report);
    expect_sv(buf_sv(&got),
              SV("policy 21: A (google/l mx1 6 mx2 4 mx3 3 mx4 2|1): B (gmx/ mx1 5|0)|0; "
                 "spam_content 90: C|0; tls_failure 5: T|0; local_config 3: L|0"),
              SV_EMPTY);
    buf_release(&got);
    arena_release(&report.arena);
}

static void test_fixes_bounded(void **state)
{
    enum { BLOCKS = 600 };
    static struct block_row blocks[BLOCKS];
    static char names[BLOCKS][8];
    struct category_row category = {
        .category = SV("policy"), .scope = SV("sender"), .remedy = SV("P"), .count = BLOCKS};
    struct report report = {
        .categories = &category, .category_count = 1, .blocks = blocks, .block_count = BLOCKS};
    (void)state;
    for (size_t i = 0; i < BLOCKS; i++) {
        (void)snprintf(names[i], sizeof names[i], "%zu", i);
        blocks[i] = (struct block_row){.host = sv_from(names[i]),
                                       .provider = sv_from(names[i / 6]),
                                       .category = category.category,
                                       .remedy = sv_from(names[i % 20]),
                                       .count = 1};
    }
    fixes_make(&report, &patterns.taxonomy);
    const struct fix_row *fix = &report.fixes[0];
    int64_t sum = fix->more;
    assert_int_equal(fix->remedy_count, FIX_REMEDIES_MAX);
    for (size_t r = 0; r < fix->remedy_count; r++) {
        const struct fix_remedy *remedy = &fix->remedies[r];
        int64_t places = remedy->more;
        assert_int_equal(remedy->place_count, FIX_PLACES_MAX);
        for (size_t p = 0; p < remedy->place_count; p++)
            places += remedy->places[p].count;
        assert_int_equal(places, remedy->count);
        sum += remedy->count;
    }
    assert_int_equal(sum, BLOCKS);
    arena_release(&report.arena);
}

static void test_suppressions(void **state)
{
    struct suppression rows[] = {
        {.category = SV("domain_no_mail"), .skipped = SV_EMPTY},
        {.category = SV("recipient_unknown"), .skipped = SV("odd")},
        {.category = SV("recipient_unknown"), .skipped = SV("even")},
        {.category = SV("recipient_unknown"), .skipped = SV("odd")},
        {.category = SV("domain_no_mail"), .skipped = SV_EMPTY},
    };
    struct report report = {0};
    struct ready_rows ready;
    ready_rows_set(&ready, &report, rows, COUNT_OF(rows));
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        ready.decisions[i].category = taxonomy_category(&patterns.taxonomy, rows[i].category);
    (void)state;
    counts_of_suppressions(&report, &patterns.taxonomy);
    assert_int_equal(report.suppress_listed, 2);
    assert_int_equal(report.suppress_category_count, 2);
    expect_sv(report.suppress_categories[0].name, SV("recipient_unknown"), SV_EMPTY);
    expect_sv(report.suppress_categories[0].meaning, SV("No such mailbox at that domain."),
              SV_EMPTY);
    assert_int_equal(report.suppress_categories[0].count, 3);
    assert_int_equal(report.suppress_categories[1].count, 2);
    assert_int_equal(report.suppress_skipped_count, 2);
    expect_sv(report.suppress_skipped[0].name, SV("odd"), SV_EMPTY);
    assert_int_equal(report.suppress_skipped[0].count, 2);
    ready_rows_release(&ready);
    arena_release(&report.arena);
}

/* A monitoring system gets so many series and no more, and no attempt is lost. */
static void test_replies(void **state)
{
    struct tally tally;
    struct report report = {0};
    struct taxonomy full = patterns.taxonomy;
    struct category categories[CATEGORY_MAX];
    static char names[CATEGORY_MAX][8];
    int64_t sum = 0, want = 0;
    (void)state;
    tally_init(&tally);
    tally.replies[mta_of("exim")][OUTCOME_DELIVERED][CATEGORY_MAX] = 5;
    tally.replies[mta_of("exim")][OUTCOME_BOUNCED][category_of("policy")] = 7;
    counts_of_replies(&report, &tally, &patterns.taxonomy);
    assert_int_equal(report.reply_count, 2);
    expect_sv(report.replies[0].category, SV("policy"), SV_EMPTY);
    expect_sv(report.replies[1].category, SV("none"), SV_EMPTY);
    arena_release(&report.arena);
    for (size_t i = 0; i < CATEGORY_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "c%zu", i);
        categories[i] = (struct category){.name = sv_from(names[i])};
    }
    memcpy(full.categories, categories, sizeof categories);
    full.category_count = CATEGORY_MAX;
    for (uint8_t mta = 0; mta < patterns.taxonomy.mta_count; mta++)
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            for (int i = 0; i <= CATEGORY_MAX; i++)
                want += tally.replies[mta][outcome][i] = i + 1;
    report = (struct report){0};
    counts_of_replies(&report, &tally, &full);
    assert_true(report.reply_count <= 360);
    for (size_t i = 0; i < report.reply_count; i++)
        sum += report.replies[i].count;
    assert_int_equal(sum, want);
    arena_release(&report.arena);
    tally_release(&tally);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hours),         cmocka_unit_test(test_days),
        cmocka_unit_test(test_trends),        cmocka_unit_test(test_fixes),
        cmocka_unit_test(test_fixes_bounded), cmocka_unit_test(test_suppressions),
        cmocka_unit_test(test_replies),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
