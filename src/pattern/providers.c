/* Finds who hosts a domain: the provider of the longest known suffix of the relay host, else of
 * the recipient domain (patterns/providers.yaml). A set of bits over last labels rules most names
 * out before they are looked up, and each thread remembers its last answers. */
#include "bouncelog/base/bytes.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/pattern/patterns.h"
#include "load.h"

enum { NAME_MAX_LEN = 255, BITS = PROVIDER_WORDS * 64 };

/* Of the last two labels, ASCII case ignored: most names are ruled out by them alone. */
static size_t bit_of(sv name)
{
    uint32_t hash = 2166136261u; /* FNV-1a, from the end: no copy in lower case is needed */
    int dots = 0;
    for (size_t i = name.len; i-- > 0;) {
        dots += name.ptr[i] == '.';
        if (dots == 2)
            break;
        hash = (hash ^ (unsigned char)(name.ptr[i] | 0x20)) * 16777619u;
    }
    return hash % BITS;
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
    size_t bit = bit_of(host);
    if (!(patterns->provider_bits[bit / 64] >> bit % 64 & 1))
        return SV_EMPTY;
    bytes_lower(lower, host);
    sv name = sv_make(lower, host.len);
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
    return provider.len ? provider : find_suffix(patterns, &patterns->providers_by_domain, domain);
}

sv patterns_provider_again(const struct patterns *patterns, struct provider_memo *memo,
                           sv relay_host, sv recipient, uint64_t domain_key)
{
    uint64_t key = hash_mix(hash_bytes(relay_host), domain_key) | 1; /* 0: free */
    size_t slot = (size_t)(key >> 32) % PROVIDER_MEMO;
    if (memo->keys[slot] != key) {
        memo->names[slot] = patterns_provider(patterns, relay_host, sv_after_last(recipient, '@'));
        memo->keys[slot] = key;
    }
    return memo->names[slot];
}
