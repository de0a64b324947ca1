/* Goes through the days. All policies see the same: what failed, what was taken; each night each of
 * them decides by itself.
 *
 * A failure is told to policies as they would judge it, to rivals as it was judged. */
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "state.h"

struct backtest *backtest_new(const struct backtest_options *options)
{
    struct backtest *backtest = mem_zero(1, sizeof *backtest);
    backtest->options = *options;
    backtest->replays = mem_zero(options->policy_count + 1, sizeof *backtest->replays);
    backtest->ledger = ledger_new(&(struct ledger_options){0});
    backtest->today = backtest->latest = INT64_MIN;
    map_init(&backtest->subjects, sizeof(struct subject));
    map_init(&backtest->texts, 1);
    for (size_t i = 0; i < options->policy_count; i++) {
        backtest->replays[i].policy = &options->policies[i];
        policy_begin(backtest, &backtest->replays[i]);
    }
    return backtest;
}

void backtest_free(struct backtest *backtest)
{
    if (!backtest)
        return;
    for (size_t i = 0; i < backtest->options.policy_count; i++) {
        struct replay *replay = &backtest->replays[i];
        evidence_release(&replay->evidence);
        for (size_t night = 0; night < replay->nights; night++)
            regrets_release(&replay->regrets[night]);
        mem_free(replay->regrets);
        regrets_release(&replay->known);
        mem_free(replay->entries);
        mem_free(replay->until);
        mem_free(replay->open);
        mem_free(replay->candidates);
        mem_free(replay->of);
    }
    mem_free(backtest->replays);
    ledger_free(backtest->ledger);
    map_release(&backtest->subjects);
    prints_release(&backtest->prints);
    mem_free(backtest->touched);
    map_release(&backtest->texts);
    arena_release(&backtest->arena);
    mem_free(backtest);
}

static struct subject *subject_of(struct backtest *backtest, sv address)
{
    bool added;
    struct subject *subject = map_add(&backtest->subjects, address, &added);
    if (added) {
        prints_add(&backtest->prints, fpset_kept(hash_bytes(address)), subject);
        subject->index = (uint32_t)map_count(&backtest->subjects) - 1;
        subject->lost_day = subject->saved_day = INT32_MIN;
        subject->last[0] = subject->last[1] = INT64_MIN;
    }
    return subject;
}

void backtest_know(struct backtest *backtest, sv address)
{
    (void)subject_of(backtest, address);
}

static void note_time(struct backtest *backtest, int64_t time)
{
    if (time > backtest->latest)
        backtest->latest = time;
}

static void touch(struct backtest *backtest, struct subject *subject)
{
    if (subject->touched)
        return;
    subject->touched = true;
    backtest->touched =
        mem_room(backtest->touched, backtest->touched_count, sizeof *backtest->touched);
    backtest->touched[backtest->touched_count++] = subject;
}

/* A delivery that a mail may still take back is asked about again. */
static void untouch(struct backtest *backtest)
{
    size_t kept = 0;
    for (size_t i = 0; i < backtest->touched_count; i++) {
        struct subject *subject = backtest->touched[i];
        subject->touched = subject->step && late_may_come(subject->step, backtest->latest);
        if (subject->touched)
            backtest->touched[kept++] = subject;
    }
    backtest->touched_count = kept;
}

void backtest_take(struct backtest *backtest, uint64_t fingerprint, int64_t step)
{
    struct subject *subject = prints_find(&backtest->prints, fingerprint);
    if (!subject)
        return;
    int64_t day = date_step(step, DELIVERY_STEPS_A_DAY);
    note_time(backtest, step * DELIVERY_STEP);
    touch(backtest, subject);
    if (!subject->step || step > subject->step)
        subject->step = (int32_t)step;
    if (subject->sign && date_step(subject->sign, DELIVERY_STEP) <= step)
        subject->sign = 0;
    for (size_t i = 0; i < backtest->options.policy_count; i++)
        score_lost(&backtest->replays[i], subject, step, subject->lost_day != day);
    subject->lost_day = (int32_t)day;
}

static bool is_final(enum outcome outcome)
{
    return outcome == OUTCOME_BOUNCED || outcome == OUTCOME_EXPIRED ||
           outcome == OUTCOME_BOUNCED_LATER;
}

void backtest_fail(struct backtest *backtest, const struct trials *trials,
                   const struct trial *trial)
{
    struct subject *subject = subject_of(backtest, trial_address(trials, trial));
    struct event event;
    int64_t day = date_day(trial->known);
    note_time(backtest, trial->known);
    touch(backtest, subject);
    if (!subject->sign || trial->time < subject->sign)
        subject->sign = trial->time - trial->earlier;
    const struct taxonomy *current = backtest->options.policies[0].taxonomy;
    arena_clear(&backtest->arena);
    trial_event(trials, trial, current, &backtest->arena, &event);
    for (size_t i = 0; i < backtest->options.policy_count; i++) {
        struct replay *replay = &backtest->replays[i];
        struct event same = event;
        if (replay->policy->rival)
            continue;
        if (replay->policy->taxonomy != current)
            trial_event(trials, trial, replay->policy->taxonomy, &backtest->arena, &same);
        policy_fail(replay, &same);
    }
    if (!is_final(event.attempt.outcome))
        return;
    if (subject->saved_day != day) {
        subject->saved_day = (int32_t)day;
        for (size_t i = 0; i < backtest->options.policy_count; i++)
            score_saved(&backtest->replays[i], subject);
    }
    rivals_fail(backtest, &(struct reason){subject, &event, trial_words(trials, trial)});
}

void backtest_night(struct backtest *backtest, int64_t day)
{
    int64_t now = (day + 1) * DATE_DAY;
    backtest->today = day;
    for (size_t i = 0; i < backtest->options.policy_count; i++) {
        struct replay *replay = &backtest->replays[i];
        if (replay->policy->rival)
            rival_night(backtest, replay, now);
        else
            policy_night(backtest, replay, day);
    }
    untouch(backtest);
}

const struct backtest_entry *backtest_entries(const struct backtest *backtest, size_t policy,
                                              size_t *count)
{
    *count = backtest->replays[policy].count;
    return backtest->replays[policy].entries;
}
