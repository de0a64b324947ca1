/* queue_id: the names that MTAs give to messages, some of which carry their time of arrival.
 *
 *   Exim      6-6-2 (to 4.96) or 6-11-4 characters; the first six: seconds since 1970, base 62
 *             (exim/src/src/string.c, string_base62)
 *   Postfix   short: microseconds and inode in hex; long: the first six characters are seconds
 *             since 1970 in base 52 (postfix/src/global/mail_queue.h, safe_ultostr.c)
 *   sendmail  8.12 and later: year modulo 60, month, day, hour, minute, second as one character
 *             each, in UTC (sendmail/queue.c, assign_queueid) */
#ifndef BOUNCELOG_PARSE_QUEUE_ID_H
#define BOUNCELOG_PARSE_QUEUE_ID_H

#include "bouncelog/model/names.h"

enum { QUEUE_ID_MIN = 5, QUEUE_ID_MAX = 40 };
enum { QUEUE_ID_TIMED = 12 }; /* shorter ones do not say when */

/* Takes `ID` with what must follow it off the front of *message; empty when there is none. */
sv queue_id_take(enum mta mta, sv *message);

/* The second at which the message arrived; false when the id does not say. */
bool queue_id_time(enum mta mta, sv id, int64_t *seconds);

/* The length of an id of ours that may stand at the start of v, for replies that name one. */
size_t queue_id_length(enum mta mta, sv v);

#endif
