/* Asks libpsl where the registered part of a host name begins.
 *
 * Its built-in list is used: the answer must not change with a file of the
 * machine, or two hosts would count the same log differently. */
#include "bouncelog/base/domain.h"

#include <libpsl.h>

enum { HOST_MAX = 255 };

sv domain_registrable(sv host)
{
    char name[HOST_MAX + 1];
    if (!host.len || host.len > HOST_MAX)
        return SV_EMPTY;
    *sv_put(name, host) = 0;
    const char *found = psl_registrable_domain(psl_builtin(), name);
    return found ? sv_skip(host, (size_t)(found - name)) : SV_EMPTY;
}
