/* A policy file, and what follows from it: whatever numbers it has, a policy that is taken gives an
 * answer to every question. */
#include "bouncelog/pattern/patterns.h"
#include "bouncelog/suppress/policy.h"
#include "fuzz.h"

enum { TIMES = 40, DAY = 86400 };

static void ask_rules(const struct policy_table *policy)
{
    int64_t times[TIMES];
    for (size_t i = 0; i < TIMES; i++)
        times[i] = 1795478400 + (int64_t)(i * 7 % TIMES) * DAY;
    for (size_t category = 0; category < CATEGORY_MAX; category++) {
        const struct policy_rule *rule = &policy->rules[category];
        if (!rule->listed)
            continue;
        bool before = false;
        for (size_t count = 0; count <= TIMES; count++) {
            bool reached = policy_reached(rule, times, count);
            fuzz_check(count > 0 || !reached, "nobody is listed for nothing");
            fuzz_check(rule->within_days || !before || reached, "more of the same is no excuse");
            before = reached;
        }
    }
}

static void ask_guards(const struct policy_table *policy)
{
    fuzz_check(!policy_brakes(&policy->brake, 0, 0), "nothing new is held by no brake");
    (void)policy_brakes(&policy->brake, UINT32_MAX, UINT32_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char base[] = "tests/fuzz/base";
    struct patterns_options options = {.dir = base,
                                       .policy = fuzz_file((sv){(const char *)data, size})};
    struct patterns patterns;
    struct err err = {0};
    if (patterns_load(&patterns, &options, &err) < 0) {
        fuzz_check(err.kind == ERR_CONFIG && err.text[0], "an error has words");
        return 0;
    }
    ask_rules(&patterns.policy);
    ask_guards(&patterns.policy);
    patterns_release(&patterns);
    return 0;
}
