/* regrets: of those who were listed, how many took mail after all, rule by rule; and which rules
 * are therefore held.
 *
 * An entry is tested once: when mail behind it is refused for good, or taken. Taken, it is a
 * reversal: the rule was wrong about somebody who lives. Counts add up over days and hosts.
 * Thread: one. Names and texts live as long as the regrets. */
#ifndef BOUNCELOG_SUPPRESS_REGRETS_H
#define BOUNCELOG_SUPPRESS_REGRETS_H

#include "bouncelog/base/binomial.h"
#include "bouncelog/suppress/suppress.h"

/* Of a rule. */
struct regret {
    int64_t listed, tested, accepted;
};

/* Somebody who was listed, and lives. */
struct reversal {
    sv address;               /* mailbox_key */
    sv rule, category, reply; /* of the failure that it rested on; reply may be empty */
    int code;
    int64_t listed_at;
    int64_t accepted_at; /* the mail that was taken, or the beginning of its step */
};

struct regrets {
    struct map rules; /* name -> struct regret */
    struct reversal *reversals;
    size_t reversal_count;
    struct arena texts;
};

void regrets_init(struct regrets *regrets);
void regrets_release(struct regrets *regrets);
void regrets_add(struct regrets *regrets, sv rule, const struct regret *more);
/* Copies it. */
void regrets_add_reversal(struct regrets *regrets, const struct reversal *reversal);
void regrets_merge(struct regrets *into, const struct regrets *from);

/* What a run that did not brake adds. known: has the names of all rules that may have listed
 * somebody (listing.rule is but a fingerprint). */
void regrets_note(struct regrets *regrets, const struct decisions *decisions,
                  const struct taxonomy *taxonomy, const struct regrets *known);

struct regret regrets_sum(const struct regrets *regrets);
/* Adds the names of rules that are held (suppress_options.held_rules): too many of those whom they
 * listed live, at enough domains. */
void regrets_hold(const struct regrets *regrets, const struct regret_guard *guard,
                  struct map *held);

#endif
