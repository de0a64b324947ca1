/* Which rules are held is asked of the history before each decision, and told by each run.
 *
 * Nobody who looks at a list should have to know why a rule is not applied: the line says how many
 * of whom, and what ends it. */
#include "held.h"

#include "bouncelog/base/date.h"
#include "cli.h"

void held_init(struct held *held)
{
    *held = (struct held){0};
    regrets_init(&held->regrets);
    map_init(&held->rules, 1);
}

void held_release(struct held *held)
{
    regrets_release(&held->regrets);
    map_release(&held->rules);
}

int held_load(struct held *held, struct archive *archive, struct suppress_options *options,
              struct err *err)
{
    const struct regret_guard *guard = &options->policy->regret;
    options->now = now_seconds();
    int64_t today = date_day(options->now);
    struct archive_window window = {today + 1 - guard->days, today + 1};
    if (archive_regrets(archive, window, &held->regrets, err) < 0)
        return -1;
    regrets_hold(&held->regrets, guard, &held->rules);
    options->held_rules = &held->rules;
    return 0;
}

void held_tell(const struct held *held)
{
    for (size_t i = 0; i < map_count(&held->rules); i++) {
        sv name = map_key_at(&held->rules, i);
        const struct regret *regret = map_get(&held->regrets.rules, name);
        say("the rule %.*s is held and lists nobody new: %lld of %lld that it listed and that were "
            "mailed again took mail (max_regret in the policy)",
            SV_FMT(name), (long long)regret->accepted, (long long)regret->tested);
    }
}
