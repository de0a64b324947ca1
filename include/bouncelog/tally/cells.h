/* cells: what became of mail by its sender domain, its recipient domain and its provider at once,
 * so that a report can be about a part of it.
 *
 * A delivery costs one look-up. A failure also counts its category, with the earliest reply. The
 * cells of one day are bounded: those that come later share cells without a recipient domain, and
 * then a cell without any name, so that sums stay right. They merge in any order.
 * Thread: one. */
#ifndef BOUNCELOG_TALLY_CELLS_H
#define BOUNCELOG_TALLY_CELLS_H

#include "bouncelog/base/map.h"
#include "bouncelog/model/event.h"
#include "bouncelog/tally/messages.h"

/* Of a day: cells, then more of them without a recipient domain, and bytes of replies. */
enum { CELLS_MAX = 10000, CELLS_SPARE = 2000, CELLS_REPLIES = 1 << 19, CELL_NAME_MAX = 512 };

/* Why mail failed. Times are 0 where none of them can be. */
struct cell_reason {
    struct cell_reason *next;
    uint8_t category;
    int64_t count, transient, permanent;
    int64_t first, last;
    int64_t reply_time; /* of the earliest reply that there was room for; INT64_MAX: none */
    int code;
    sv enhanced, reply; /* owned by the cells */
};

struct cell {
    int64_t attempts[OUTCOME_COUNT];
    int64_t transient, permanent; /* of those that failed */
    int64_t first, last;          /* 0: no time that can be */
    struct message_counts messages;
    struct cell_reason *reasons;
};

/* The stretch from `first` to `last`, with another added. */
static inline void cell_widen(int64_t *first, int64_t *last, int64_t from, int64_t to)
{
    if (from && (!*first || from < *first))
        *first = from;
    if (to > *last)
        *last = to;
}

/* Mail of one kind is never in the cell of another. */
enum cell_kind {
    CELL_NOTIFICATION = 1, /* written by our own MTA */
    CELL_STRANGE = 2,      /* of a time that cannot be: of no day */
    CELL_SHARED = 4,       /* of any recipient domain, for want of room */
    CELL_STOPPED = 8,      /* by a list of ours: what bounced came to nobody */
    CELL_KINDS = 16        /* they add up */
};

/* SENDER_ANY: for want of room, and of any provider, too. */
enum cell_sender {
    SENDER_UNKNOWN,
    SENDER_NULL,
    SENDER_LOCAL,
    SENDER_DOMAIN,
    SENDER_ANY,
    CELL_SENDERS
};

/* What is known of the mail of a cell; empty: nothing. */
struct cell_names {
    unsigned kind; /* of enum cell_kind */
    enum cell_sender sender;
    sv sender_domain; /* of SENDER_DOMAIN */
    sv recipient_domain, provider;
};

struct cells {
    bool counts;     /* false: they are not asked for, and stay empty */
    bool incomplete; /* some of the mail was counted before there were any */
    struct map map;
    struct arena texts;
    size_t reply_bytes;
    const char *last_provider; /* its name lives for the run */
    uint64_t last_provider_hash;
};

void cells_init(struct cells *cells);
void cells_release(struct cells *cells);
/* Of an event that was withdrawn, the messages alone. */
void cells_add(struct cells *cells, const struct taxonomy *taxonomy, const struct event *event,
               const struct message_step *step);
static inline void cells_count(struct cells *cells, const struct taxonomy *taxonomy,
                               const struct event *event, const struct message_step *step)
{
    if (cells->counts)
        cells_add(cells, taxonomy, event, step);
}
/* Nothing, where the cells do not count. */
void cells_merge(struct cells *into, const struct cells *from);
/* All of them, as messages_settle. */
void cells_settle(struct cells *cells, int64_t days);
/* Drops replies that mention the address; false: none does. */
bool cells_forget(struct cells *cells, sv address);

struct cell_names cells_names(sv key);
/* Of an event, in the one spelling that they are known by; they live as long as it and the room. */
struct cell_name_room {
    char sender[CELL_NAME_MAX], recipient[CELL_NAME_MAX];
};
struct cell_names cells_names_of(const struct event *event, unsigned kind,
                                 struct cell_name_room *room);
/* Adds to the cell of that name, or to that for which there is room. */
struct cell *cells_find(struct cells *cells, const struct cell_names *names);
struct cell_reason *cells_reason(struct cells *cells, struct cell *cell, uint8_t category);
/* Keeps the reply, if it is the earliest and there is room. */
void cells_reply(struct cells *cells, struct cell_reason *reason, const struct cell_reason *from);

/* A part of the mail. Patterns of one kind are alternatives; no pattern: all of it. Patterns of
 * senders are of their domains; an empty one is the null sender. */
struct cut_patterns {
    const sv *list;
    size_t count;
};
struct cut {
    struct cut_patterns senders, providers, recipient_domains;
};

/* Is the event of the part? */
bool cut_has(const struct cut *cut, const struct event *event);

struct tally;
/* Adds what the cells of a day (since 1970) have of the part to counters; how many attempts may
 * belong to it, and have no names. */
int64_t cells_cut(struct tally *into, const struct cells *cells, const struct cut *cut,
                  int64_t day);

#endif
