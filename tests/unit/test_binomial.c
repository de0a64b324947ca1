/* binomial: the bounds against the sums that define them, and against numbers that others printed.
 */
#include <math.h>

#include "bouncelog/base/binomial.h"
#include "testing.h"

/* The chance of `from` to `to` hits, term by term. */
static double chance_of(int from, int to, int trials, double share)
{
    double sum = 0;
    for (int k = from; k <= to; k++)
        sum += exp(lgamma(trials + 1.0) - lgamma(k + 1.0) - lgamma(trials - k + 1.0) +
                   k * log(share) + (trials - k) * log1p(-share));
    return sum;
}

static void test_bounds_are_what_defines_them(void **state)
{
    static const int trials[] = {1, 2, 3, 7, 20, 100, 340, 5000};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(trials); i++)
        for (int n = trials[i], k = 0; k <= n; k += 1 + n / 37) {
            struct binomial_bounds bounds = binomial_bounds(k, n);
            if (k < n && fabs(chance_of(0, k, n, bounds.upper) - 0.05) > 1e-9)
                fail_msg("%d of %d: upper %.12f", k, n, bounds.upper);
            if (k > 0 && fabs(chance_of(k, n, n, bounds.lower) - 0.05) > 1e-9)
                fail_msg("%d of %d: lower %.12f", k, n, bounds.lower);
            assert_true(bounds.lower < bounds.upper);
        }
}

static void test_known_bounds(void **state)
{
    static const struct {
        int hits, trials;
        double lower, upper;
    } rows[] = {
        {0, 0, 0, 1},
        {0, 12, 0, 0.2209}, /* 1 - 0.05^(1/12) */
        {0, 14, 0, 0.1926},
        {5, 5, 0.5493, 1},
        {1, 10, 0.0051,
         0.3942}, /* Clopper and Pearson's chart; R: binom.test(1, 10, alt = "less") */
        {0, 1000000, 0, 0.000003},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct binomial_bounds bounds = binomial_bounds(rows[i].hits, rows[i].trials);
        if (fabs(bounds.lower - rows[i].lower) > 5e-5 || fabs(bounds.upper - rows[i].upper) > 5e-5)
            fail_msg("%d of %d: %.6f to %.6f", rows[i].hits, rows[i].trials, bounds.lower,
                     bounds.upper);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bounds_are_what_defines_them),
                                       cmocka_unit_test(test_known_bounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
