/* state: what the files of this room share. */
#ifndef BOUNCELOG_ARCHIVE_STATE_H
#define BOUNCELOG_ARCHIVE_STATE_H

#include "bouncelog/archive/archive.h"

/* A log that was read, as the history knows it. */
struct stream {
    sv key; /* of its item */
    sv path, format, error;
    int64_t cut_lines, first, last; /* times of its attempts; first > last: none */
    bool complete;
    uint64_t began; /* number of the first run that read it (lines.c); 0: not known */
};

/* Of whom a history knows something, and what of them has to be at hand; found in one pass over
 * their records (address_records.c). */
struct survey {
    struct fpset known;     /* hash_mailbox; our own with EVIDENCE_KNOWN. Marks: the latest step in
                             * which any host saw mail taken, where there are others */
    struct fpset came_back; /* those that a late bounce is held against, by any host */
    struct fpset recent;    /* of these, marks: steps so late that what was taken may come back */
    int64_t first, latest;  /* times of all failures that are held against anybody */
    struct map strays[2]; /* records under another spelling than their key's: of others, of ours */
};

/* What is known of one address, put together from all hosts. */
struct whole {
    struct archive *archive;
    struct buf key;
    struct address_record own, all; /* of the history */
    bool has_own, has_others;
    const struct address_record *recorded; /* by this run: instead of `own` */
};

/* Lines that the latest runs read. */
struct lines_kept {
    struct fpset lines;
    uint64_t next;  /* the number of this run */
    uint64_t floor; /* since the run of this number, all are there */
};

/* A delivery that a mail took back, or that somebody complained of. */
struct taken {
    uint64_t identity; /* of Message-ID, and which of the two it was */
    uint64_t address;  /* hash_mailbox */
    uint64_t entry;    /* its key in a block (sent.h); 0: none was taken */
    int64_t time;      /* of the delivery, or the beginning of its step */
    bool alone;        /* an earlier run counted it and nothing else in its step: none was taken */
    bool own;          /* else another host has said so */
};

/* Events of this run, packed, a chunk after the other. */
struct event_chunk {
    int64_t at; /* in the spool */
    size_t packed;
    int64_t first, last; /* days */
};
struct kept_events {
    struct spool *spool; /* NULL: none are kept */
    struct buf raw;      /* the chunk that is being made... */
    struct buf packed;   /* ...and the one that was */
    int64_t first, last;
    struct event_chunk *chunks;
    size_t count;
};

struct archive {
    struct archive_options options;
    struct history *history;
    struct mark *marks; /* [i] is that of streams[i] */
    struct stream *streams;
    size_t stream_count;
    struct seen *seen;
    size_t seen_count;
    struct journal_place *places;
    size_t place_count;
    struct map allowed;
    struct lines_kept lines; /* of a scan */
    struct kept_events events;
    struct taken *taken;
    size_t taken_count;
    struct fpset taken_known; /* identities */
    struct fpset taken_entries;
    struct fpset taken_steps; /* of address and step: what was taken then was none */
    struct arena texts;
    struct err failed; /* what went wrong where nothing can be returned */
    int64_t newest;    /* attempt in a log; 0: none */
    int64_t braked_at; /* since when the lists are held back; 0: they are not */
    sv counting;       /* which mail was counted so far */
    bool counting_known;
    bool has_others;                /* there is evidence of other hosts */
    struct fpset tried;             /* recipients that mail was tried for on the days asked for */
    const struct scan_result *scan; /* whose days are not in the history yet */
    /* What is decided over, and reported: */
    struct evidence all; /* its addresses: those that were asked for to be kept */
    struct survey survey;
    struct whole found; /* the address that was asked for last */
    struct period period;
    struct period totals;     /* of all hosts */
    struct period own_totals; /* of this one alone */
    struct ledger *ledger;
    struct input_status *inputs;
    struct map unknown_days, providers; /* of a part */
};

static inline const struct taxonomy *archive_taxonomy(const struct archive *archive)
{
    return &archive->options.patterns->taxonomy;
}

/* ITEM_EVENTS */
int events_open(struct archive *archive, struct err *err) MUST_CHECK;
void events_release(struct kept_events *events);
bool archive_is_events_key(sv key);
bool archive_reads_events(const struct archive *archive, sv value);
/* 1: the value without the address; 0: it is not in it; -1: it is damaged. */
int archive_forget_events(const struct archive *archive, struct buf *value, sv old, sv address);
/* Of all hosts, those of days before that time. */
int events_drop(struct archive *archive, int64_t before, struct err *err) MUST_CHECK;
int events_count(struct archive *archive, struct archive_overview *overview,
                 struct err *err) MUST_CHECK;

