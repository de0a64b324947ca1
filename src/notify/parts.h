/* parts: the MIME tree of a mail, flat; the only place that knows GMime.
 *
 * Parts come in the order of the mail. What a returned mail holds is no part of this one: it is one
 * part, whose body begins with its headers. */
#ifndef BOUNCELOG_NOTIFY_PARTS_H
#define BOUNCELOG_NOTIFY_PARTS_H

#include "bouncelog/notify/notice.h"

enum part_kind {
    PART_TEXT,     /* text/plain, and text of an unknown kind */
    PART_HTML,     /* text/html */
    PART_STATUS,   /* message/delivery-status, message/global-delivery-status */
    PART_FEEDBACK, /* message/feedback-report */
    PART_RECEIPT,  /* message/disposition-notification, message/global-disposition-notification */
    PART_RETURNED, /* message/rfc822, message/global: a whole mail */
    PART_HEADERS,  /* text/rfc822-headers, message/global-headers: its headers */
    PART_OTHER,    /* anything else; decoded only where a report may be mislabelled so */
};

struct part {
    enum part_kind kind;
    bool in_report; /* directly in a multipart/report... */
    sv report_type; /* ...of this type, in lower case */
    sv body;        /* decoded, in the arena, CRLF as LF */
};

struct parts {
    struct part *list; /* in the arena */
    size_t count;
    sv head;         /* the header block of the mail: a view of it */
    bool is_report;  /* the mail itself is a multipart/report */
    bool has_report; /* ...or one of its parts, outside a returned mail */
    uint32_t limits; /* bits of enum notice_limit */
};

void parts_read(sv mail, struct arena *arena, struct parts *parts);

/* "Sun, 22 Nov 2026 03:11:09 +0100" (RFC 5322, 3.3); INT64_MIN: it is none. */
int64_t parts_date(sv text);

/* Encoded words undone (RFC 2047), as UTF-8; the text itself where it has none. */
sv parts_decoded(sv text, struct arena *arena);

/* NULL: without GMime. */
const char *parts_library(void);
void parts_begin(void);

#endif
