/* report: rankings, sums and --fail-on conditions. */
#include "bouncelog/report/condition.h"
#include "bouncelog/report/report.h"
#include "loaded.h"
#include "report/rankings.h"

static void add_name(struct map *map, const char *name, struct outcomes counts)
{
    *(struct outcomes *)map_add(map, sv_from(name), NULL) = counts;
}

static void expect_ranking(const struct map *map, size_t top, const char *want)
{
    struct ranking ranking;
    struct buf got = {0};
    ranking_make(&ranking, map, top);
    for (size_t i = 0; i < ranking.count; i++) {
        const struct ranking_row *row = &ranking.rows[i];
        buf_printf(&got, "%s%.*s %lld %lld %lld %lld %lld %.4f", i ? "; " : "", SV_FMT(row->name),
                   (long long)row->outcomes.count, (long long)row->outcomes.delivered,
                   (long long)row->outcomes.deferred, (long long)row->outcomes.bounced,
                   (long long)row->outcomes.expired, row->bounce_rate);
    }
    expect_sv(buf_sv(&got), sv_from(want), SV_EMPTY);
    buf_release(&got);
    ranking_release(&ranking);
}

static void test_rankings(void **state)
{
    struct map map;
    (void)state;
    map_init(&map, sizeof(struct outcomes));
    expect_ranking(&map, 2, "");
    add_name(&map, "small", (struct outcomes){1, 0, 0, 1, 0});
    add_name(&map, "b", (struct outcomes){3, 1, 1, 1, 0});
    add_name(&map, "big", (struct outcomes){7, 7, 0, 0, 0});
    add_name(&map, "a", (struct outcomes){3, 0, 1, 1, 1});
    static const char all[] = "big 7 7 0 0 0 0.0000; a 3 0 1 1 1 0.6667; b 3 1 1 1 0 0.3333; "
                              "small 1 0 0 1 0 1.0000";
    expect_ranking(&map, 50, all);
    expect_ranking(&map, 5, all);
    expect_ranking(&map, 4, all); /* as many as there are: nothing is cut */
    /* What is cut is summed in a last row, however large it is. */
    expect_ranking(&map, 3,
                   "big 7 7 0 0 0 0.0000; a 3 0 1 1 1 0.6667; b 3 1 1 1 0 0.3333; "
                   "(other) 1 0 0 1 0 1.0000");
    expect_ranking(&map, 1, "big 7 7 0 0 0 0.0000; (other) 7 1 2 3 1 0.5714");
    expect_ranking(&map, 0, "(other) 14 8 2 3 1 0.2857");
    map_release(&map);
}

static void test_bounce_rate(void **state)
{
    static const struct {
        struct outcomes counts;
        double rate;
    } rows[] = {
        {{0, 0, 0, 0, 0}, 0},
        {{1, 1, 0, 0, 0}, 0},
        {{1, 0, 0, 1, 0}, 1},
        {{3, 0, 0, 1, 0}, 0.3333},
        {{3, 0, 0, 1, 1}, 0.6667},
        {{20000, 0, 0, 1, 0}, 0.0001}, /* rounded half up */
        {{20001, 0, 0, 1, 0}, 0},
        {{8, 0, 7, 1, 0}, 0.125}, /* a deferral is no bounce, but an attempt */
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        double rate = rankings_bounce_rate(&rows[i].counts);
        if (rate < rows[i].rate || rate > rows[i].rate)
            fail_msg("row %zu: %.9f", i, rate);
    }
}

