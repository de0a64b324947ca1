/* What mailing tools commonly do: a bounce is a code, and so many of them are enough.
 *
 * They look at nothing else, and let nobody go. What a rival would list is known when the failure
 * is read; it is on the list when the night comes, as with a policy of ours. */
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "state.h"

enum { BOUNCES_ENOUGH = 3, WINDOW_DAYS = 14 };

static const struct {
    const char *name, *meaning;
} rivals[RIVAL_COUNT] = {
    [RIVAL_NONE] = {"", ""},
    [RIVAL_ANY_5XX] = {"any-5xx", "any permanent refusal (code or status of class 5)"},
    [RIVAL_FIRST_HARD] = {"first-hard",
                          "the first hard bounce (status 5.1.x; without one: 550, 551, 553)"},
    [RIVAL_THREE_BOUNCES] = {"three-bounces", "three mails in a row that failed for good"},
    [RIVAL_THREE_IN_14] = {"3-in-14-days", "three mails that failed for good within 14 days"},
};

const char *rival_name(enum rival rival)
{
    return rivals[rival].name;
}

const char *rival_meaning(enum rival rival)
{
    return rivals[rival].meaning;
}

/* What our MTA logged stands where the server said no status. */
static sv status_of(const struct record *attempt)
{
    return attempt->reply.enhanced.len ? attempt->reply.enhanced : attempt->dsn;
}

static bool is_any_5xx(const struct record *attempt)
{
    return attempt->outcome != OUTCOME_EXPIRED &&
           (attempt->reply.code ? attempt->reply.code / 100 == 5
                                : sv_starts(status_of(attempt), SV("5.")));
}

static bool is_hard(const struct record *attempt)
{
    int code = attempt->reply.code;
    sv status = attempt->reply.enhanced;
    return is_any_5xx(attempt) && (status.len || !code ? sv_starts(status_of(attempt), SV("5.1."))
                                                       : code == 550 || code == 551 || code == 553);
}

static bool lists(enum rival rival, const struct subject *subject, const struct record *attempt)
{
    switch (rival) {
    case RIVAL_ANY_5XX:
        return is_any_5xx(attempt);
    case RIVAL_FIRST_HARD:
        return is_hard(attempt);
    case RIVAL_THREE_BOUNCES:
        return subject->bounces >= BOUNCES_ENOUGH;
    case RIVAL_THREE_IN_14:
        return subject->last[0] != INT64_MIN &&
               attempt->time - subject->last[0] <= (int64_t)WINDOW_DAYS * DATE_DAY;
    default:
        return false;
    }
}

static void add_candidate(struct backtest *backtest, struct replay *replay,
                          const struct reason *reason)
{
    size_t count = replay->candidate_count++;
    replay->candidates = mem_room(replay->candidates, count, sizeof *replay->candidates);
    replay->of = mem_room(replay->of, count, sizeof *replay->of);
    replay->candidates[count] = score_entry(backtest, reason);
    replay->of[count] = reason->subject->index;
}

void rivals_fail(struct backtest *backtest, const struct reason *reason)
{
    struct subject *subject = reason->subject;
    const struct record *attempt = &reason->event->attempt;
    if (subject->bounces && subject->step &&
        date_step(subject->last[1], DELIVERY_STEP) <= subject->step)
        subject->bounces = 0;
    subject->bounces++;
    for (size_t i = 0; i < backtest->options.policy_count; i++) {
        struct replay *replay = &backtest->replays[i];
        enum rival rival = replay->policy->rival;
        if (rival && !score_is_open(replay, subject) && lists(rival, subject, attempt))
            add_candidate(backtest, replay, reason);
    }
    subject->last[0] = subject->last[1];
    subject->last[1] = attempt->time;
}

void rival_night(struct backtest *backtest, struct replay *replay, int64_t now)
{
    for (size_t i = 0; i < replay->candidate_count; i++)
        score_open(backtest, replay, map_value_at(&backtest->subjects, replay->of[i]),
                   &replay->candidates[i], 0, now);
    mem_free(replay->candidates);
    mem_free(replay->of);
    replay->candidates = NULL;
    replay->of = NULL;
    replay->candidate_count = 0;
}
