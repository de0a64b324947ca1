/* mailbox: the one spelling by which an address or a domain is known, however it is written.
 *
 * ASCII in lower case, and a domain in other letters as its A-labels (RFC 5890, by UTS #46):
 * joe@BÜCHER.example and joe@xn--bcher-kva.example are one. What is no such domain, or too
 * long to be an address, stays as it is but for the case. Only other letters cost anything.
 * Thread: any. */
#ifndef BOUNCELOG_BASE_MAILBOX_H
#define BOUNCELOG_BASE_MAILBOX_H

#include <stdint.h>

#include "bouncelog/base/sv.h"

enum { MAILBOX_MAX = 512 };

/* `key` has room for MAILBOX_MAX bytes. Empty: the address is longer. What has no @ is no domain.
 */
sv mailbox_key(sv address, char *key);
sv mailbox_domain_key(sv domain, char *key);
/* Are they spellings of one mailbox? */
bool mailbox_same(sv a, sv b);
/* The key as people of that domain write it, in their own letters; the key where it has none. */
sv mailbox_in_letters(sv key, char *letters);

/* The fingerprint of a Message-ID (RFC 5322 section 3.6.4), with its angle brackets or without; 0:
 * there is none. */
uint64_t message_id_key(sv id);

#endif
