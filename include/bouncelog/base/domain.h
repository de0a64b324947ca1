/* domain: which part of a host name one organisation has registered, by the Public Suffix List
 * (publicsuffix.org, as built into libpsl). Thread: any. */
#ifndef BOUNCELOG_BASE_DOMAIN_H
#define BOUNCELOG_BASE_DOMAIN_H

#include "bouncelog/base/sv.h"

/* mx1.mail.shop.co.uk -> shop.co.uk: a view of the lower-cased host. Empty: it is a public suffix
 * itself, or no host name. */
sv domain_registrable(sv host);

#endif
