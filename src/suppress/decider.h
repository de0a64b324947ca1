/* decider: what the files that decide share. */
#ifndef BOUNCELOG_SUPPRESS_DECIDER_H
#define BOUNCELOG_SUPPRESS_DECIDER_H

#include "bouncelog/suppress/suppress.h"
#include "incidents.h"
#include "ours.h"

struct decider {
    struct decisions *decisions;
    struct address_records records;
    const struct suppress_source *source;
    const struct suppress_options *options;
    struct incidents incidents;
    struct ours ours;
    int64_t now; /* the latest time that any evidence is of */
};

/* What speaks for a listing: one category's failures. */
struct ground {
    const struct failure *failure;
    bool at_once;
    enum hold hold; /* by a guard alone */
    const struct incident *incident;
    struct ours_trouble trouble; /* HOLD_OURS */
    int64_t from;                /* as in struct decision */
    int64_t messages;
};

/* Does the message count against this address, and no other one? */
bool ground_is_counted(const struct decider *decider, const struct failed_message *message);
/* Do these failures list the address, or would they if no guard held them back? */
bool ground_find(const struct decider *decider, sv address, const struct address_record *record,
                 const struct failure *failure, struct ground *ground);
/* Of several grounds one that is not held, the one that suffices at once, then the latest. */
bool ground_is_stronger(const struct ground *a, const struct ground *b);
/* Are the failures of a domain enough for all of it? */
bool ground_of_domain_reached(const struct decider *decider, const struct failure *failure);
struct incident_place ground_place(sv address, const struct failure *failure);

#endif
