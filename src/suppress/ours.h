/* ours: failures that many unrelated domains share while hardly any mail gets through: by all that
 * is known the fault is on our side, be it a relay, a resolver, a line or port 25. */
#ifndef BOUNCELOG_SUPPRESS_OURS_H
#define BOUNCELOG_SUPPRESS_OURS_H

#include "bouncelog/suppress/suppress.h"
#include "readers.h"

struct way;
struct taken_hour;

struct ours {
    const struct suppress_options *options;
    bool looks;                  /* it is known what got through */
    struct way *world;           /* all mail that failed on the way to a mailbox */
    struct map hops;             /* whoever runs a hop that is not the domain's own -> struct way */
    int64_t oldest, first, last; /* what is looked at: not before the time `oldest`; hours of those
                                  * that a rule would list somebody for, first > last: none */
    struct taken_hour *taken;    /* domains that took mail, by the hour, from `from` on */
    int64_t from;                /* hours since 1970 */
    size_t hours;                /* 0: nobody would be listed for what happened on the way */
};

/* now: the latest time that any evidence is of. */
void ours_init(struct ours *ours, const struct suppress_source *source,
               const struct suppress_options *options, int64_t now);
/* What is known of an address or domain: what of it failed on the way. Then, when all are noted. */
void ours_note(struct ours *ours, sv key, const struct address_record *record);
void ours_settle(struct ours *ours);
/* What has to be read of the activity before anything is asked: what got through; 0: nothing. */
size_t ours_reader(struct ours *ours, struct reader *reader);
void ours_release(struct ours *ours);

/* What explains a failure: trouble of a way, and when it was. */
struct ours_trouble {
    struct way *way;     /* NULL: it was found in an earlier run */
    int64_t first, last; /* hours since 1970 */
};

/* Does a failure reach its rule only with messages that trouble of our own explains, or with those
 * (up to `excused`) of which that was found before? key: the address or domain. */
bool ours_explains(const struct ours *ours, sv key, const struct failure *failure, int64_t excused,
                   struct ours_trouble *trouble);

/* An address is held for it. */
void ours_hold(const struct ours_trouble *trouble);
/* At most so many rows of incidents; then the rows, whose names live in the arena. */
size_t ours_incidents_max(const struct ours *ours);
size_t ours_incidents(struct ours *ours, struct incident *rows, struct arena *names);

#endif
