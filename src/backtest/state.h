/* state: what the files of this room share. */
#ifndef BOUNCELOG_BACKTEST_STATE_H
#define BOUNCELOG_BACKTEST_STATE_H

#include "bouncelog/backtest/backtest.h"
#include "bouncelog/ledger/ledger.h"
#include "bouncelog/suppress/regrets.h"
#include "prints.h"

/* An address that failed on some day. */
struct subject {
    uint32_t index;
    int32_t step;      /* of the latest mail that it took; 0: none */
    int32_t lost_day;  /* the last day on which mail that it took was counted... */
    int32_t saved_day; /* ...and mail that it refused */
    int64_t sign;      /* its first failure since; 0: none */
    /* For rivals: the times of the last two failures, and how many there were in a row. */
    int64_t last[2];
    uint32_t bounces;
    bool touched; /* in the list of the same name */
};

/* What an entry would rest on. */
struct reason {
    struct subject *subject;
    const struct event *event;
    sv words;
};

/* A policy on its way through the days. */
struct replay {
    const struct backtest_policy *policy;
    struct evidence evidence; /* of a policy of ours */
    struct regrets *regrets;  /* of its days, the first one first; and how many there are */
    size_t nights;
    struct regrets known; /* the rules of all nights */
    struct backtest_entry *entries;
    int64_t *until; /* [i]: entry i lapses then; 0: never */
    size_t count;
    uint32_t *open; /* by subject: its entry and 1; 0: none is open */
    size_t room;
    /* Of a rival: who is listed tonight; candidates[i] is of the subject with the index of[i]. */
    struct backtest_entry *candidates;
    uint32_t *of;
    size_t candidate_count;
};

struct backtest {
    struct backtest_options options;
    struct replay *replays;
    struct map subjects; /* mailbox_key -> struct subject */
    struct prints prints;
    struct subject **touched; /* who took mail or failed: told to policies at night */
    size_t touched_count;
    struct map texts;      /* what entries share */
    struct ledger *ledger; /* empty: whom a failure is about is known */
    struct arena arena;    /* of the event at hand */
    int64_t today;         /* INT64_MIN: no day is over yet */
    int64_t latest;        /* time of what happened */
};

/* score.c */
sv backtest_text(struct backtest *backtest, sv text);
struct backtest_entry score_entry(struct backtest *backtest, const struct reason *reason);
/* Opens the entry, unless one is open already. until: when it lapses; 0: never. */
void score_open(struct backtest *backtest, struct replay *replay, const struct subject *subject,
                const struct backtest_entry *entry, int64_t until, int64_t now);
void score_close(struct replay *replay, const struct subject *subject);
bool score_is_open(const struct replay *replay, const struct subject *subject);
/* Mail to the subject was refused for good, or taken in a step, on the day at hand; it is the first
 * of that day. */
void score_saved(const struct replay *replay, const struct subject *subject);
void score_lost(const struct replay *replay, const struct subject *subject, int64_t step,
                bool is_first);
/* Those that are too old go. */
void score_lapse(struct replay *replay, int64_t now);

/* policies.c */
void policy_begin(struct backtest *backtest, struct replay *replay);
/* Judges the event. */
void policy_fail(struct replay *replay, struct event *event);
void policy_night(struct backtest *backtest, struct replay *replay, int64_t day);

/* rivals.c */
void rivals_fail(struct backtest *backtest, const struct reason *reason);
void rival_night(struct backtest *backtest, struct replay *replay, int64_t now);

#endif
