/* suppress: who is listed, who is held back, who is cleared: evidence, policy and activity in,
 * decisions out. The only room that decides it; report, archive and lists are told.
 *
 * Pure: nothing that is given is changed, and no text is made. The same evidence gives the same
 * decisions, whatever the order in which it was recorded. docs/POLICY.md gives the reasons.
 * Records may be in a history that is larger than memory (address_records.h): then each is looked
 * at while decisions are made, and again when somebody asks what one rests on. Thread: one.
 * Decisions live no longer than the evidence and the records. */
#ifndef BOUNCELOG_SUPPRESS_SUPPRESS_H
#define BOUNCELOG_SUPPRESS_SUPPRESS_H

#include "bouncelog/evidence/address_records.h"
#include "bouncelog/ledger/ledger.h"
#include "bouncelog/model/activity.h"
#include "bouncelog/model/policy_table.h"

enum ruling {
    RULING_NONE,    /* nothing, or not enough, is held against it */
    RULING_LISTED,  /* stop mailing it */
    RULING_HELD,    /* it would be listed, but a guard or a person says no */
    RULING_CLEARED, /* it was listed, and has taken mail since */
};

enum hold {
    HOLD_NONE,
    HOLD_ALLOWED,  /* it is on the allow list */
    HOLD_INCIDENT, /* many living addresses were called dead there at that time */
    HOLD_OURS,     /* something of our own was broken at that time */
    HOLD_RECENT,   /* it took mail just before: it has to fail on another day as well */
    HOLD_RULE,     /* the rule has listed too many who live (regrets.h): nobody new is listed */
};

/* A stretch of time in which many were called dead that were not before, or hardly any mail left.
 */
struct incident {
    enum incident_kind {
        INCIDENT_PROVIDER,
        INCIDENT_OPERATOR, /* one who runs the servers of many domains */
        INCIDENT_NETWORK,  /* one whom only the servers' network tells of */
        INCIDENT_DOMAIN,
        INCIDENT_POOL, /* many small domains that keep their servers themselves */
        INCIDENT_OURS, /* a hop of our own; without a name: all of our mail */
    } kind;
    sv name;             /* lives as long as the decisions */
    int64_t first, last; /* seconds since 1970; hours, so last is the end of one */
    double share, usual; /* called dead of those decided, and how many of them usually are;
                          * ours: of the hop's mails, or of all domains, those that failed */
    int64_t addresses;   /* that were called dead then, for the first time; ours: that are held */
};

/* Why the lists must stay as they are. */
enum brake_why {
    BRAKE_NONE,
    BRAKE_MORE,  /* far more addresses would be new on them than usual */
    BRAKE_FEWER, /* far more would go from them */
    BRAKE_STAYS, /* one of these was so in an earlier run, and nobody has said --force since */
    BRAKE_BLIND, /* nothing was read that they could rest on */
};

/* There may be a million of them. */
struct decision {
    sv key;                          /* lower-cased address, or domain */
    const struct incident *incident; /* HOLD_INCIDENT */
    const struct failure *failure;   /* listed or held: what it rests on; NULL: see
                                      * decision_failure */
    union {
        int64_t from;         /* listed or held: failures then or later are those that count;
                               * HOLD_RECENT: one would be */
        int64_t delivered_at; /* cleared: when it took mail */
    };
    const char *skipped; /* listed or removed: why no list may carry it; NULL: it may */
    uint32_t messages;   /* listed or held: distinct messages that failed so */
    uint8_t category;    /* ...of what it rests on */
    enum ruling ruling : 8;
    enum hold hold : 8;   /* RULING_HELD: why */
    enum tier tier : 8;   /* listed: by the policy's rule */
    enum tier before : 8; /* ...and that it was listed with before */
    enum fate fate : 8;   /* of who was listed before: what became of mail to him */
    bool at_once : 1;     /* listed or held: one message was enough */
    bool fresh : 1;       /* listed: it was on no list before */
    bool removed : 1;     /* it was listed, and is not any more for whatever reason */
    bool probed : 1;      /* listed: lists leave it out until mail to it was sent... */
    bool was_probed : 1;  /* ...and did so before */
    bool entered : 1;     /* as our own host knows it: it is listed, and was not... */
    bool told : 1;        /* ...it was, and mail to it was refused or taken since: that is news */
};

