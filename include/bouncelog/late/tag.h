/* tag: an envelope sender that only we can have made, for one recipient and a day.
 *
 *   news+20787.6f1c2a90b3d45e78@shop.example
 *   news+joe=example.com+20787.6f1c2a90b3d45e78@shop.example        (VERP: Bernstein, 1997)
 *
 * At the end of the local part, behind one of + - =, stand the day (since 1970, five digits), a
 * dot, and 16 hex digits: the first 64 bits of the HMAC (RFC 2104) of "DAY:RECIPIENT:SENDER" with
 * the key. RECIPIENT is in lower case, its domain in A-labels; SENDER is the address without the
 * tag, in lower case. With SHA-256, or with SHA-1 for Exim, which has no other (its documentation,
 * chapter 11, ${hmac): what breaks SHA-1, collisions, breaks no HMAC (RFC 6194, section 3.3).
 *
 * Only those who get mail for a recipient see his tag, and it names nobody else; so whoever knows
 * it can speak of that recipient alone, and of mail of that sender. Thread: any. */
#ifndef BOUNCELOG_LATE_TAG_H
#define BOUNCELOG_LATE_TAG_H

#include <stdint.h>

#include "bouncelog/base/err.h"
#include "bouncelog/base/mailbox.h"

/* Made with any of them: so that a key can be changed while mail is on its way. */
enum { TAG_KEYS_MAX = 8, TAG_KEY_LEAST = 16 };
struct tag_keys {
    sv list[TAG_KEYS_MAX];
    size_t count;
};

/* One key a line; # begins a comment. The keys are views of the text. -1: a key has less than
 * TAG_KEY_LEAST bytes, there are too many, or none; *line says where (0: none). */
int tag_keys_read(struct tag_keys *keys, sv text, int *line) MUST_CHECK;

/* Was it made with one of the keys, for this recipient? If so, *day is its day, since 1970. */
bool tag_holds(const struct tag_keys *keys, sv address, sv recipient, int64_t *day);

/* Does it end as one? Whether it is right only the keys tell. */
bool tag_is(sv address);

/* The fingerprint of a tag, whatever stands in front of it: + - or =. */
uint64_t tag_key(sv address);

/* The recipient that stands in the tag (VERP), if it was made for him. `recipient` has room for
 * MAILBOX_MAX bytes. Empty: none stands there. */
sv tag_recipient(const struct tag_keys *keys, sv address, char *recipient, int64_t *day);

#endif
