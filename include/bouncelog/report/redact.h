/* redact: addresses as keyed fingerprints (--hash).
 *
 * An address becomes the HMAC-SHA-256 (RFC 2104, FIPS 198-1) of its one spelling (mailbox_key), as
 * 64 hex digits: equal addresses stay equal, and only who has the key can test a guess. A domain on
 * its own is no person's address and stays. For readers who need no address at all, a redactor may
 * mask: the local part becomes "...". Thread: any, the redactor is immutable. */
#ifndef BOUNCELOG_REPORT_REDACT_H
#define BOUNCELOG_REPORT_REDACT_H

#include "bouncelog/base/arena.h"

struct redactor {
    sv key;
    bool masks; /* no fingerprint: ...@example.com */
};

/* Both give a view of the input when redactor is NULL, else text in the arena. */
sv redact_address(const struct redactor *redactor, sv address, struct arena *arena);
/* Every address within a text. */
sv redact_text(const struct redactor *redactor, sv text, struct arena *arena);

/* The fingerprint itself; redactor NULL: the plain SHA-256 (FIPS 180-4) of that spelling, which
 * whoever has the address can compute. */
sv redact_fingerprint(const struct redactor *redactor, sv address, struct arena *arena);

#endif
