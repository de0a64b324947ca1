/* messages: recipients of messages by their last outcome, as shares of what was to leave.
 *
 * Handed over to a queue of our own, or discarded, is no mail to anybody: shares are of the others.
 * Views live as long as the report. Thread: one. */
#ifndef BOUNCELOG_REPORT_MESSAGES_H
#define BOUNCELOG_REPORT_MESSAGES_H

#include "bouncelog/base/arena.h"
#include "bouncelog/report/redact.h"
#include "bouncelog/tally/tally.h"

struct message_row {
    sv name;
    struct message_counts counts;
    int64_t total, sent;     /* sent: total without what was handed over or discarded */
    double delivery_rate;    /* shares of sent, four decimals; 0 over nothing */
    double bounce_rate;      /* bounced and expired */
    double hard_bounce_rate; /* bounced: refused for good */
};

struct message_rows {
    struct message_row *rows;
    size_t count;
};

/* Which cut a row of `streams` is of. */
enum stream_cut { CUT_SENDER_DOMAIN, CUT_SENDER, CUT_CAMPAIGN, CUTS };
extern const char *const stream_cut_names[CUTS];

struct message_report {
    struct message_row messages, notifications;
    struct message_rows days;          /* in their order */
    struct message_rows providers;     /* all of them, by name */
    struct message_rows streams[CUTS]; /* most first, cut to the length of tables */
};

void messages_make(struct message_report *report, const struct tally *tally, size_t top,
                   const struct redactor *redactor, struct arena *arena);
/* Of a provider; NULL: it has no mail. */
const struct message_row *messages_provider(const struct message_report *report, sv name);
/* Of the sender domain, sender or campaign of that name, in this order; false: there is none. */
bool messages_stream(const struct tally *tally, sv name, struct message_row *row);
/* Were there more senders or campaigns than the counters have room for? */
bool messages_overflowed(const struct tally *tally);

#endif
