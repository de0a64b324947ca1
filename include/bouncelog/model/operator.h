/* operator: who runs the server that speaks for a recipient's domain.
 *
 * One operator stands behind many domains, and his faults are theirs. Where no rule names a
 * provider, he goes by the registrable domain of the relay's name, else by its network. Whoever
 * keeps a server of his own is no operator: those are watched together. Thread: any. */
#ifndef BOUNCELOG_MODEL_OPERATOR_H
#define BOUNCELOG_MODEL_OPERATOR_H

#include "bouncelog/base/sv.h"

enum { OPERATOR_MAX = 256 };

/* Does the relay stand below the recipient's domain itself? */
bool operator_is_own(sv relay, sv domain);

/* Of a relay that does not: its name (host name, or an address where that is all that is known)
 * gives shop.co.uk, 192.0.2.0/24 or 2001:db8:1::/48. Empty: there is no telling. A view of
 * `lower`, which has room for OPERATOR_MAX bytes. */
sv operator_of_relay(sv relay, char *lower);

/* Both in one. Empty: the server is the domain's own, or nobody knows whose it is. */
sv operator_of(sv relay, sv domain, char *lower);

#endif
