/* lacks: what is said to be missing is what the policy asks for. Any rule, any times: as many
 * failures more as are said list the address at the time that is said; fewer never do, and the last
 * of them a minute earlier does not. */
#include <stdlib.h>

#include "bouncelog/suppress/lacks.h"
#include "bouncelog/suppress/policy.h"
#include "testing.h"

enum { DAY = 86400, NOW = 1000 * DAY };

static struct policy_rule rule_of(int messages, int span, int within)
{
    return (struct policy_rule){
        .listed = true, .messages = messages, .span_days = span, .within_days = within};
}

static void expect_lack(const struct policy_rule *rule, const int64_t *times, size_t count,
                        int more, int64_t from, int64_t until)
{
    struct lack lack = lack_of(rule, times, count, NOW);
    assert_int_equal(lack.more, more);
    assert_int_equal(lack.from, from);
    assert_true(lack.until == until);
    assert_int_equal(lack.messages, count);
}

static void test_rows(void **state)
{
    (void)state;
    struct policy_rule full = rule_of(3, 14, 0), refuses = rule_of(3, 0, 30),
                       domain = rule_of(3, 2, 7);
    int64_t tens[] = {NOW - 10 * DAY, NOW - 5 * DAY, NOW - 1};
    expect_lack(&full, tens, 3, 1, NOW + 4 * DAY, INT64_MAX);
    expect_lack(&full, tens, 2, 1, NOW + 4 * DAY, INT64_MAX);
    expect_lack(&full, tens, 1, 2, NOW + 4 * DAY, INT64_MAX);
    expect_lack(&full, tens, 0, 3, NOW + 14 * DAY, INT64_MAX);
    int64_t old[] = {NOW - 40 * DAY, NOW - 39 * DAY};
    expect_lack(&full, old, 2, 1, NOW, INT64_MAX);
    expect_lack(&refuses, old, 2, 3, NOW, NOW + 30 * DAY);
    expect_lack(&refuses, tens, 2, 1, NOW, NOW + 20 * DAY);
    expect_lack(&domain, tens, 2, 2, NOW, NOW + 2 * DAY);
    int64_t unsorted[] = {NOW - 1, NOW - 20 * DAY, NOW - 10 * DAY};
    expect_lack(&full, unsorted, 3, 0, NOW - 1, INT64_MAX);
}

/* Do these, with `more` at the end of which all but the last fail at `first`, list the address? */
static bool lists(const struct policy_rule *rule, const int64_t *times, size_t count, int more,
                  int64_t first, int64_t last)
{
    int64_t all[64];
    for (size_t i = 0; i < count; i++)
        all[i] = times[i];
    for (int i = 0; i < more; i++)
        all[count++] = i + 1 < more ? first : last;
    return policy_reached(rule, all, count);
}

static void check(const struct policy_rule *rule, const int64_t *times, size_t count)
{
    struct lack lack = lack_of(rule, times, count, NOW);
    if (lack.more == 0) {
        assert_true(policy_reached(rule, times, count));
        return;
    }
    assert_false(policy_reached(rule, times, count));
    assert_true(lists(rule, times, count, lack.more, NOW, lack.from));
    if (lack.until != INT64_MAX)
        assert_true(lists(rule, times, count, lack.more, lack.until, lack.until) ||
                    lack.more >= rule->messages);
    for (int64_t first = NOW; first <= NOW + 20 * DAY; first += DAY / 2)
        for (int64_t last = first; last <= NOW + 20 * DAY; last += DAY / 2) {
            assert_false(lists(rule, times, count, lack.more - 1, first, last) && lack.more > 1);
            assert_false(last < lack.from && lists(rule, times, count, lack.more, first, last));
        }
}

static void test_any(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (int round = 0; round < 400; round++) {
        int span = rand_r(&seed) % 8, within = rand_r(&seed) % 2 ? span + rand_r(&seed) % 9 : 0;
        struct policy_rule rule = rule_of(1 + rand_r(&seed) % 4, span, within);
        int64_t times[6];
        size_t count = (size_t)rand_r(&seed) % 6;
        for (size_t i = 0; i < count; i++)
            times[i] = NOW - (int64_t)(rand_r(&seed) % 24) * DAY / 2;
        check(&rule, times, count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_any)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
