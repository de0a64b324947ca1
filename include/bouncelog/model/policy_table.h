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
    uint32_t causes; /* expired: bit set of enum scope of the cause; 0: any */
};

/* A provider that calls living mailboxes dead for hours (docs/POLICY.md). */
struct outage_guard {
    int addresses;      /* called dead within a day, at least (once for each mail) */
    int share_percent;  /* ...of the mail that was decided there */
    int before_percent; /* ...where it was less than that before */
};

/* A run that would change the lists far more than others. */
struct brake {
    int addresses, share_percent; /* of the recipients tried, or of the lists: more than both */
};

struct policy_table {
    bool loaded; /* the first file that says it wins: --policy, then a site's, then ours */
    struct policy_rule rules[CATEGORY_MAX];
    bool local_recipients_count;
    struct outage_guard guard;
    struct brake brake;
};

#endif
