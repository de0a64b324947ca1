/* tally: the counters behind the summary.
 *
 * struct line_tally is filled by each worker; struct tally by the ordered stage, one event after
 * the other. Both merge, in any order and grouping with the same result: what can be shown once
 * only is the earliest of its kind, samples are the first ones by file and line. Memory grows with
 * the number of distinct domains, hosts and recipients (8 bytes each), not with the input. Thread:
 * one each. */
#ifndef BOUNCELOG_TALLY_TALLY_H
#define BOUNCELOG_TALLY_TALLY_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/err.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/map.h"
#include "bouncelog/model/activity.h"
#include "bouncelog/model/event.h"
#include "bouncelog/tally/cells.h"
#include "bouncelog/tally/messages.h"

enum {
    SAMPLES_MAX = 10,
    SAMPLE_BYTES = 512,
    ENHANCED_LAST = 64,
    RULES_LAST = 64,
    PROVIDERS_LAST = 64,
    SHAPES_MAX = 1000
};

/* A line, or a text, to look at. */
struct sample {
    sv file; /* of whoever adds it; must live as long as the samples */
    int64_t line;
    char text[SAMPLE_BYTES + 1];
    size_t len;
};

struct samples {
    int64_t count; /* of all, sampled or not */
    struct sample list[SAMPLES_MAX];
    size_t kept;
};

void samples_add(struct samples *samples, sv file, int64_t line, sv text);
/* Keeps it, if it is among the first; it was counted before. */
void samples_insert(struct samples *samples, const struct sample *sample);

struct line_tally {
    int64_t total, delivery, context, other, unparsed;
    int64_t skipped; /* of context: nothing was tried */
    struct samples unparsed_samples, ambiguous_samples;
};

void line_tally_clear(struct line_tally *lines);
void line_tally_merge(struct line_tally *into, const struct line_tally *from);
/* The lines were counted from 0: the first one is line `first` of this file. */
void line_tally_place(struct line_tally *lines, sv file, int64_t first);

/* Outcomes of whatever shares a name. */
struct outcomes {
    int64_t count, delivered, deferred, bounced, expired;
};
void outcomes_add(struct outcomes *sum, const struct outcomes *more);

/* Where mail goes: a recipient domain or a provider. */
struct destination {
    struct outcomes outcomes; /* first: a ranking takes it for one */
    struct activity activity;
    bool own; /* a domain that keeps its server itself */
    /* Of a domain: what its last mail went to (record.relay_key; 0: none did); who runs that, or
     * NULL. */
    uint64_t relay_key;
    struct operator_tally *run_by;
};

/* Who runs the server, where that is no provider. */
struct operator_tally {
    struct activity activity;
    bool network;    /* that is known by nothing else */
    bool several;    /* domains are behind it */
    uint64_t domain; /* fingerprint of the first */
};

/* A provider's, in all and by the day; the day that was counted last is at hand. */
struct provider_tally {
    struct destination sum;  /* first: rankings are made of it */
    int64_t day;             /* since 1970 */
    struct outcomes *of_day; /* in `provider_days`; NULL: none yet */
};

/* Mail that was taken at last: after how many deferrals, and how long after the first of them. */
enum { RETRY_STEPS = 6, WAIT_STEPS = 9 };
extern const uint32_t retry_steps[RETRY_STEPS]; /* the fewest deferrals of each step */
extern const int64_t wait_steps[WAIT_STEPS];    /* the longest wait of each; the last is any */
struct retries {
    int64_t count, by_deferrals[RETRY_STEPS], by_wait[WAIT_STEPS];
};
void retries_add(struct retries *sum, const struct retries *more);

/* When something was met: hours count it as dead. */
struct sighting {
    int64_t first, last;
    struct activity hours;
};

struct category_tally {
    int64_t count, transient, permanent;
    struct sighting seen;
    struct fpset addresses; /* distinct recipients */
    int64_t sample_time;
    int sample_code;
    char sample_enhanced[16];
    char sample_text[SAMPLE_BYTES + 1];
    size_t sample_len;
};

/* A list or rule that stops us, per host and provider. */
struct block {
    int64_t count;
    struct sighting seen;
    uint8_t category;
    sv list, remedy; /* live for the run, or as long as the tally */
    int64_t sample_time;
    char sample[SAMPLE_BYTES + 1];
    size_t sample_len;
};

/* Of mail with senders of one domain. */
struct sender_domain {
    struct outcomes outcomes; /* first: a ranking takes it for one */
    struct message_counts messages;
};

/* Mail of one of our hosts to one provider: what it took says that a block is over. */
struct path {
    int64_t taken_last; /* 0: nothing was */
    struct activity activity;
};

