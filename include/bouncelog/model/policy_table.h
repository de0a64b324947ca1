/* policy_table: when a category suppresses (patterns/policy.yaml), as loaded; immutable. */
#ifndef BOUNCELOG_MODEL_POLICY_TABLE_H
#define BOUNCELOG_MODEL_POLICY_TABLE_H

#include "bouncelog/model/taxonomy.h"

struct policy_rule {
    bool listed;     /* false: the category never suppresses */
    bool at_once;    /* one permanent, final failure on solid grounds is enough */
    bool per_domain; /* evidence of all addresses of a domain counts together */
    int messages;    /* distinct messages needed otherwise */
    int span_days;   /* ...between the first and the last of them, at least */
    int within_days; /* ...and only those of the last so many days; 0: all */
    uint32_t stages; /* bit set of enum stage; 0: any */
    int lapse_days;  /* the evidence may be this old, then mail is tried again; 0: for ever */
    enum tier tier;  /* of whom it lists */
    uint32_t causes; /* expired: bit set of enum scope of the cause; 0: any */
};

/* Who took mail lately is not dead on one day's word. */
struct recent_guard {
    int days;  /* it was taken so many days before the first failure, or fewer */
    int hours; /* ...then another failure is needed, at least so many hours after the first */
};

/* Who calls living mailboxes dead for hours or days (docs/POLICY.md). */
struct incident_guard {
    int addresses;      /* at least so many that were not called dead before */
    int times_percent;  /* ...and of those decided so many times the usual share */
    int others_percent; /* ...or of what others say at that time, where nothing is usual yet */
    int per_million;    /* the usual share is never thought to be smaller */
    int before;         /* mails decided there in the month before: less, and it is unknown */
    int unlikely;       /* by chance it is as rare as 1 in 10 to the power of this */
};

/* Trouble of our own (docs/POLICY.md). */
struct ours_guard {
    int domains;       /* at least so many failed on the way */
    int taken_percent; /* ...and less than this share of all took mail */
    int relay_domains; /* or so many behind one hop, */
    int relay_percent; /* ...or this share of all, and less than the above was taken there */
    int decided;       /* so many say enough in a few hours; fewer take a day and more */
    int days;          /* ...but no more than so many before and after */
    int queue_days;    /* a message that expired was tried for so long */
};

/* A rule whose entries are alive too often lists nobody new (docs/HOW-SURE.md). */
struct regret_guard {
    int per_million; /* of its entries that were mailed again, at the least, with 95 % certainty */
    int tested;      /* ...which are so many at least */
    int reversals;   /* ...and at so many domains some took mail */
    int days;        /* ...in so many days before */
};

/* Entries that leave the lists for one mail, so that it is known how many of them are alive. */
struct probe_rule {
    int per_million; /* 0: none does */
    int after_days;  /* on the list for so long */
    int seed;        /* another one, others */
};

/* A run that would change the lists far more than others. */
struct brake {
    int addresses, share_percent; /* of the recipients tried, or of the lists: more than both */
};

struct policy_table {
    bool loaded; /* the first file that says it wins: --policy, then a site's, then ours */
    struct policy_rule rules[CATEGORY_MAX];
    bool local_recipients_count;
    struct recent_guard recent;
    struct incident_guard incident;
    struct ours_guard ours;
    struct brake brake;
    struct regret_guard regret;
    struct probe_rule probe;
};

#endif
