/* pipeline: the way of the data, from chunks of log lines to counters and evidence.
 *
 *   worker        header, line shape, reply, verdict: nothing that depends on other lines
 *   ordered stage  ledger, tally, evidence, event sink: chunk by chunk in input order
 *
 * All threads are alike: each one reads a chunk, works on it, and takes its turn in the ordered
 * stage when the next chunk in order is ready, so that no thread waits while there is work. The
 * result depends on the input and the options alone, not on the chunk size or the threads. */
#ifndef BOUNCELOG_PIPELINE_PIPELINE_H
#define BOUNCELOG_PIPELINE_PIPELINE_H

#include "bouncelog/classify/classify.h"
#include "bouncelog/evidence/evidence.h"
#include "bouncelog/evidence/trials.h"
#include "bouncelog/input/input.h"
#include "bouncelog/late/late.h"
#include "bouncelog/late/sent.h"
#include "bouncelog/ledger/duplicates.h"
#include "bouncelog/ledger/ledger.h"
#include "bouncelog/parse/parse.h"
#include "bouncelog/pattern/patterns.h"
#include "bouncelog/pipeline/lines_read.h"
#include "bouncelog/tally/tally.h"

typedef void event_sink(void *context, const struct event *event);

struct scan_result;

struct pipeline_options {
    const struct patterns *patterns;
    uint8_t only; /* an MTA; MTA_UNKNOWN: any */
    sv host;
    bool inbound;
    bool zone_given;
    int year;
    int64_t now;          /* for stamps without a year on standard input */
    int64_t today;        /* by the machine's clock: no stamp is later; 0: nobody knows */
    int64_t since, until; /* attempts in [since, until); INT64_MIN, INT64_MAX: all */
    const sv *senders;    /* globs; with sender_count 0 any sender counts */
    size_t sender_count;
    const sv *filters; /* see ledger_options */
    size_t filter_count;
    const sv *relays; /* see classifier_own_hops */
    size_t relay_count;
    size_t messages_max;
    struct late_notices notices; /* of bounces and complaints that came as mail */
    event_sink *sink;            /* may be NULL */
    bool failures_alone;         /* the sink does not look at deliveries */
    void *sink_context;
    /* After each chunk: raw bytes that were read of all sources; may be NULL. */
    void (*progress)(void *context, int64_t consumed);
    void *progress_context;
    unsigned jobs;       /* threads; 0: one */
    bool by_day;         /* counts into scan.days as well */
    bool keep_lines;     /* in scan.lines_read... */
    uint64_t lines_seed; /* ...as input_options has it */
    /* Puts what earlier runs left into a scan that is new; may be NULL. */
    void (*prepare)(void *context, struct scan_result *scan);
    void *prepare_context;
    /* Of the same context: time of the last event that a mark (struct source, `known`) had;
     * INT64_MIN: none. NULL: nobody knows. */
    int64_t (*last_time)(const void *context, size_t mark);
    /* Of the same context: struct late_handlers, `ask`; and what was proven by these logs. */
    void (*ask_earlier)(void *context, struct late_question *questions, size_t count);
    void (*note_proven)(void *context, const struct event *event, const struct late_notice *notice);
    bool keep_sent; /* in scan.sent... */
    bool tagged;    /* ...of mail that may have tags (late/tag.h) */
    uint64_t sent_secret;
    bool keep_trials;     /* in scan.trials... */
    bool keep_deliveries; /* ...with the deliveries to those addresses, of a run without days */
    const struct trials *awaited_trials; /* ...as another run over the same logs found; or NULL */
};

/* What was made of the lines of one source. */
enum { UNREAD_MAX = 120 };
struct source_seen {
    int64_t mail;            /* of an MTA, and understood */
    int64_t headless;        /* without a header that is known... */
    char unread[UNREAD_MAX]; /* ...the beginning of the first one */
    size_t unread_len;
    char form[INPUT_FORM]; /* of the lines (struct clock) */
};

/* All that a run found out. */
struct scan_result {
    struct line_tally lines;
    struct tally tally;
    struct evidence evidence;
    struct ledger *ledger;
    struct duplicates duplicates;
    struct lines_read lines_read;
    struct sent sent;          /* with keep_sent: deliveries, by Message-ID and recipient */
    struct trials trials;      /* with keep_trials */
    int64_t unproven;          /* bounces and complaints that came as mail and speak of nobody */
    int64_t duplicate_count;   /* events that another log had told already: counted once */
    struct map days;           /* with by_day: int64_t days since 1970 -> struct period */
    struct tally strange;      /* attempts whose times cannot be, of any day */
    struct line_tally undated; /* with by_day: lines of sources that no attempt dates */
    int64_t *source_lines;     /* by source, of this run */
    struct source_seen *source_seen;
    int64_t *source_first, *source_last; /* by source: times of its attempts; first > last: none */
    size_t source_count;
    uint64_t limits; /* matches that ran into PCRE2's limits */
};

/* Sinks and progress are called by one thread at a time, in input order. */
void pipeline_run(struct scan_result *scan, struct input *input,
                  const struct pipeline_options *options);
void scan_result_release(struct scan_result *scan);

/* What a delivery event of this category and outcome calls for; also for `explain`. */
void pipeline_judge(const struct patterns *patterns, struct event *event);
/* By rules; what a person said of a mail is no reply, and always a complaint. */
void pipeline_classify(const struct patterns *patterns, struct classifier *classifier,
                       struct record *attempt);
/* All of it for a failure that is kept, by rules that may be others. An expiry has no words of its
 * own: only what follows from it is judged. */
void pipeline_rejudge(const struct patterns *patterns, struct classifier *classifier,
                      struct event *event);

#endif
