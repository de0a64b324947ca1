/* operator: who runs the server that speaks for a recipient's domain.
 *
 * One operator stands behind many domains, and his faults are theirs. Where no rule names a
 * provider, he goes by the registrable domain of the relay's name. A relay that stands below the
 * recipient's domain is that domain's own; it may still share a network with others, whose
 * operator gives each customer a name of the customer's. Thread: any. */
#ifndef BOUNCELOG_MODEL_OPERATOR_H
#define BOUNCELOG_MODEL_OPERATOR_H

#include <stdint.h>

#include "bouncelog/base/sv.h"

enum { OPERATOR_MAX = 256 };

/* Does the relay stand below the recipient's domain itself? */
bool operator_is_own(sv relay, sv domain);

/* An address at which no stranger answers: of this host, or of its own network (RFC 1122, 1918,
 * 3927, 4193, 4291, 6598). Everybody's neighbours have the same. */
bool operator_is_inside(sv ip);

/* What tells servers of one domain apart, as far as their operators may differ: the name; where
 * there is none, the address; its network, where the server is the domain's own. */
enum relay_kind { RELAY_NAMED, RELAY_NUMBERED, RELAY_OWN };
enum relay_kind operator_relay_kind(sv host, sv domain);
/* Never 0; `name` is the hash_bytes of the host. */
uint64_t operator_relay_key(enum relay_kind kind, uint64_t name, sv ip);

/* Of a relay that does not: shop.co.uk, or the network where it has no name. Empty: there is no
 * telling. A view of `lower`, which has room for OPERATOR_MAX bytes. */
sv operator_of_relay(sv relay, char *lower);

/* What an IPv4 address shares with its network, so that not every address has to be remembered: a
 * view of it; of any other text, all of it. */
sv operator_network_part(sv address);

/* 192.0.2.0/24 or 2001:db8:1::/48; empty: it is no address. In `text`, with room as above. */
sv operator_network(sv address, char *text);

#endif
