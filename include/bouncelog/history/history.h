/* history: what a run leaves for the next ones, in one SQLite file.
 *
 * It keeps items: bytes under a kind, a key and an origin (the history that made them: its own
 * identity, or that of another host whose history was merged in). A run is one transaction: where
 * the logs were read to, the counters and the evidence commit together, or not at all, so that
 * every line is counted once whatever happens in between. What a run changed can be taken back as
 * long as it is among the last HISTORY_RUNS_KEPT.
 *
 * Writers hold a lock on the file FILE.lock, which is never removed; readers need none. A file that
 * is damaged, foreign or of a newer program is refused, never repaired or made anew. Each page has
 * a checksum, so that a bit that flipped anywhere is found by whoever reads the page. Rollback
 * journal, synchronous=FULL: https://www.sqlite.org/lang_transaction.html Thread: one. */
#ifndef BOUNCELOG_HISTORY_HISTORY_H
#define BOUNCELOG_HISTORY_HISTORY_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/err.h"

/* They stand in the file: never change a number. */
enum item_kind {
    ITEM_STREAM = 1,      /* a log: where it was read to */
    ITEM_FILE = 2,        /* device and inode of a file that was read */
    ITEM_DAY = 3,         /* counters of a UTC day */
    ITEM_ADDRESS = 4,     /* evidence against an address... */
    ITEM_DOMAIN = 5,      /* ...or a domain */
    ITEM_LEDGER = 6,      /* messages on their way */
    ITEM_ALLOW = 7,       /* never to be suppressed */
    ITEM_SENDERS = 8,     /* envelope senders of ours */
    ITEM_LINES = 14,      /* fingerprints of the lines that a run read */
    ITEM_COUNTING = 16,   /* which mail the counts are of */
    ITEM_BRAKE = 13,      /* the lists stay as they are until a person says otherwise */
    ITEM_TOTALS = 12,     /* counters since the history began: pruning does not lower them */
    ITEM_DUPLICATES = 11, /* the latest events of logs of one host */
    ITEM_ACTIVITY = 10,   /* of a UTC day: mail taken, and addresses called dead, by domain */
    ITEM_JOURNAL = 20,    /* where a journal was read to: its cursor, and the log that it is */
    ITEM_SHARE = 21,      /* how much of a log was a mail log's when it was read last */
    ITEM_SENT = 22,       /* of a UTC day: deliveries, for bounces that come as mail */
    ITEM_TAKEN = 23,      /* deliveries that such a bounce took back, or somebody complained of */
    ITEM_TRIALS = 24,     /* what failed on a UTC day */
    ITEM_REGRETS = 25,    /* of a UTC day: who was listed, and lived after all */
    ITEM_EVENTS = 26,     /* events of a run, as many as go together well */
    ITEM_ORIGIN = 9,      /* how far the history of another host was when it was merged in */
};

enum { HISTORY_RUNS_KEPT = 7, ORIGIN_BYTES = 16 };

struct history;

enum history_use {
    HISTORY_READ,   /* it must be there */
    HISTORY_CHANGE, /* it must be there; takes the lock */
    HISTORY_CREATE, /* made when it is not there; takes the lock */
};

/* wait_seconds: for the lock. Errors: ERR_BUSY, ERR_HISTORY. */
int history_open(struct history **history, const char *path, enum history_use use,
                 unsigned wait_seconds, struct err *err) MUST_CHECK;
/* Reads every page of the file and compares its checksum; the others do so for what they read. A
 * history of 1.0.0 has none yet: SQLite's own check. Takes the time that reading the file takes. */
int history_check_whole(struct history *history, struct err *err) MUST_CHECK;
/* From here on it is read as one run left it, until it is closed: who commits waits so long. */
int history_snapshot(struct history *history, struct err *err) MUST_CHECK;
/* What was not committed is gone. NULL is nothing. */
void history_close(struct history *history);

