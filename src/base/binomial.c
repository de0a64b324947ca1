/* The chance of no more than so many hits is a regularized incomplete beta function (NIST Digital
 * Library of Mathematical Functions, 8.17.5); its continued fraction (8.17.22) is evaluated by
 * Lentz's method, and the share that makes the chance 5 % is found by halving. */
#include "bouncelog/base/binomial.h"

#include <math.h>

static const double chance = 0.05;

enum { STEPS_MAX = 10000, HALVINGS = 60 };

static double not_zero(double x)
{
    return fabs(x) < 1e-300 ? 1e-300 : x;
}

/* d of the term m, DLMF 8.17.23. */
static double term(double a, double b, double x, int m)
{
    int k = m / 2;
    return m % 2 ? -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
                 : k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k));
}

static double fraction(double a, double b, double x)
{
    double c = 1, d = 0, value = 1;
    for (int m = 1; m < STEPS_MAX; m++) {
        double numerator = term(a, b, x, m);
        d = 1 / not_zero(1 + numerator * d);
        c = not_zero(1 + numerator / c);
        value *= c * d;
        if (fabs(c * d - 1) < 1e-15)
            break;
    }
    return value;
}

static double beta_share(double a, double b, double x)
{
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    /* The fraction converges fast on this side alone. */
    if (x < (a + 1) / (a + b + 2))
        return front / (a * fraction(a, b, x));
    return 1 - front / (b * fraction(b, a, 1 - x));
}

/* The x for which the function, which grows, is `wanted`. */
static double solve(double a, double b, double wanted)
{
    double low = 0, high = 1;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (beta_share(a, b, middle) < wanted)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

struct binomial_bounds binomial_bounds(int64_t hits, int64_t trials)
{
    struct binomial_bounds bounds = {0, 1};
    double k = (double)hits, n = (double)trials;
    if (hits > 0 && trials > 0)
        bounds.lower = hits == trials ? pow(chance, 1 / n) : solve(k, n - k + 1, chance);
    if (hits < trials)
        bounds.upper = hits == 0 ? 1 - pow(chance, 1 / n) : solve(k + 1, n - k, 1 - chance);
    return bounds;
}