/* ITEM_JOURNAL */
int archive_load_places(struct archive *archive, struct err *err) MUST_CHECK;
void archive_resume_journal(const struct archive *archive, struct journal_options *options);
/* Of the log under `key`; the number of logs: there is none. */
size_t archive_find_stream(const struct archive *archive, sv key);

bool archive_is_own(const struct archive *archive, const struct item *item);
int archive_damaged(const struct archive *archive, const char *what, struct err *err);

/* "2026-11-22", the key of a day. */
enum { DAY_KEY = 16, DATE_LEN = 10 };
sv archive_day_key(int64_t day, char *text);
/* False: no program of ours wrote such a key. */
bool archive_day_of_key(sv key, int64_t *day);
/* Of an item that is kept by day; else the history is damaged, and `what` cannot be read. */
int archive_day_of(const struct archive *archive, const struct item *item, const char *what,
                   int64_t *day, struct err *err) MUST_CHECK;

/* Can all values of the history at `path` be read? ERR_HISTORY: the first that cannot. */
int archive_check_items(struct archive *archive, struct history *other, const char *path,
                        struct err *err) MUST_CHECK;

void stream_pack(struct buf *out, const struct stream *stream, const struct mark *mark);
void archive_note_newest(struct archive *archive, const struct stream *stream);
/* Also says of each mark whether all its lines are remembered. */
int lines_load(struct archive *archive, struct err *err) MUST_CHECK;
int stream_unpack(struct stream *stream, struct mark *mark, sv bytes);

/* Looks through the records of all addresses. Those of our own that must be at hand go into the
 * evidence of a scan, which recalls others when it records more of them; NULL: there is no scan. */
int archive_survey(struct archive *archive, struct evidence *evidence, struct err *err) MUST_CHECK;
struct address_records archive_records(struct archive *archive);
/* Sets what our own host knows of an address, of the history alone. 0: nothing. */
int archive_own_record(struct archive *archive, sv key, struct address_record *record,
                       struct err *err) MUST_CHECK;
/* Adds what an item says, or another record; what stands on the lists of other hosts is their
 * matter. */
int archive_add_item(struct archive *archive, struct address_record *to, const struct item *item,
                     struct err *err) MUST_CHECK;
int archive_add_record(struct archive *archive, struct address_record *to,
                       const struct address_record *from, struct err *err) MUST_CHECK;
void survey_init(struct survey *survey);
void survey_release(struct survey *survey);
void whole_release(struct whole *whole);
/* Version 1.0.0 knew an address with a domain in other letters by its spelling; the key as it is
 * now. */
sv archive_key_now(enum item_kind kind, sv key, char *bytes);
/* Refutes failures by mail that other nights, or hosts, saw taken: those that this run has
 * recorded, or all of domains; of the survey's addresses it notes when they took mail. */
int archive_take_deliveries(struct archive *archive, struct evidence *evidence, bool all,
                            struct err *err) MUST_CHECK;
/* What the fingerprints of deliveries of a host are made with (ITEM_SENT). */
uint64_t archive_secret_of(sv origin);
/* ITEM_TAKEN: which deliveries a mail has taken back, in this run as well. */
int archive_load_taken(struct archive *archive, struct err *err) MUST_CHECK;
void archive_add_taken(struct archive *archive, const struct taken *taken);
bool archive_was_taken_back(const struct archive *archive, uint64_t address, int64_t step);
bool archive_reads_taken(sv value);
/* 1: `out` is the item without the address; 0: nothing of the address is in it; -1: damaged. */
int archive_forget_taken(struct buf *out, sv value, uint64_t address) MUST_CHECK;
bool archive_reads_trials(sv value);
bool archive_reads_regrets(sv value);
/* 1: `out` is the item without the address; 0: nothing of it is in it; -1: damaged. */
int archive_forget_regrets(struct buf *out, sv value, sv address) MUST_CHECK;
/* ITEM_COUNTING: which mail counts. -1 of the check: not that of this run. */
int counting_load(struct archive *archive, struct err *err) MUST_CHECK;
int counting_check(const struct archive *archive, struct err *err) MUST_CHECK;
/* ITEM_BRAKE: since when the lists are held back. */
int brake_load(struct archive *archive, struct err *err) MUST_CHECK;
int64_t archive_tried_on(void *archive, const int64_t *days, size_t count);

#endif
