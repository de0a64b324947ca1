/* late: which deliveries a mail takes back: bounces and complaints that come after the acceptance.
 *
 * A server that took a mail may send it back hours later, and a person may complain of it; both
 * come as mail, which anybody can write. So a notice speaks of an address only where it is proven:
 *   - the Message-ID of the mail that came back is that of a message in the log, no more than
 *     LATE_DAYS before the notice came, which had one recipient alone: so only those know it
 *     who got the mail. Of a Message-ID that went to several, each could speak for the others;
 *   - that recipient is the final one that the notice names. The original one is what whoever sent
 *     the mail said (ORCPT, RFC 3461, 4.2); and where an address keeps a copy and sends another one
 *     on, the notice about the other one names it as if nothing had arrived. So one that says that
 *     the mail went on, or names a server elsewhere as the one that refused it, proves nothing;
 *   - the notice came from where that mail went: the host that handed it to our own servers (which
 *     wrote so themselves) has the address or the network of the relay, or its name belongs to the
 *     same provider or registered domain. A relay of our own proves nothing: behind it are all;
 *   - a bounce has the null sender (RFC 3464, section 2; RFC 5321, section 4.5.5).
 * Or the mail had an envelope sender that we made for that recipient (late/tag.h): then only he can
 * speak, whoever else got a mail with that Message-ID, also through servers of ours that nobody has
 * named, and also if no log shows the delivery. What he leads to cannot: the final recipient is
 * asked for here, too. Nor can somebody else's server if a log shows where the mail went.
 * All else is unproven: it is told, and speaks against nobody.
 *
 * A bounce that is proven makes the delivery none: it failed when it was delivered. A later
 * delivery to the same address may be taken back as well: for LATE_HOURS it speaks neither for the
 * address nor against it.
 *
 * Notices are known before the logs are read; nothing depends on the order of either. Thread: one.
 */
#ifndef BOUNCELOG_LATE_LATE_H
#define BOUNCELOG_LATE_LATE_H

#include "bouncelog/model/event.h"
#include "bouncelog/pattern/patterns.h"

/* A notice comes so many days after the delivery; if nobody saw that one, no more than so many
 * before now, since it is remembered only for a while that it has counted. */
enum { LATE_DAYS = 30, LATE_UNSEEN_DAYS = 45 };

/* What a mail says of one recipient. Empty or 0: it does not say. */
struct late_notice {
    bool went_on;        /* it failed at another address that the recipient leads to */
    bool complaint;      /* else: the mail was not delivered after all, for good */
    uint64_t message_id; /* message_id_key of the mail that came back, or is complained of */
    sv recipient;        /* final, by the server that reports */
    sv original;         /* as we wrote it, by that server */
    int64_t time;        /* when it came; INT64_MIN: nobody knows */
    sv file;             /* the mail, as messages name it... */
    int64_t number;      /* ...and which one of the file, from 1 */
    struct said said;    /* the words, and the reply in them */
    struct reply reply;
    sv dsn;                    /* the status (RFC 3464, 2.3.4) */
    sv refuser;                /* the host that refused it, as that one says; empty: itself */
    sv reporter;               /* the host that wrote it, as it says */
    sv source_host, source_ip; /* who handed it to our own servers; empty: nobody can tell */
    sv server;                 /* the last of these */
    bool null_sender;          /* its envelope sender is the null one */
    sv tag;                    /* made for that recipient (tag_holds); empty: there is none... */
    int64_t tag_day;           /* ...since 1970 */
};

struct late_notices {
    const struct late_notice *list;
    size_t count;
};

struct late;

/* The notices, with all they point to, must outlive it. now: by the clock. */
struct late *late_new(const struct patterns *patterns, const struct late_notices *notices,
                      int64_t now);
void late_free(struct late *late);

/* A bounce has taken back mail to this address (hash_mailbox) in an earlier run. */
void late_expect(struct late *late, uint64_t address);

/* Of an event, in any order. True: it is a delivery, and a notice may take it back, or another one
 * to its recipient; it is kept, and what it says for its recipient has to wait for late_settle.
 * counted: false for one that nobody asked for (of another time or sender): then the notice of it
 * is left out as well. Late may be NULL. */
bool late_take(struct late *late, const struct event *event, bool counted);

/* Notices of one identity say the same. Which message it was a stranger may have written, so where
 * nobody saw a delivery, all mail of one tag counts as one. */
enum late_kind {
    LATE_MESSAGE, /* of one message, whose delivery was seen */
    LATE_TAG,     /* of mail with that tag, of which a delivery was seen */
    LATE_UNSEEN,  /* of mail with that tag, of which none was */
};
uint64_t late_identity(const struct late_notice *notice, enum late_kind kind);

/* What is known of the message that a notice is about: `shared` from these logs, and the rest and
 * more of that from earlier runs. */
struct late_question {
    const struct late_notice *notice;
    bool shared;    /* it went to others as well; with a tag that says nothing */
    bool seen;      /* it went to whom the notice names, which may not be able to speak of it */
    bool found;     /* it went to whom the notice names, in the step of the day that begins at
                     * `time`, and the notice came from there */
    bool again;     /* another notice has said the same; also of what was not found... */
    bool unseen;    /* ...of a message whose delivery nobody had seen by then */
    bool others;    /* the address took other mail in that step */
    uint64_t entry; /* what stands for it there */
    bool by_tag;    /* found by its tag: which message it was the notice does not say */
    int64_t time;
};

struct late_handlers {
    /* It stands: it says what deliveries say. */
    void (*stands)(void *context, struct event *delivery);
    /* It may still be taken back, as others to its recipient were. */
    void (*open)(void *context, struct event *delivery);
    /* A notice, as an event of its own: OUTCOME_BOUNCED_LATER or _COMPLAINED, with its proof, not
     * judged yet. Of one that is proven all else is that of the delivery, its time as well; of a
     * delivery of an earlier run (question->found) only that step of the day is known, and of one
     * that nobody saw (event->unseen) when the notice came, and its sender, the tag. */
    void (*notice)(void *context, struct event *event, const struct late_question *question);
    /* Answers the questions, of which there are some. NULL: there was no earlier run. */
    void (*ask)(void *context, struct late_question *questions, size_t count);
    void *context;
};

/* All deliveries were taken; `latest`: time of the latest attempt. First those that stand, then the
 * notices, each in the order in which they came. */
void late_settle(struct late *late, int64_t latest, const struct late_handlers *handlers);

/* May the notice speak of a delivery to `recipient`, at `sent`, if it came from where that mail
 * went, or has a tag of that time? It came in time, a bounce has the null sender, and it does not
 * say that the mail failed after it had gone on, or at a server of somebody else: there a copy may
 * have stayed behind. relay: the host that took it. */
bool late_may_speak(const struct patterns *patterns, const struct late_notice *notice, int64_t sent,
                    sv relay, sv recipient);

#endif
