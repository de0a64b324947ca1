/* shape: a reply's words without what belongs to one mail only.
 *
 * Lower case, blanks joined, at most SHAPE_MAX bytes. Addresses become <addr>, IP addresses <ip>,
 * host names <host> (unless one of their labels is in patterns/keep-hosts.yaml), ids, numbers and
 * hashes <id>; the query of a URL is dropped. So equal complaints have equal shapes, and no rule
 * can depend on a person's name. */
#ifndef BOUNCELOG_CLASSIFY_SHAPE_H
#define BOUNCELOG_CLASSIFY_SHAPE_H

#include "bouncelog/base/map.h"

enum { SHAPE_MAX = 2048 };

/* out has room for SHAPE_MAX bytes; the result is a view of it. */
sv shape_of(sv text, const struct map *keep_hosts, char *out);

#endif
