/* notice: what one mail says about deliveries: a bounce, a warning, a complaint, or nothing.
 *
 *   parts      the mail's MIME tree, flat, transfer encodings undone (RFC 2045, 2046)
 *   status     message/delivery-status, also mislabelled (RFC 3464, 6522, 6533)
 *   feedback   message/feedback-report, its forerunners (RFC 5965, 6591, 6650, 9477)
 *   words      what mailers write for people (patterns/notices.yaml)
 *   returned   the headers of the mail that came back; never read as words
 *   replies    vacation notes, receipts, challenges: no failures (RFC 3834, 8098)
 *
 * notice_read is a total function: any bytes give a notice, most of them NOTICE_NONE. Everything in
 * a mail may be written by a stranger: a notice says what the mail says, and proves nothing. It is
 * never guessed: a recipient stands in a field of a report, or where a form of
 * patterns/notices.yaml has its place; a mail that says that something failed and not what has no
 * recipients.
 *
 * Owner: views live in the mail and in the arena that was given. Thread: one reader per thread;
 * patterns are shared. Errors: none; what was not read because it was too much stands in `limits`.
 */
#ifndef BOUNCELOG_NOTIFY_NOTICE_H
#define BOUNCELOG_NOTIFY_NOTICE_H

#include "bouncelog/base/arena.h"
#include "bouncelog/model/names.h"
#include "bouncelog/pattern/patterns.h"

/* What is read of one mail at most. What is cut off stands behind: of a bounce, the text of the
 * mail that came back. */
enum {
    NOTICE_MAIL_MAX = 2 * 1024 * 1024, /* bytes; also of what mailbox_next gives */
    NOTICE_HEAD_MAX = 256 * 1024,      /* bytes of one header block; 20 000 headers in all */
    NOTICE_FIELD_MAX = 16 * 1024,      /* bytes of one header field, unfolded */
    NOTICE_PARTS_MAX = 256,            /* parts; what begins behind the last one is not looked at */
    NOTICE_DEPTH_MAX = 16,             /* parts inside parts */
    NOTICE_BODY_MAX = 512 * 1024,      /* bytes of one part, decoded */
    NOTICE_RECIPIENTS_MAX = 1000,
    NOTICE_SENDERS_MAX = 8,
};

/* Bits of notice.limits. */
#define NOTICE_LIMITS(X)                                                                           \
    X(NOTICE_CUT_MAIL, "mail")                                                                     \
    X(NOTICE_CUT_HEAD, "headers")                                                                  \
    X(NOTICE_CUT_FIELD, "field")                                                                   \
    X(NOTICE_CUT_PARTS, "parts")                                                                   \
    X(NOTICE_CUT_DEPTH, "depth")                                                                   \
    X(NOTICE_CUT_BODY, "body")                                                                     \
    X(NOTICE_CUT_RECIPIENTS, "recipients")                                                         \
    X(NOTICE_CUT_MATCH, "match") /* a pattern ran into PCRE2's limits */
enum notice_limit { NOTICE_LIMITS(NAMES_ENUM) NOTICE_LIMIT_COUNT };
sv notice_limit_name(enum notice_limit limit);

/* RFC 5965, section 7.3, and 6591; the last three say nothing against mail that was sent. */
#define FEEDBACK_NAMES(X)                                                                          \
    X(FEEDBACK_NONE, "none")                                                                       \
    X(FEEDBACK_ABUSE, "abuse")                                                                     \
    X(FEEDBACK_FRAUD, "fraud")                                                                     \
    X(FEEDBACK_VIRUS, "virus")                                                                     \
    X(FEEDBACK_OTHER, "other")                                                                     \
    X(FEEDBACK_OPT_OUT, "opt-out")                                                                 \
    X(FEEDBACK_AUTH_FAILURE, "auth-failure")                                                       \
    X(FEEDBACK_NOT_SPAM, "not-spam")
