/* archive: what a run takes from the history, and what it leaves there.
 *
 * The history keeps bytes under keys; this room knows what they mean: where each log was read to,
 * the counters of each day, evidence, messages on their way, addresses never to be listed. A run
 * with an archive reads on where the last one stopped, joins messages over nights, and decides over
 * all evidence there is, also that of other hosts whose histories were merged in.
 * Thread: one. */
#ifndef BOUNCELOG_ARCHIVE_ARCHIVE_H
#define BOUNCELOG_ARCHIVE_ARCHIVE_H

#include "bouncelog/backtest/backtest.h"
#include "bouncelog/history/history.h"
#include "bouncelog/model/input_status.h"
#include "bouncelog/pipeline/pipeline.h"
#include "bouncelog/suppress/regrets.h"
#include "bouncelog/suppress/suppress.h"

/* Days since 1970, [since, until). */
struct archive_window {
    int64_t since, until;
};

struct archive;

struct archive_options {
    const char *path;
    enum history_use use;
    unsigned wait_seconds;
    const struct patterns *patterns; /* must outlive the archive */
    int64_t now;
    const char *what;     /* the command */
    bool reads_logs;      /* a scan: it goes on from what earlier ones have read */
    bool counts;          /* it scans, and */
    sv counting;          /* which mail it counts, in words; must outlive the archive */
    bool mails;           /* bounces that come as mail are read: deliveries are kept for them */
    bool accept_counting; /* other words than those of the runs before are no error */
    int64_t keep_events;  /* a scan keeps events for so many days; 0: it keeps none */
};

/* ERR_USAGE: the runs before have counted other mail. Unless it is for reading, what is done with
 * it is one transaction from here to archive_commit. */
int archive_open(struct archive **archive, const struct archive_options *options,
                 struct err *err) MUST_CHECK;
/* What was not committed is gone. NULL is nothing. */
void archive_close(struct archive *archive);
struct history *archive_history(struct archive *archive);

/* Could the history answer all that was asked of it where no error can be returned? To be asked
 * once a report is made. */
int archive_check(const struct archive *archive, struct err *err) MUST_CHECK;

/* No log was read yet. */
bool archive_is_new(const struct archive *archive);
/* When an earlier run held the lists back, which nobody has answered; 0: they are free. */
int64_t archive_braked_at(const struct archive *archive);
/* Time of the newest attempt in a log of this host, after archive_view of any; 0: none. */
int64_t archive_newest(const struct archive *archive);
/* Evidence of other hosts was merged in; known once evidence was looked at. */
bool archive_has_others(const struct archive *archive);
/* Which mail its counts are of; empty: all mail, or nobody knows. */
sv archive_counting(const struct archive *archive);
/* Lower-cased addresses and @domains never to be listed. */
const struct map *archive_allowed(const struct archive *archive);

/* Counters since the history began, those of a run that was added included. */
const struct period *archive_totals(const struct archive *archive);
/* Counters of before the run, their hours and shapes alone; NULL: there was none. */
const struct tally *archive_before(const struct archive *archive);

/* --- a scan */

/* Where the logs were read to; views live as long as the archive. */
void archive_resume(const struct archive *archive, struct input_options *options);
/* How many lines of a log were read last, under whatever name rotation gave it (struct source,
 * `set`), and how many of them were a mail log's; all 0: not known. `told`: since when it is told
 * that its share collapsed. */
struct log_share {
    int64_t lines, mail, told;
};
struct log_share archive_log_share(struct archive *archive, uint64_t set);
/* Lines of an MTA became lines of nobody. */
bool log_share_collapsed(const struct log_share *before, int64_t lines, int64_t mail);
/* What the log of a mark (struct source, `known`) was packed in; empty: not known. */
sv archive_format(const struct archive *archive, size_t mark);
/* pipeline_options.last_time. */
int64_t archive_last_time(const void *archive, size_t mark);
/* pipeline_options.prepare: what earlier runs left, into a scan that is new. */
void archive_prepare(void *archive, struct scan_result *scan);
/* pipeline_options: ask_earlier, note_proven, sent_secret; for a run with archive_options.mails. */
void archive_ask_earlier(void *archive, struct late_question *questions, size_t count);
void archive_note_proven(void *archive, const struct event *event,
                         const struct late_notice *notice);
uint64_t archive_sent_secret(const struct archive *archive);
/* Sets all evidence there is to decide over, and the activity of all nights. Of messages whose fate
 * is known, the scan's evidence keeps only what counts. */
int archive_evidence(struct archive *archive, struct scan_result *scan,
                     struct suppress_source *source, struct err *err) MUST_CHECK;
/* Adds what was listed, and lived, on those days, of all hosts. */
int archive_regrets(struct archive *archive, struct archive_window window, struct regrets *regrets,
                    struct err *err) MUST_CHECK;
/* Adds what this run's decisions say of it (regrets_note). */
int archive_note_regrets(struct archive *archive, const struct decisions *decisions,
                         struct regrets *regrets, struct err *err) MUST_CHECK;
