/* incidents: when a provider, an operator, a domain, or many small ones called living addresses
 * dead. */
#ifndef BOUNCELOG_SUPPRESS_INCIDENTS_H
#define BOUNCELOG_SUPPRESS_INCIDENTS_H

#include "bouncelog/suppress/suppress.h"
#include "deaths.h"
#include "readers.h"

/* Failures that are older than this before the latest one are not looked at again. */
enum { INCIDENT_DAYS = 90 };

/* Where an address was called dead. */
struct incident_place {
    sv domain, provider, relay, network;
};

struct incidents {
    const struct incident_guard *guard;
    struct map places;     /* name and kind -> struct place */
    struct world world;    /* whatever place it is */
    struct activity mail;  /* ...that was taken there */
    struct buf *key;       /* of the place that is asked for */
    struct fpset large;    /* domains with servers of their own that are no small ones */
    struct activity small; /* of those that are */
    struct arena names;    /* goes to the decisions */
    struct incident *found;
    size_t count;
};

void incidents_init(struct incidents *incidents, const struct incident_guard *guard);
void incidents_release(struct incidents *incidents);

/* An address was called dead there. first: not before; living: it is known to have taken mail in
 * the weeks before, or since. */
struct incident_death {
    int64_t time;
    bool first, living;
};
void incidents_note(struct incidents *incidents, const struct incident_place *where,
                    struct incident_death death);
/* After all are noted: what has to be read of the activity; 0: nothing. */
size_t incidents_reader(struct incidents *incidents, struct reader *reader);
/* After that was read. */
void incidents_find(struct incidents *incidents, const struct suppress_source *source);
/* All are found: what was noted is let go, before decisions take room. */
void incidents_forget_deaths(struct incidents *incidents);
/* Room for so many more, which no list is grown for any more: pointers to those found stay. */
void incidents_reserve(struct incidents *incidents, size_t more);
/* The one that whoever failed there and then is held for; NULL: none. */
const struct incident *incidents_cover(const struct incidents *incidents,
                                       const struct incident_place *where, int64_t time);

#endif
