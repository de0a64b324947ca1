/* sent: deliveries as fingerprints, for notices that come on a later night.
 *
 * Who else saw a message has an entry as well, which no notice is proven by: recipients of a
 * message of several (one entry for all of them), and those whose server refused it after DATA.
 * With keys of tags, a delivery of mail whose sender has one has another entry, by that.
 * Ten bytes each, sorted, a block a day: the Message-ID, the recipient, who runs the relay (by name
 * and by network), and in which step of the day (model/activity.h). They are made with a secret of
 * the history's. A Message-ID is told apart from all others of a month but one in two thousand
 * times, and then the message counts as one to several recipients; a recipient but one in 2^28
 * times. Errors: a block of the wrong size is damaged. Thread: one.
 */
#ifndef BOUNCELOG_LATE_SENT_H
#define BOUNCELOG_LATE_SENT_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/map.h"
#include "bouncelog/late/late.h"

enum { SENT_BYTES = 10 };

/* Of the last relays, by name and by address; direct-mapped. */
enum { SENT_RELAYS = 65536 };
struct sent_memo {
    uint64_t key; /* 0: free */
    uint16_t bits;
};

struct sent {
    uint64_t secret;
    const struct patterns *patterns;
    bool tagged; /* mail may have tags (late/tag.h): of a message of several each has an entry */
    struct map days; /* int64_t, days since 1970 -> struct sent_day */
    struct sent_day *last;
    int64_t last_day;
    struct sent_memo *names, *networks; /* SENT_RELAYS; NULL: none yet */
};

struct sent_entry {
    uint64_t key;
    uint16_t rest;
};

struct sent_day {
    struct sent_entry *list;
    size_t count;
};

void sent_init(struct sent *sent, const struct patterns *patterns, uint64_t secret);
void sent_release(struct sent *sent);

/* A delivery, or an attempt that showed a server the Message-ID; others are left out. */
void sent_add(struct sent *sent, const struct event *event);

/* The day's deliveries, and those of a block of before (empty: there is none). -1: it is damaged.
 */
int sent_pack(struct buf *out, struct sent_day *day, sv before) MUST_CHECK;

/* Which message a notice asks for: as an entry has it. */
struct sent_question {
    uint64_t message, recipients[2]; /* the final and the original one */
    uint64_t tag;                    /* of the sender that it had, as an entry has it; 0: none */
    uint16_t name, network;          /* who handed the notice in; 0: nobody knows, or we did */
    uint16_t own;                    /* our own name: a relay that has it proves nothing */
    bool of_domain, own_of_domain;   /* are these names that of the recipient's domain? */
    bool tagged;                     /* nor is asked where it went: its tag suffices */
};
struct sent_question sent_question_of(const struct patterns *patterns, uint64_t secret,
                                      const struct late_notice *notice);

/* Does the notice come from the relay: does it have its name, or no more than its network? */
enum sent_from { SENT_FROM_ELSEWHERE, SENT_BY_NETWORK, SENT_BY_NAME };

/* What a block says. */
struct sent_answer {
    bool shared; /* the message went to somebody else... */
    bool seen;   /* ...to the final recipient */
    bool found;  /* it went to the final recipient, where the notice comes from... */
    int step;    /* ...then */
    enum sent_from from;
    bool by_tag;  /* not by its Message-ID */
    uint64_t key; /* of that entry */
};
/* -1: the block is damaged. */
int sent_find(sv block, const struct sent_question *question,
              struct sent_answer *answer) MUST_CHECK;

/* Does the recipient of this entry have another one in that step, whose key is not among `gone`? */
bool sent_has_others(sv block, uint64_t key, int step, const struct fpset *gone);

/* What is left of a block without the deliveries to an address (hash_mailbox). 1: there were some;
 * 0: there are none; -1: the block is damaged. */
int sent_forget(struct buf *out, sv block, uint64_t secret, uint64_t address) MUST_CHECK;

#endif