static void test_conditions_parsed(void **state)
{
    static const struct {
        sv text, name;
        enum comparison comparison;
        double limit;
    } rows[] = {
        {SV("bounce_rate>5%"), SV("bounce_rate"), COMPARE_MORE, 0.05},
        {SV("bounce_rate>=0.05"), SV("bounce_rate"), COMPARE_MORE_EQUAL, 0.05},
        {SV(" bounced < 10 "), SV("bounced"), COMPARE_LESS, 10},
        {SV("bounced<=10"), SV("bounced"), COMPARE_LESS_EQUAL, 10},
        {SV("bounced=10"), SV("bounced"), COMPARE_EQUAL, 10},
        {SV("bounced==10"), SV("bounced"), COMPARE_EQUAL, 10},
        {SV("category:ip_blocklisted>0"), SV("category:ip_blocklisted"), COMPARE_MORE, 0},
        {SV("code:550>100"), SV("code:550"), COMPARE_MORE, 100},
        {SV("attempts>0"), SV("attempts"), COMPARE_MORE, 0},
        {SV("delivered>0"), SV("delivered"), COMPARE_MORE, 0},
        {SV("deferred>0"), SV("deferred"), COMPARE_MORE, 0},
        {SV("expired>0"), SV("expired"), COMPARE_MORE, 0},
        {SV("handed_over>0"), SV("handed_over"), COMPARE_MORE, 0},
        {SV("discarded>0"), SV("discarded"), COMPARE_MORE, 0},
        {SV("refused>0"), SV("refused"), COMPARE_MORE, 0},
        {SV("unparsed>0"), SV("unparsed"), COMPARE_MORE, 0},
        {SV("unclassified>0"), SV("unclassified"), COMPARE_MORE, 0},
        {SV("ambiguous>0"), SV("ambiguous"), COMPARE_MORE, 0},
        {SV("suppressed>1.5"), SV("suppressed"), COMPARE_MORE, 1.5},
        {SV("bounce_rate>12.5 %"), SV("bounce_rate"), COMPARE_MORE, 0.125},
        {SV("messages.bounce_rate>5%"), SV("messages.bounce_rate"), COMPARE_MORE, 0.05},
        {SV("messages.waiting>5"), SV("messages.waiting"), COMPARE_MORE, 5},
        {SV("stream:news.shop.example/hard_bounce_rate>3%"),
         SV("stream:news.shop.example/hard_bounce_rate"), COMPARE_MORE, 0.03},
        {SV("stream:b+joe=x.example@shop.example/total>=3"),
         SV("stream:b+joe=x.example@shop.example/total"), COMPARE_MORE_EQUAL, 3},
        {SV("provider:google/delivery_rate<90% @ 100"), SV("provider:google/delivery_rate"),
         COMPARE_LESS, 0.9},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct condition condition;
        struct err err = {0};
        if (condition_parse(&condition, rows[i].text, &patterns.taxonomy, &err) != 0)
            fail_msg("%s", err.text);
        expect_sv(condition.name, rows[i].name, rows[i].text);
        expect_int(condition.comparison, rows[i].comparison, rows[i].text);
        expect_int(condition.limit * 1e6 + 0.5, rows[i].limit * 1e6 + 0.5, rows[i].text);
    }
}