struct tally {
    int64_t attempts[OUTCOME_COUNT];
    int64_t transient, permanent;
    int64_t stopped;     /* of what bounced: by a list of ours, so that nobody was asked */
    int64_t strange;     /* attempts whose times cannot be: they are in no hour and no day */
    int64_t first, last; /* of the other attempts; first > last: none */
    struct message_counts messages;      /* but for... */
    struct message_counts notifications; /* ...those that our own MTA wrote */
    struct streams streams;
    struct cells cells; /* of a day */
    struct category_tally categories[CATEGORY_MAX];
    /* By MTA, outcome and category (of an expiry: expired; CATEGORY_MAX: none). */
    int64_t replies[MTA_MAX][OUTCOME_COUNT][CATEGORY_MAX + 1];
    int64_t codes[1000];
    /* The last event's hour, host and code, and the last providers: most events share them with
     * one shortly before. */
    int64_t last_hour;
    struct outcomes *last_hour_counts, *last_host_counts;
    uint64_t last_host; /* its host_key */
    struct provider_last {
        const char *name;              /* names live for the run */
        struct provider_tally *counts; /* NULL: free */
    } last_providers[PROVIDERS_LAST];
    struct path_last {
        const char *provider;
        uint64_t host;     /* host_key */
        struct path *path; /* NULL: free */
    } last_paths[PROVIDERS_LAST];
    struct enhanced_count {
        int64_t *value; /* in `enhanced`; NULL: free */
        char text[16];
        size_t len;
    } last_enhanced[ENHANCED_LAST];
    struct rule_count {
        const char *rule; /* names live for the run; NULL: free */
        size_t len;
        uint8_t category;
        int64_t *value; /* in `rules` */
    } last_rules[RULES_LAST];
    struct map enhanced;          /* "5.1.1" -> int64_t */
    struct map recipient_domains; /* -> struct destination */
    struct map providers;         /* -> struct provider_tally */
    struct map provider_days;     /* provider \n 2026-11-22 -> struct outcomes */
    struct map retries;           /* provider, or (other) -> struct retries */
    struct map operators;         /* of what no provider took -> struct operator_tally */
    struct map relays;            /* by hash: relay, or what its network shares -> those */
    struct map sender_domains;    /* -> struct sender_domain */
    struct map hosts, hours;      /* -> struct outcomes */
    struct map rules;             /* rule \n category -> int64_t */
    struct map shapes;            /* of unclassified words -> int64_t; SHAPES_MAX of them */
    struct map blocks;            /* host \n provider \n category \n list -> struct block */
    struct map paths;             /* host \n provider -> struct path */
    struct fpset recipients; /* lower-cased final addresses, marked with their latest delivery */
    struct fpset originals;  /* aliases, marked with the latest delivery to what they stand for */
    struct samples unclassified;
    struct arena texts; /* of what was merged or unpacked */
};

enum { RECIPIENT_DELIVERED = 1, RECIPIENT_FAILED = 2 };

/* Stands for the null sender among the sender domains. */
enum { NULL_SENDER_HASH = 1 };

void tally_init(struct tally *tally);
void tally_release(struct tally *tally);
void tally_event(struct tally *tally, const struct taxonomy *taxonomy, const struct event *event);
/* Of one that was withdrawn. */
/* What a delivery says for its recipient, of an event that waited (struct event, `waits`). */
void tally_acceptance(struct tally *tally, const struct event *event);
void tally_withdraw(struct tally *tally, const struct event *event);

/* Both of the same taxonomy. */
void tally_merge(struct tally *into, const struct tally *from);

/* All counters of a stretch of time, as the history keeps them. */
struct period {
    struct line_tally lines;
    struct tally tally;
    int64_t unresolved_expiries, evicted;
    bool counts_messages; /* of one that was unpacked: it is not of before there were any */
};

void period_init(struct period *period);
void period_release(struct period *period);
void period_merge(struct period *into, const struct period *from);
/* Of a day that was kept: who waits, for a stretch of time that began `days` earlier. */
void period_settle(struct period *period, int64_t days);

/* As bytes, all but providers and recipient domains, and back into a period that is empty.
 * Categories go by their names: one that the taxonomy does not have any more counts as
 * unclassified. -1: the bytes are damaged. */
void period_pack(struct buf *out, struct period *period, const struct taxonomy *taxonomy);
int period_unpack(struct period *period, sv bytes, const struct taxonomy *taxonomy) MUST_CHECK;
/* Drops the address (lower-cased, and its fingerprint) from the sets, and samples that mention it.
 * False: there was nothing. Other counts stay. */
bool period_forget(struct period *period, sv address, uint64_t fingerprint);

/* Visits who took mail on the day that such bytes are of: fingerprints without what a set does not
 * keep of them (fpset_kept), and the step of the latest delivery. */
typedef void delivery_visitor(void *context, uint64_t fingerprint, int64_t step);
int deliveries_each(sv bytes, const struct taxonomy *taxonomy, delivery_visitor *visit,
                    void *context) MUST_CHECK;

/* Providers, operators and recipient domains as bytes, and back. */
void tally_pack_destinations(struct buf *out, struct tally *tally);
int tally_unpack_destinations(struct tally *tally, sv bytes, int64_t day) MUST_CHECK;
/* Visits the activity in such bytes without keeping it. `day` (since 1970) is theirs. */
int activity_each(sv bytes, int64_t day, activity_visitor *visit, void *context) MUST_CHECK;
/* That of a tally. */
void tally_each_activity(struct tally *tally, activity_visitor *visit, void *context);

/* Hints that an event of this fingerprinted record will come soon; as one of the next. */
void tally_prefetch(const struct tally *tally, const struct record *record);
void tally_prefetch_more(const struct tally *tally, const struct record *record);

struct recipient_counts {
    int64_t attempted, delivered, failed;
};
struct recipient_counts tally_recipients(const struct tally *tally);

#endif