/* Adds the run to the totals. */
void archive_add_run(struct archive *archive, const struct scan_result *scan);
/* Leaves it all in the history, and who is listed, but for the commit: a disk that is full shows
 * here. */
int archive_save(struct archive *archive, struct scan_result *scan, struct input *input,
                 const struct decisions *decisions, const struct regrets *regrets,
                 struct err *err) MUST_CHECK;
int archive_commit(struct archive *archive, struct err *err) MUST_CHECK;

/* --- events */

/* Keeps one, of a scan with archive_options.keep_events, unless it is too old already. */
void archive_keep_event(struct archive *archive, const struct event *event);
/* Its views live until the visitor returns. */
typedef void archive_event_visitor(void *context, const struct event *event);
/* Those of these days that are of the part (NULL: all), of all hosts; of each run in the order of
 * its logs. */
int archive_each_event(struct archive *archive, struct archive_window window, const struct cut *cut,
                       archive_event_visitor *visit, void *context, struct err *err) MUST_CHECK;

/* --- a report */

/* The counters of a stretch of days, the evidence, and the logs. The archive owns all of it. */
struct archive_view {
    const struct period *period;
    const struct tally *before; /* all counters, those of the period included; NULL: it has all */
    const struct input_status *inputs;
    size_t input_count;
};
int archive_view(struct archive *archive, struct archive_window window, struct archive_view *view,
                 struct suppress_source *source, struct err *err) MUST_CHECK;

/* What the days say of a part of the mail. */
struct archive_part {
    const struct period *period; /* lines, evicted and strange attempts are of all mail */
    const sv *unknown_days;      /* counted before parts were: nothing is known of them */
    size_t unknown_count;
    int64_t unnamed;             /* attempts that may belong to it (cells_cut) */
    const struct map *providers; /* that the days have mail for, of any part */
    const struct input_status *inputs;
    size_t input_count;
};
int archive_view_part(struct archive *archive, struct archive_window window, const struct cut *cut,
                      struct archive_part *part, struct err *err) MUST_CHECK;

/* --- by hand */

/* All that is known of an address, of all hosts together; 0: nothing. The record lives as long as
 * the archive. */
int archive_find(struct archive *archive, sv address, const struct address_record **record,
                 struct err *err) MUST_CHECK;
/* When it (lower-cased) took mail last, by the counters of the days that are kept: the beginning of
 * that step (model/activity.h); 0: it is not known to. */
int archive_last_delivery(struct archive *archive, sv address, int64_t *time,
                          struct err *err) MUST_CHECK;
/* The same of all of them: sets the values (int64_t) of a map of mailbox_key. */
int archive_last_deliveries(struct archive *archive, struct map *addresses,
                            struct err *err) MUST_CHECK;
/* Makes everything that says anything of the address go away, what undoing a run would bring back
 * included. */
int archive_forget(struct archive *archive, sv address, struct err *err) MUST_CHECK;
/* Drops counters, evidence and events of before these times: but nothing of an address that is
 * listed, nor where logs were read to, since an old log that is still there would count again. */
struct archive_ages {
    int64_t days, evidence, events;
};
int archive_prune(struct archive *archive, const struct archive_ages *before,
                  struct err *err) MUST_CHECK;
/* Judges the evidence by the rules and the policy of today, and tells of each address or domain
 * what changed: `before` and `after` are categories, empty when nothing is held against it. */
typedef void archive_change(void *context, sv key, sv before, sv after);
int archive_rejudge(struct archive *archive, archive_change *tell, void *context,
                    struct err *err) MUST_CHECK;
/* The address or @domain is not allowed any more, whichever host allowed it; 0: nobody did. */
int archive_disallow(struct archive *archive, sv key, struct err *err) MUST_CHECK;
/* What became of a history that was to be merged in. */
enum merged {
    MERGED_NOTHING_NEW, /* it was taken in as far as it goes; no more than its head was read */
    MERGED_SAME_LOGS,   /* another history of the same logs, read as far: nothing was taken */
    MERGED
};
/* Takes in the history of another host. One that holds a log which this one holds, too, and read
 * it less far or further, is refused. */
int archive_merge(struct archive *archive, const char *path, enum merged *merged,
                  struct err *err) MUST_CHECK;

/* --- a backtest */

/* Envelope senders of ours, of all hosts; they live as long as the archive. NULL: see err. */
const struct fpset *archive_senders(struct archive *archive, struct err *err) MUST_CHECK;
/* What was taken and called dead; the context is the archive. */
void archive_each_activity(void *archive, int64_t first, int64_t last, activity_visitor *visit,
                           void *visitor);
/* Tells all days, of all hosts, and each night. *window: those of which it is known what failed. */
int archive_replay(struct archive *archive, struct backtest *backtest,
                   struct archive_window *window, struct err *err) MUST_CHECK;

struct archive_overview {
    int64_t addresses, listed, domains, days, logs, hosts;
    int64_t event_bytes;              /* that events take; 0: none are kept */
    char first_day[16], last_day[16]; /* empty: none */
    char first_event_day[16];
};
int archive_overview(struct archive *archive, struct archive_overview *overview,
                     struct err *err) MUST_CHECK;

#endif
