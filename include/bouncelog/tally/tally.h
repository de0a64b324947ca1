/* tally: the counters behind the summary.
 *
 * struct line_tally is filled by each worker and merged (commutative and associative: samples
 * keep the earliest lines); struct tally by the ordered lane, one event after the other.
 * Memory grows with the number of distinct domains, hosts and recipients (8 bytes each), not with
 * the input. Thread: one each. */
#ifndef BOUNCELOG_TALLY_TALLY_H
#define BOUNCELOG_TALLY_TALLY_H

#include "bouncelog/base/hash.h"
#include "bouncelog/base/map.h"
#include "bouncelog/model/event.h"

enum { SAMPLES_MAX = 10, SAMPLE_BYTES = 512, ENHANCED_LAST = 64, SHAPES_MAX = 1000 };

/* A line, or a text, to look at. */
struct sample {
    size_t source;
    int64_t line;
    char text[SAMPLE_BYTES + 1];
    size_t len;
};

struct samples {
    int64_t count; /* of all, sampled or not */
    struct sample list[SAMPLES_MAX];
    size_t kept;
};

void samples_add(struct samples *samples, size_t source, int64_t line, sv text);

struct line_tally {
    int64_t total, delivery, context, other, unparsed;
    struct samples unparsed_samples, ambiguous_samples;
};

void line_tally_clear(struct line_tally *lines);
void line_tally_merge(struct line_tally *into, const struct line_tally *from);
/* The lines were counted from 0: the first one is line `first` of its source. */
void line_tally_place(struct line_tally *lines, int64_t first);

/* Outcomes of whatever shares a name. */
struct outcomes {
    int64_t count, delivered, deferred, bounced, expired;
};

/* A provider's, in all and by the day; the day that was counted last is at hand. */
struct provider_tally {
    struct outcomes outcomes; /* first: rankings are made of it */
    int64_t day;              /* since 1970 */
    struct outcomes *of_day;  /* in `provider_days`; NULL: none yet */
};

struct category_tally {
    int64_t count, transient, permanent, recipients;
    int sample_code;
    char sample_enhanced[16];
    char sample_text[SAMPLE_BYTES + 1];
    size_t sample_len;
};

/* A list or rule that stops us, per host and provider. */
struct block {
    int64_t count;
    uint8_t category;
    sv list, remedy; /* live for the run */
    char sample[SAMPLE_BYTES + 1];
    size_t sample_len;
};

struct tally {
    int64_t attempts[OUTCOME_COUNT];
    int64_t transient, permanent;
    int64_t first, last; /* of the attempts; first > last: none */
    struct category_tally categories[CATEGORY_MAX];
    /* By MTA, outcome and category (of an expiry: expired; CATEGORY_MAX: none). */
    int64_t replies[MTA_COUNT][OUTCOME_COUNT][CATEGORY_MAX + 1];
    int64_t codes[1000];
    /* The last event's hour, host, provider and code: most events share them with the one before.
     */
    int64_t last_hour;
    struct outcomes *last_hour_counts, *last_host_counts;
    struct provider_tally *last_provider_counts;
    sv last_host; /* a view of the next */
    char last_host_name[128];
    const char *last_provider;
    struct enhanced_count {
        int64_t *value; /* in `enhanced`; NULL: free */
        char text[16];
        size_t len;
    } last_enhanced[ENHANCED_LAST];
    struct map enhanced;                                        /* "5.1.1" -> int64_t */
    struct map recipient_domains, sender_domains, hosts, hours; /* -> struct outcomes */
    struct map providers;                                       /* -> struct provider_tally */
    struct map provider_days;         /* provider \n 2026-11-22 -> struct outcomes */
    struct map rules;                 /* rule \n category -> int64_t */
    struct map shapes;                /* of unclassified words -> int64_t; SHAPES_MAX of them */
    struct map blocks;                /* host \n provider \n category \n list -> struct block */
    struct fpset recipients;          /* lower-cased final addresses */
    struct fpset category_recipients; /* (category, address) */
    struct samples unclassified;
};

enum { RECIPIENT_DELIVERED = 1, RECIPIENT_FAILED = 2 };

void tally_init(struct tally *tally);
void tally_release(struct tally *tally);
void tally_event(struct tally *tally, const struct taxonomy *taxonomy, size_t source,
                 const struct event *event);

/* Hints that an event of this sealed record will come soon. */
void tally_expect(const struct tally *tally, const struct record *record);
void tally_expect_more(const struct tally *tally, const struct record *record);

struct recipient_counts {
    int64_t attempted, delivered, failed;
};
struct recipient_counts tally_recipients(const struct tally *tally);

#endif
