/* operator: who runs the server that speaks for a recipient's domain.
 *
 * One operator stands behind many domains, and his faults are theirs. Where no rule names a
 * provider, he goes by the registrable domain of the relay's name. A relay that stands below the
 * recipient's domain is that domain's own; it may still share a network with others, whose
 * operator gives each customer a name of the customer's. Thread: any. */
#ifndef BOUNCELOG_MODEL_OPERATOR_H
#define BOUNCELOG_MODEL_OPERATOR_H

#include "bouncelog/base/sv.h"

enum { OPERATOR_MAX = 256 };

/* Does the relay stand below the recipient's domain itself? */
bool operator_is_own(sv relay, sv domain);

/* Of a relay that does not: shop.co.uk, or the network where it has no name. Empty: there is no
 * telling. A view of `lower`, which has room for OPERATOR_MAX bytes. */
sv operator_of_relay(sv relay, char *lower);

/* 192.0.2.0/24 or 2001:db8:1::/48; empty: it is no address. In `text`, with room as above. */
sv operator_network(sv address, char *text);

#endif
