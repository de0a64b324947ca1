/* proof: does a notice come from where the mail went? */
#ifndef BOUNCELOG_LATE_PROOF_H
#define BOUNCELOG_LATE_PROOF_H

#include "bouncelog/late/late.h"
#include "bouncelog/model/operator.h"

enum { PROOF_NAME_MAX = OPERATOR_MAX };

/* Who runs a host: the provider, else the registrable domain, else its name; a view of `lower`,
 * with room for PROOF_NAME_MAX bytes, or of the patterns. Empty: it has no name. */
sv proof_name_of(const struct patterns *patterns, sv host, char *lower);

bool proof_share_name(const struct patterns *patterns, sv a, sv b);

/* Its network; of a private address, which everybody's neighbours have, the address itself. A view
 * of `text`, as above, or of the address. */
sv proof_network_of(sv ip, char *text);

/* It has a tag, and nobody can tell who handed it to our own servers: it came through one of them
 * that is not named. Complaints come from whoever is asked to pass them on. */
bool proof_tag_suffices(const struct patterns *patterns, const struct late_notice *notice);

/* Also whether the times fit. */
bool proof_holds(const struct patterns *patterns, const struct late_notice *notice,
                 const struct event *delivery);

#endif