/* Where an address stands from now on. */
struct relisting {
    sv key;
    struct listing listing;
};

struct decisions {
    struct decision *addresses, *domains; /* those of whom there is something to say */
    size_t address_count, domain_count;
    struct incident *incidents; /* that somebody is held for, or would be, by their time */
    size_t incident_count;
    /* Those that stand elsewhere than before, if the source keeps listings and no brake holds. */
    struct relisting *relistings;
    size_t relisting_count;
    struct arena names;             /* of incidents */
    struct arena keys;              /* of records that do not stay */
    struct address_records records; /* what was decided over... */
    const struct evidence *evidence;
    size_t fresh_count; /* of those listed */
    bool filtered;      /* addresses that nobody asked for were left alone */
    enum brake_why brake;
    /* For the brake: of those on the lists of before, so many would go. Who is held or allowed is
     * none of them: a guard or a person has said why. */
    size_t lost_count, before_count;
    bool brake_answered; /* a brake of an earlier run is over */
};

/* What happened. */
struct suppress_source {
    const struct evidence *evidence;
    struct address_records records; /* of the addresses; without `each`: those of the evidence */
    bool keeps_listings;            /* the history is told where addresses stand */
    const struct ledger *ledger;    /* what original recipients of open messages expanded to */
    int64_t latest;                 /* time of the latest attempt; INT64_MIN: none */
    /* For the brake: when this run's attempts begin, and the recipients that mail was tried for in
     * it; and on any days (since 1970; NULL: nobody knows). */
    int64_t first, tried;
    int64_t (*tried_on)(void *context, const int64_t *days, size_t count);
    void *tried_context;
    /* What was taken and called dead from one day to another (since 1970, both included), for the
     * incidents; other days may be visited, too, and a name more than once. NULL: nobody knows. */
    void (*each_activity)(void *context, int64_t first, int64_t last, activity_visitor *visit,
                          void *visitor);
    void *activity_context;
    bool by_day; /* each visit is of one day, and of no other than those asked for */
};

/* What is wanted. */
struct suppress_options {
    const struct taxonomy *taxonomy;
    const struct policy_table *policy;
    const struct map *known;  /* --recipients: lower-cased addresses and @domains; NULL: all */
    const struct map *allow;  /* lower-cased addresses and @domains never to be listed; or NULL */
    const struct map *listed; /* lower-cased addresses on lists of before; NULL: what the
                               * evidence says */
    const struct map *lists;  /* ...on those that this run writes, whatever the evidence says; or
                               * NULL */
    const struct map
        *held_rules;  /* names of rules that list nobody new (regrets.h); NULL: all may */
    int64_t now;      /* of this run, for probes; 0: there are none */
    bool may_brake;   /* there are lists that a run out of line must not replace */
    bool brake_stays; /* ...and an earlier run braked */
    bool blind;       /* ...and nothing was read */
    /* Also who was cleared by earlier runs, if mail was taken in [since, until). */
    bool tells_cleared;
    int64_t cleared_since, cleared_until;
};

void suppress_decide(struct decisions *decisions, const struct suppress_source *source,
                     const struct suppress_options *options);
void decisions_release(struct decisions *decisions);

/* What a decision of a listed or held one rests on. It lives until the next call. Where it cannot
 * be read any more, it says nothing; the history knows (archive_check). */
const struct failure *decision_failure(const struct decisions *decisions,
                                       const struct decision *decision);
/* The records that are decided over. */
struct address_records suppress_records(const struct suppress_source *source);

/* Is the address (lower-cased), or its @domain, one of them (suppress_options.known)? */
bool suppress_is_known(const struct map *known, sv address);

/* Where an address stands on the lists after a run at `now` that did not brake. record: what was
 * known of it before; decision: NULL where there is none. */
struct listing suppress_listing(const struct address_record *record,
                                const struct decision *decision, bool filtered, int64_t now);

#endif