enum feedback { FEEDBACK_NAMES(NAMES_ENUM) FEEDBACK_COUNT };
sv feedback_name(enum feedback feedback);
/* Does somebody complain? Never by not-spam, opt-out or auth-failure. */
static inline bool feedback_counts(enum feedback feedback)
{
    return feedback >= FEEDBACK_ABUSE && feedback <= FEEDBACK_OTHER;
}

/* Empty: not said. */
struct notice_recipient {
    sv final;                /* RFC 3464, 2.3.2: decoded (RFC 6533), without its type */
    sv original;             /* 2.3.1: what the sender wrote (ORCPT, RFC 3461), xtext undone */
    enum notice_kind action; /* NOTICE_FAILED, _DELAYED, _RELAYED, _EXPANDED, _DELIVERED */
    sv status;               /* RFC 3463: "5.1.1" */
    sv diagnostic;           /* the reply, or the words about it: one line, without its type */
    sv diagnostic_type;      /* "smtp", "x-postfix"; empty: words for people */
    sv remote_mta;           /* the name, without its type */
    bool went_on;            /* it failed at another address, which this one leads to */
    bool only_original; /* the report has no final one that is an address: it is the original */
};

/* The mail that came back, as far as it did. A stranger may have written all of it. */
struct notice_returned {
    bool there;    /* there are headers of it */
    sv message_id; /* as it stands, with <>; the last one where there are several: those above may
                    * have been put there on the way */
    sv cfbl_address, cfbl_feedback_id; /* RFC 9477 */
};

/* How it came to us, as our own servers wrote it. */
struct notice_trace {
    sv host, ip;      /* who handed it to the first of them; empty: nobody can tell, or, the name
                       * alone, it was not looked up */
    sv by;            /* the last of them: the server that stored it */
    bool null_sender; /* the envelope sender, above all of that, is the null one */
    int64_t time;     /* when it came; else when it says that it was written; INT64_MIN: neither */
};

struct notice {
    enum notice_kind kind; /* the worst of its recipients' */
    sv form;         /* of patterns/notices.yaml, that took its words; empty: a report alone */
    bool forwarded;  /* it is about a notice that somebody's program sent on as an attachment */
    uint32_t limits; /* bits of enum notice_limit */

    sv return_path; /* of the notice: "<>" for most */
    sv from;
    struct notice_trace trace; /* of the mail as it came, whatever is attached */
    /* The envelope senders that the mail it speaks of may have had: where the notice was sent to
     * (Delivered-To, X-Original-To, Envelope-To, To), and what it says itself. Anybody may have
     * written them; a tag (late/tag.h) in one of them nobody can. */
    sv senders[NOTICE_SENDERS_MAX];
    size_t sender_count;

    sv reporting_mta, reporting_mta_type; /* RFC 3464, 2.2.2: "mx.example.com", "dns" */
    sv envelope_id;                       /* 2.2.1: Original-Envelope-Id, xtext undone */
    int64_t arrival;                      /* 2.2.5: Arrival-Date; INT64_MIN: not said */
    struct notice_returned returned;
    struct notice_recipient *recipients; /* in the arena */
    size_t recipient_count;              /* of a complaint: Original-Rcpt-To */

    /* Of a complaint. */
    enum feedback feedback;
    sv source_ip;
};

struct notice_reader;

/* NULL: this build cannot read mail (notice_library). The patterns must have been loaded with
 * `notices`, and outlive the reader. */
struct notice_reader *notice_reader_new(const struct patterns *patterns);
void notice_reader_free(struct notice_reader *reader);
/* Hosts and addresses of ours that pass mail on; the list must outlive the reader. */
void notice_reader_own(struct notice_reader *reader, const sv *own, size_t count);

/* Reads one mail, without an mbox's From_ line. Its bytes must live as long as the notice. */
void notice_read(struct notice_reader *reader, sv mail, struct arena *arena, struct notice *notice);

/* "GMime 3.2.13"; NULL: this build cannot read mail. */
const char *notice_library(void);

#endif
