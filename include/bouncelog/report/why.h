/* why: one address, in sentences: is it on the list, what holds it, what is missing, what never
 * counts.
 *
 * Views live as long as the why, the decisions and their evidence. Thread: one. */
#ifndef BOUNCELOG_REPORT_WHY_H
#define BOUNCELOG_REPORT_WHY_H

#include "bouncelog/report/report.h"
#include "bouncelog/suppress/lacks.h"

/* Failures that did not count, alike in both. */
struct why_uncounted {
    enum uncounted reason;
    uint8_t category;
    int64_t count;
};
enum { WHY_UNCOUNTED_MAX = 64 };

/* One attempt, as lines that are ready; the texts are the caller's. */
struct why_attempt {
    int64_t time;
    sv json, text;
};

struct why_source {
    sv address; /* lower-cased */
    const struct suppress_source *source;
    const struct suppress_options *options;
    const struct decisions *decisions;
    const struct why_uncounted *uncounted;
    size_t uncounted_count;
    int64_t delivered_at; /* 0: no delivery is known */
    int64_t now;
    sv allowed;          /* by the history: the address, or @ and its domain; empty: neither */
    const char *history; /* its path; NULL: there is none */
};

struct why {
    sv address;
    bool listed;
    bool coming;              /* ...from the next run on: the history has it on no list yet */
    int64_t since;            /* listed */
    sv state;                 /* one sentence */
    sv held_by;               /* a word; empty: nothing holds it */
    sv held;                  /* ...and a sentence */
    sv missing[CATEGORY_MAX]; /* the nearest first */
    size_t missing_count;
    sv never;                     /* empty: nothing of it is left out */
    sv commands[2], effects[2];   /* what changes it, and how */
    struct why_attempt *attempts; /* oldest first; the caller's */
    size_t attempt_count;
    struct arena arena;
};

/* Without attempts. */
void why_make(struct why *why, const struct why_source *source);
void why_release(struct why *why);

#endif
