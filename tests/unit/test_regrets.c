/* regrets: when a rule was wrong too often. */
#include "bouncelog/base/mem.h"
#include "bouncelog/suppress/regrets.h"
#include "testing.h"

static const struct regret_guard usual = {
    .per_million = 5000, .tested = 30, .reversals = 3, .days = 90};

/* So many reversals, at so many domains in turn. */
static void add_reversals(struct regrets *regrets, int count, int domains)
{
    char address[64];
    for (int i = 0; i < count; i++) {
        (void)snprintf(address, sizeof address, "p%d@d%d.example", i, i % domains);
        regrets_add_reversal(regrets, &(struct reversal){.address = sv_from(address),
                                                         .rule = SV("rule"),
                                                         .category = SV("recipient_unknown"),
                                                         .reply = SV("gone")});
    }
}

static bool is_held(int tested, int accepted, int domains, const struct regret_guard *guard)
{
    struct regrets regrets;
    struct map held;
    regrets_init(&regrets);
    map_init(&held, 1);
    regrets_add(&regrets, SV("rule"),
                &(struct regret){.listed = 10000, .tested = tested, .accepted = accepted});
    regrets_add(&regrets, SV("another"), &(struct regret){.listed = 10000, .tested = 5000});
    add_reversals(&regrets, accepted, domains ? domains : 1);
    regrets_hold(&regrets, guard, &held);
    bool is = map_get(&held, SV("rule")) != NULL;
    assert_int_equal(map_count(&held), is); /* never the other one */
    map_release(&held);
    regrets_release(&regrets);
    return is;
}

static void test_held(void **state)
{
    static const struct {
        const char *what;
        int tested, accepted, domains;
        bool want;
    } rows[] = {
        {"nobody was tested", 0, 0, 0, false},
        {"nobody took mail", 5000, 0, 0, false},
        {"one in ten, of few", 29, 3, 3, false},
        {"one in ten", 30, 3, 3, true},
        {"three of 166: 0.5 % is not certain yet", 166, 3, 3, false},
        {"three of 162: it is", 162, 3, 3, true},
        {"1 % of 5000", 5000, 50, 50, true},
        {"0.5 % of 5000", 5000, 25, 25, false},
        {"one in a thousand", 5000, 5, 5, false},
        {"a hundred mailboxes of one who answers for a domain", 100, 100, 1, false},
        {"the same of two", 100, 100, 2, false},
        {"days are gone on which they were tested", 0, 40, 40, true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_int(is_held(rows[i].tested, rows[i].accepted, rows[i].domains, &usual), rows[i].want,
                   sv_from(rows[i].what));
}

static void test_never_held(void **state)
{
    struct regret_guard never = usual;
    (void)state;
    never.per_million = 1000000;
    assert_false(is_held(100, 100, 100, &never));
}

/* Counts add up, and copies are copies. */
static void test_merge(void **state)
{
    struct regrets one, other;
    (void)state;
    regrets_init(&one);
    regrets_init(&other);
    regrets_add(&one, SV("rule"), &(struct regret){1, 2, 3});
    regrets_add(&other, SV("rule"), &(struct regret){10, 20, 30});
    regrets_add(&other, SV("more"), &(struct regret){100, 200, 300});
    add_reversals(&other, 2, 2);
    regrets_merge(&one, &other);
    regrets_release(&other);
    struct regret sum = regrets_sum(&one);
    assert_int_equal(sum.listed, 111);
    assert_int_equal(sum.tested, 222);
    assert_int_equal(sum.accepted, 333);
    assert_int_equal(one.reversal_count, 2);
    expect_sv(one.reversals[1].address, SV("p1@d1.example"), SV("address"));
    expect_sv(one.reversals[1].reply, SV("gone"), SV("reply"));
    regrets_release(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_held),
                                       cmocka_unit_test(test_never_held),
                                       cmocka_unit_test(test_merge)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
