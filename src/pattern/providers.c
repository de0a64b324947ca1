/* Who hosts a domain: the longest known suffix of a host name. */
#include "bouncelog/base/hash.h"
#include "bouncelog/pattern/patterns.h"
#include "load.h"

enum { NAME_MAX_LEN = 255, BITS = PROVIDER_WORDS * 64 };

/* The last two labels: most names are ruled out by them alone. */
static size_t bit_of(sv name)
{
    size_t dot = sv_rfind_byte(name, '.');
    size_t second = dot == SV_NPOS ? SV_NPOS : sv_rfind_byte(sv_sub(name, 0, dot), '.');
    sv tail = second == SV_NPOS ? name : sv_skip(name, second + 1);
    return (size_t)(hash_bytes(tail) % BITS);
}

static void index_map(struct patterns *patterns, const struct map *map)
{
    for (size_t i = 0; i < map_count(map); i++) {
        size_t bit = bit_of(map_key_at(map, i));
        patterns->provider_bits[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

void providers_index(struct patterns *patterns)
{
    index_map(patterns, &patterns->providers_by_mx);
    index_map(patterns, &patterns->providers_by_domain);
}

static sv find_suffix(const struct patterns *patterns, const struct map *map, sv host)
{
    char lower[NAME_MAX_LEN];
    if (host.len && host.ptr[host.len - 1] == '.')
        host.len--;
    if (!host.len || host.len > sizeof lower)
        return SV_EMPTY;
    for (size_t i = 0; i < host.len; i++)
        lower[i] = to_lower(host.ptr[i]);
    sv name = sv_make(lower, host.len);
    size_t bit = bit_of(name);
    if (!(patterns->provider_bits[bit / 64] >> bit % 64 & 1))
        return SV_EMPTY;
    while (name.len) {
        const sv *provider = map_get(map, name);
        if (provider)
            return *provider;
        sv_cut(name, '.', &name);
    }
    return SV_EMPTY;
}

sv patterns_provider(const struct patterns *patterns, sv relay_host, sv domain)
{
    sv provider = find_suffix(patterns, &patterns->providers_by_mx, relay_host);
    return provider.len ? provider
                        : find_suffix(patterns, &patterns->providers_by_domain, domain);
}