/* Identity of this history; lives as long as it is open. */
sv history_origin(const struct history *history);

/* Everything between begin and commit happens as a whole. `what` says which command it is. */
int history_begin(struct history *history, int64_t now, const char *what,
                  struct err *err) MUST_CHECK;
/* Writes all that is changed to the disk, so that a full disk shows before the commit. */
int history_flush(struct history *history, struct err *err) MUST_CHECK;
int history_commit(struct history *history, struct err *err) MUST_CHECK;

/* is_new: the caller knows that there is no such item. */
int history_put(struct history *history, enum item_kind kind, sv key, sv origin, sv value,
                bool is_new, struct err *err) MUST_CHECK;
int history_remove(struct history *history, enum item_kind kind, sv key, sv origin,
                   struct err *err) MUST_CHECK;
/* 1: found, and *value holds it; 0: there is none. */
int history_get(struct history *history, enum item_kind kind, sv key, sv origin, struct buf *value,
                struct err *err) MUST_CHECK;

struct item {
    sv key, origin, value; /* live until the visitor returns */
    int64_t run;           /* of history_each_kept; else 0 */
};
/* Not 0 ends the walk, and is its result. */
typedef int item_visitor(void *context, const struct item *item, struct err *err);
/* In the order of key and origin. */
int history_each(struct history *history, enum item_kind kind, item_visitor *visit, void *context,
                 struct err *err) MUST_CHECK;
/* The same in any order, which costs less where most items are of this kind. */
int history_each_unordered(struct history *history, enum item_kind kind, item_visitor *visit,
                           void *context, struct err *err) MUST_CHECK;
/* In the order of key and origin, without the values. */
int history_each_key(struct history *history, enum item_kind kind, item_visitor *visit,
                     void *context, struct err *err) MUST_CHECK;
/* The same of one key. */
int history_each_of(struct history *history, enum item_kind kind, sv key, item_visitor *visit,
                    void *context, struct err *err) MUST_CHECK;

/* What runs that can be taken back have changed: each item as it was before the run. */
int history_each_kept(struct history *history, enum item_kind kind, item_visitor *visit,
                      void *context, struct err *err) MUST_CHECK;
/* Taking the run back will bring this value back, or none. */
int history_put_kept(struct history *history, enum item_kind kind, const struct item *item,
                     struct err *err) MUST_CHECK;
int history_remove_kept(struct history *history, enum item_kind kind, const struct item *item,
                        struct err *err) MUST_CHECK;

struct history_run {
    int64_t id, started;
    sv what; /* lives until the visitor returns */
};
/* The newest first. */
int history_each_run(struct history *history,
                     int (*visit)(void *context, const struct history_run *run, struct err *err),
                     void *context, struct err *err) MUST_CHECK;
/* Takes back this run and all after it; outside of begin and commit. ERR_USAGE: it is not kept. */
int history_undo(struct history *history, int64_t run, struct err *err) MUST_CHECK;
/* The last run that was committed, if it can be taken back; 0: there is none. */
int64_t history_last_run(struct history *history);
/* The oldest run that can be taken back; it may be one that is yet to come. */
int history_undo_floor(struct history *history, int64_t *run, struct err *err) MUST_CHECK;
/* Forgets also what undoing would bring back. */
int history_forget_undo(struct history *history, struct err *err) MUST_CHECK;

/* Has the other one a newer state of some origin? Its header is read, and what was merged into it.
 */
int history_has_news(struct history *history, struct history *other, bool *news,
                     struct err *err) MUST_CHECK;
/* Takes the items of another history in: those of each origin as a whole, where the other one has
 * a newer state of it; what is the same already is not written again. *changed: something was
 * taken. */
int history_merge(struct history *history, struct history *other, bool *changed,
                  struct err *err) MUST_CHECK;

/* "SQLite 3.40.1", for --version. */
const char *history_library(void);

#endif
