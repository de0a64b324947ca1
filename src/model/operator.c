/* Names the operator of a relay: by the registrable domain of its name, or, where it has none, by
 * the network that its address is in: /24 of IPv4, /48 of IPv6, which is what one customer is given
 * (RFC 6177). */
#include "bouncelog/model/operator.h"

#include <stdlib.h>

#include <arpa/inet.h>
#include <stdio.h>

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/domain.h"
#include "bouncelog/base/hash.h"

static sv trimmed(sv relay)
{
    if (relay.len && relay.ptr[0] == '[')
        relay = sv_skip(relay, 1);
    while (relay.len && (relay.ptr[relay.len - 1] == ']' || relay.ptr[relay.len - 1] == '.'))
        relay.len--;
    return relay;
}

bool operator_is_own(sv relay, sv domain)
{
    relay = trimmed(relay);
    if (!domain.len || relay.len < domain.len ||
        !sv_eq_nocase(sv_skip(relay, relay.len - domain.len), domain))
        return false;
    return relay.len == domain.len || relay.ptr[relay.len - domain.len - 1] == '.';
}

/* Asked for each mail. */
static bool is_inside_v4(sv ip)
{
    uint64_t second;
    if (sv_starts(ip, SV("192.")))
        return sv_starts(ip, SV("192.168."));
    if (sv_starts(ip, SV("10.")) || sv_starts(ip, SV("127.")) || sv_starts(ip, SV("169.254.")))
        return true;
    bool shared = sv_starts(ip, SV("100.")), private = sv_starts(ip, SV("172."));
    if ((!shared && !private) || !sv_to_u64(sv_cut(sv_skip(ip, 4), '.', &(sv){0}), &second))
        return false;
    return shared ? second >= 64 && second < 128 : second >= 16 && second < 32;
}

bool operator_is_inside(sv ip)
{
    static const char *const starts[] = {"fc", "fd", "fe8", "fe9", "fea", "feb", "::"};
    if (ip.len && is_digit(ip.ptr[0]) && sv_find_byte(ip, ':') == SV_NPOS)
        return ip.ptr[0] == '1' && is_inside_v4(ip);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (sv_starts_nocase(ip, sv_from(starts[i])))
            return true;
    return false;
}

sv operator_network_part(sv address)
{
    uint64_t octet;
    size_t dot = sv_rfind_byte(address, '.');
    sv last = dot == SV_NPOS ? SV_EMPTY : sv_skip(address, dot + 1);
    bool valid = last.len && last.len <= 3 && (last.len == 1 || last.ptr[0] != '0') &&
                 sv_to_u64(last, &octet) && octet <= UINT8_MAX;
    return valid ? sv_sub(address, 0, dot + 1) : address;
}

enum relay_kind operator_relay_kind(sv host, sv domain)
{
    if (sv_find_byte(host, '.') == SV_NPOS)
        return RELAY_NUMBERED;
    return operator_is_own(host, domain) ? RELAY_OWN : RELAY_NAMED;
}

uint64_t operator_relay_key(enum relay_kind kind, uint64_t name, sv ip)
{
    uint64_t server = kind == RELAY_NAMED || !ip.len ? name
                      : kind == RELAY_OWN            ? hash_bytes(operator_network_part(ip))
                                                     : hash_bytes(ip);
    return hash_mix(server, (uint64_t)kind + 1) | 1;
}

sv operator_network(sv address, char *text)
{
    struct in_addr four;
    struct in6_addr six;
    address = trimmed(address);
    if (!address.len || address.len >= OPERATOR_MAX)
        return SV_EMPTY;
    *sv_put(text, address) = 0;
    if (inet_pton(AF_INET, text, &four) == 1) { /* it takes numbers without leading zeros alone */
        char *end = sv_put(text + sv_rfind_byte(address, '.'), SV(".0/24"));
        return sv_make(text, (size_t)(end - text));
    }
    if (inet_pton(AF_INET6, text, &six) != 1)
        return SV_EMPTY;
    const unsigned char *byte = six.s6_addr;
    int n = snprintf(text, OPERATOR_MAX, "%x:%x:%x::/48", byte[0] << 8 | byte[1],
                     byte[2] << 8 | byte[3], byte[4] << 8 | byte[5]);
    return sv_make(text, (size_t)n);
}

sv operator_of_relay(sv relay, char *lower)
{
    sv network = operator_network(relay, lower);
    relay = trimmed(relay);
    if (network.len || !relay.len || relay.len >= OPERATOR_MAX)
        return network;
    bytes_lower(lower, relay);
    return domain_registrable(sv_make(lower, relay.len));
}
