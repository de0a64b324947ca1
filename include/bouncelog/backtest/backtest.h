/* backtest: what a policy would have done: whom it would have listed on each day of the past, by
 * what was known then, and what became of the mail that they got all the same.
 *
 * Days are gone through in their order, as nightly runs do: all that happened on a day is told,
 * then the night decides (suppress.h, over evidence of its own). An entry is an address from the
 * night that lists it. Mail to it on later days puts it to the test: refused for good, it would
 * have been saved; taken, it would have been lost, and the entry was wrong. Who is suppressed gets
 * no mail that could prove him alive, so an entry stays, also behind mail that was taken, until the
 * policy itself would let it go: by age, or because a guard finds an incident. What got no mail is
 * not tested, and never called right. Of each address one mail a day is counted. Rivals are what
 * mailing tools commonly do, and let nobody go. Thread: one. Entries live as long as the backtest.
 */
#ifndef BOUNCELOG_BACKTEST_BACKTEST_H
#define BOUNCELOG_BACKTEST_BACKTEST_H

#include "bouncelog/evidence/trials.h"
#include "bouncelog/suppress/suppress.h"

enum rival {
    RIVAL_NONE,          /* it is a policy of ours */
    RIVAL_ANY_5XX,       /* any refusal with a code or status of class 5 */
    RIVAL_FIRST_HARD,    /* one of status 5.1.x, or of 550, 551, 553 where there is no status */
    RIVAL_THREE_BOUNCES, /* three mails that failed for good, and none taken in between */
    RIVAL_THREE_IN_14,   /* three that failed for good within 14 days */
    RIVAL_COUNT
};
/* "any-5xx". */
const char *rival_name(enum rival rival);
const char *rival_meaning(enum rival rival);

struct backtest_policy {
    const char *name;
    enum rival rival;
    const struct taxonomy *taxonomy; /* of a rival as well: it names what failed */
    const struct policy_table *table;
    failure_judge *judge; /* sets the action, and the verdict where rules are others */
    void *context;
};

struct backtest_options {
    const struct backtest_policy *policies;
    size_t policy_count;
    const struct fpset *senders; /* envelope senders of ours (hash_mailbox): never listed */
    const struct map *allow;     /* nor these; NULL: nobody */
    /* What was taken and called dead (suppress_source). */
    void (*each_activity)(void *context, int64_t first, int64_t last, activity_visitor *visit,
                          void *visitor);
    void *activity_context;
    bool by_day; /* struct suppress_source */
};

/* The policies and what they point to must outlive it. */
struct backtest *backtest_new(const struct backtest_options *options);
void backtest_free(struct backtest *backtest);

/* An address that fails on some day; before the first day. */
void backtest_know(struct backtest *backtest, sv address);
/* Of the day at hand: mail to the address of this fingerprint (fpset_kept) was taken in a step; one
 * of those that failed on it. In any order, but those of one address by their times. */
void backtest_take(struct backtest *backtest, uint64_t fingerprint, int64_t step);
void backtest_fail(struct backtest *backtest, const struct trials *trials,
                   const struct trial *trial);
/* The day (UTC, since 1970) is over. Days without mail may be left out. */
void backtest_night(struct backtest *backtest, int64_t day);

/* All of it at once, of a run over logs: what failed in any order, with its deliveries. From which
 * day to which; first > last: nothing failed. */
void backtest_replay(struct backtest *backtest, const struct trials *trials, int64_t *first,
                     int64_t *last);

struct backtest_entry {
    sv address;        /* mailbox_key */
    int64_t sign;      /* its first failure since mail to it was taken */
    int64_t listed_at; /* the night */
    /* The day on which mail was taken first: the beginning of its last step in which it was; 0:
     * none was. */
    int64_t accepted_at;
    int32_t saved, lost; /* mails behind it, no more than one a day */
    bool tested;         /* mail was refused for good, or taken */
    /* What it rests on: */
    sv rule, category, provider, operator; /* each may be empty */
    sv words;                              /* trial_words_of: the reply */
    int code;
};

/* Those of a policy, in the order of nights. */
const struct backtest_entry *backtest_entries(const struct backtest *backtest, size_t policy,
                                              size_t *count);

#endif
