/* Tells a hop of our own from a server of the recipient's domain: a relay, a content filter, a mail
 * store that all mail goes to before or instead of leaving.
 *
 * It is one if the configuration names it, if it is a socket or stands on this host, if the
 * transport leads to a relay of ours, or if the MTA blames its own configuration (X.3.5, RFC 3463).
 * So is a host that nobody could find and that has nothing to do with the recipient's domain: what
 * an MTA looks up is the domain, its mail servers, or what its administrator wrote down. A host
 * below the domain is the domain's own, even where its name points to 127.0.0.1 or our tables lead
 * to it. */
#include "next_hop.h"

#include <string.h>

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/domain.h"

enum { NAME_MAX_LEN = 255 };

/* Without what MTAs put around a host: [host], 'host', host. */
static sv bare(sv host)
{
    while (host.len && strchr("['\"", host.ptr[0]))
        host = sv_skip(host, 1);
    while (host.len && strchr("]'\".", host.ptr[host.len - 1]))
        host.len--;
    return host;
}

static bool is_named(const struct own_hops *named, sv name)
{
    for (size_t i = 0; name.len && i < named->count; i++)
        if (sv_eq_nocase(bare(named->names[i]), name))
            return true;
    return false;
}

static sv registrable(sv host, char *lower)
{
    if (!host.len || host.len > NAME_MAX_LEN)
        return SV_EMPTY;
    bytes_lower(lower, host);
    return domain_registrable(sv_make(lower, host.len));
}

static bool is_ascii(sv name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] > 0x7f)
            return false;
    return true;
}

/* Do a host and a domain belong to one organisation? The log may have the domain as people write it
 * and the host as the DNS does; that is taken for a yes. */
static bool are_relatives(sv host, sv domain)
{
    char one[NAME_MAX_LEN], other[NAME_MAX_LEN];
    if (sv_eq_nocase(host, domain) || (!is_ascii(domain) && sv_has_nocase(host, SV("xn--"))))
        return true;
    sv registered = registrable(host, one);
    return registered.len && sv_eq(registered, registrable(domain, other));
}

static bool is_this_host(sv host)
{
    return sv_starts(host, SV("127.")) || sv_eq(host, SV("::1")) ||
           sv_eq_nocase(host, SV("localhost")) || sv_eq_nocase(host, SV("localhost.localdomain"));
}

static bool leads_to_relay(const struct mta_patterns *mta, sv transport)
{
    for (size_t i = 0; i < mta->relay_word_count; i++)
        if (sv_eq_nocase(mta->relay_words[i], transport))
            return true;
    return false;
}

/* RFC 3463: system incorrectly configured. Postfix says so of its relayhost. */
static bool blames_itself(const struct record *attempt)
{
    return attempt->said.origin != ORIGIN_REMOTE && sv_ends(attempt->dsn, SV(".3.5"));
}

bool next_hop_is_own(const struct patterns *patterns, const struct own_hops *named,
                     const struct record *attempt)
{
    sv host = bare(attempt->relay.host), ip = bare(attempt->relay.ip), hop = bare(attempt->hop);
    if (attempt->own_hop || blames_itself(attempt) || is_named(named, host) ||
        is_named(named, ip) || is_named(named, hop) || is_named(named, attempt->transport) ||
        is_this_host(host))
        return true;
    if (!hop.len && !is_this_host(ip) &&
        !leads_to_relay(&patterns->mtas[attempt->mta], attempt->transport))
        return false;
    sv domain = sv_after_last(attempt->recipient, '@');
    return domain.len && !are_relatives(hop.len ? hop : host, domain);
}