static void test_conditions_refused(void **state)
{
    static const struct {
        sv text;
        const char *why;
    } rows[] = {
        {SV(""), "expected NAME>NUMBER"},
        {SV("bounce_rate"), "expected NAME>NUMBER"},
        {SV("bounce_rate>"), "expected NAME>NUMBER"},
        {SV("bounce_rate>%"), "expected NAME>NUMBER"},
        {SV("bounce_rate>x"), "expected NAME>NUMBER"},
        {SV("bounce_rate>5%%"), "expected NAME>NUMBER"},
        {SV("bounce_rate>5x"), "expected NAME>NUMBER"},
        {SV("bounce_rate>-5"), "expected NAME>NUMBER"},
        {SV("bounce_rate>nan"), "expected NAME>NUMBER"},
        {SV("bounce_rate>inf"), "expected NAME>NUMBER"},
        {SV("bounce_rate=>5"), "expected NAME>NUMBER"},
        {SV("bounce_rate<>5"), "expected NAME>NUMBER"},
        {SV("bounce_rate>5>6"), "expected NAME>NUMBER"},
        {SV("bounced>0x10"), "expected NAME>NUMBER"},
        {SV("bounced>1e3"), "expected NAME>NUMBER"},
        {SV("bounced>1.2.3"), "expected NAME>NUMBER"},
        {SV("bounced>9999999999999999999999999999999999"), "expected NAME>NUMBER"},
        {SV(">5"), "unknown name ''"},
        {SV("Bounced>5"), "unknown name 'Bounced'"},
        {SV("bounces>5"), "unknown name 'bounces'"},
        {SV("category:>0"), "unknown name 'category:'"},
        {SV("category:nonsense>0"), "unknown category 'nonsense'"},
        {SV("code:>0"), "unknown name 'code:'"},
        {SV("code:55x>0"), "unknown name 'code:55x'"},
        {SV("code:1000>0"), "unknown name 'code:1000'"},
        {SV("messages.bounced>5%"), "is a count, not a share"},
        {SV("messages.bounce_rate>5"), "is a share: 5% or 0.05"},
        {SV("messages.nonsense>5"), "unknown name 'messages.nonsense'"},
        {SV("messages.>5"), "unknown name 'messages.'"},
        {SV("stream:shop.example>5%"), "expected NAME>NUMBER"},
        {SV("stream:/bounce_rate>5%"), "unknown name 'stream:/bounce_rate'"},
        {SV("provider:google>5%"), "unknown name 'provider:google'"},
        {SV("provider:google/share>5%"), "unknown name 'provider:google/share'"},
        {SV("bounced>5@10"), "only a share can have @10"},
        {SV("bounce_rate>5%@"), "expected NAME>NUMBER"},
        {SV("bounce_rate>5%@0"), "expected NAME>NUMBER"},
        {SV("bounce_rate>5%@x"), "expected NAME>NUMBER"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct condition condition;
        struct err err = {0};
        expect_int(condition_parse(&condition, rows[i].text, &patterns.taxonomy, &err), -1,
                   rows[i].text);
        expect_int(err.kind, ERR_USAGE, rows[i].text);
        if (!strstr(err.text, rows[i].why))
            fail_msg("%s: %s", rows[i].text.ptr, err.text);
    }
}

static void test_conditions_hold(void **state)
{
    static struct category_row categories[] = {{.category = {"greylisted", 10}, .count = 4}};
    static struct code_row codes[] = {{.code = 550, .count = 7}, {.code = 450, .count = 2}};
    struct report report = {.attempts = {10, 20, 30, 40, 50, 60, 70},
                            .attempts_total = 280,
                            .bounce_rate = 0.25,
                            .categories = categories,
                            .category_count = 1,
                            .codes = codes,
                            .code_count = 2,
                            .suppress_count = 3,
                            .lines = {.unparsed = 5},
                            .unclassified = {.count = 6},
                            .ambiguous = {.count = 8}};
    static const struct {
        sv name;
        double value;
    } rows[] = {
        {SV("attempts"), 280},
        {SV("delivered"), 10},
        {SV("deferred"), 20},
        {SV("bounced"), 30},
        {SV("expired"), 40},
        {SV("handed_over"), 50},
        {SV("discarded"), 60},
        {SV("refused"), 70},
        {SV("bounce_rate"), 0.25},
        {SV("unparsed"), 5},
        {SV("unclassified"), 6},
        {SV("ambiguous"), 8},
        {SV("suppressed"), 3},
        {SV("code:550"), 7},
        {SV("code:450"), 2},
        {SV("code:551"), 0},
        {SV("category:greylisted"), 4},
        {SV("category:reputation"), 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (int side = -1; side <= 1; side++) {
            double limit = rows[i].value + side * 0.125;
            for (int comparison = 0; comparison <= COMPARE_EQUAL; comparison++) {
                struct condition condition = {rows[i].name, (enum comparison)comparison, limit, 0};
                bool holds = comparison == COMPARE_MORE         ? side < 0
                             : comparison == COMPARE_MORE_EQUAL ? side <= 0
                             : comparison == COMPARE_LESS       ? side > 0
                             : comparison == COMPARE_LESS_EQUAL ? side >= 0
                                                                : side == 0;
                expect_int(condition_holds(&condition, &report), holds, rows[i].name);
            }
        }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rankings),          cmocka_unit_test(test_bounce_rate),
        cmocka_unit_test(test_conditions_parsed), cmocka_unit_test(test_conditions_refused),
        cmocka_unit_test(test_conditions_hold),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
