/* Finds who hosts a domain: the provider of the longest known suffix of the relay host, else of
 * the recipient domain (patterns/providers.yaml). A set of bits over last labels rules most names
 * out before they are looked up, and each thread remembers its last answers. */
#include "bouncelog/base/bytes.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/model/operator.h"
#include "bouncelog/pattern/patterns.h"
#include "load.h"

enum { NAME_MAX_LEN = 255, BITS = PROVIDER_WORDS * 64 };

/* Of the last bytes of the last two labels, ASCII case ignored: most names are ruled out by them
 * alone. */
static size_t bit_of(sv name)
{
    enum { LAST = 16 };
    /* From place LAST - n on: n bytes of nothing, then all. */
    static const unsigned char kept[2 * LAST] = {[LAST] = 255, 255, 255, 255, 255, 255, 255, 255,
                                                 255,          255, 255, 255, 255, 255, 255, 255};
    char last[LAST] = {0};
    uint64_t halves[2], masks[2];
    size_t n = name.len < LAST ? name.len : LAST, from = LAST - n;
    if (n == LAST)
        memcpy(last, name.ptr + name.len - LAST, LAST);
    else
        sv_put(last + from, name);
    unsigned dots = bytes_bits16(last, '.');
    dots &= ~(1u << 31 >> __builtin_clz(dots | 1)); /* but for the last one */
    if (dots)
        from = 32 - (size_t)__builtin_clz(dots);
    memcpy(halves, last, sizeof halves);
    memcpy(masks, kept + LAST - from, sizeof masks);
    uint64_t lower = UINT64_C(0x2020202020202020);
    uint64_t product = ((halves[0] | lower) & masks[0]) * UINT64_C(0x9E3779B97F4A7C15) ^
                       ((halves[1] | lower) & masks[1]) * UINT64_C(0xC2B2AE3D27D4EB4F);
    return (product >> 40) % BITS;
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

struct answerer patterns_answerer(const struct patterns *patterns, struct provider_memo *memo,
                                  const struct relay *relay, sv recipient, uint64_t domain_key)
{
    uint64_t host = hash_bytes(relay->host);
    uint64_t key = hash_mix(host, domain_key) | 1; /* 0: free */
    size_t slot = (size_t)(key >> 32) % PROVIDER_MEMO;
    if (memo->keys[slot] != key) {
        sv domain = sv_after_last(recipient, '@');
        memo->names[slot] = patterns_provider(patterns, relay->host, domain);
        memo->kinds[slot] = (uint8_t)operator_relay_kind(relay->host, domain);
        memo->keys[slot] = key;
    }
    if (memo->names[slot].len)
        return (struct answerer){memo->names[slot], 0};
    return (struct answerer){
        SV_EMPTY, operator_relay_key((enum relay_kind)memo->kinds[slot], host, relay->ip)};
}
