/* address: addresses as reports write them, and the codes beside them.
 *
 * Thread: any. Results are views, or in the arena where something had to be decoded. */
#ifndef BOUNCELOG_NOTIFY_ADDRESS_H
#define BOUNCELOG_NOTIFY_ADDRESS_H

#include "bouncelog/base/arena.h"

/* `type; value` (RFC 3464, 2.1.2): both trimmed, the type as it stands; without one it is empty. */
sv typed_value(sv field, sv *type);

/* An address field: type off, comments and <> off, RFC 6533's \x{...} and RFC 3461's xtext undone
 * (`xtext`: where a mailer may have left it). Empty: it holds no address with a domain. */
sv address_of_field(sv field, bool xtext, struct arena *arena);

/* An address in words or in a header: <> and comments off. Empty: it is none. */
sv address_of_words(sv words);
bool address_is(sv text);

/* xtext undone (RFC 3461, section 4), where it is well formed. */
sv xtext_undone(sv text, struct arena *arena);

/* "5.1.1" at the start of the text, or behind a reply code there; else empty. */
sv status_at_start(sv text);
sv status_of_reply(sv text);

#endif
