/* Finds newlines some kilobytes at a time and writes down where they are, which takes half of what
 * looking on from each one does. The machine that it runs on may have wider vectors than the one
 * that it was compiled for: where the compiler knows both, which are used is decided there. */
#include "bouncelog/base/bytes.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define WIDE_VECTORS
#include <immintrin.h>
#endif

/* Writes down where the bits of 64 bytes are. */
static inline uint16_t *put_places(uint16_t *to, size_t from, uint64_t mask)
{
    for (; mask; mask &= mask - 1)
        *to++ = (uint16_t)(from + (size_t)__builtin_ctzll(mask));
    return to;
}

static uint16_t *find(const char *bytes, size_t len, uint16_t *to)
{
    for (size_t at = 0; at < len; at += 64) {
        uint64_t mask = 0;
        for (size_t i = 0; i < 64; i += 16)
            mask |= (uint64_t)bytes_bits16(bytes + at + i, '\n') << i;
        to = put_places(to, at, mask);
    }
    return to;
}

#ifdef WIDE_VECTORS
__attribute__((target("avx2,bmi"))) static uint16_t *find_wide(const char *bytes, size_t len,
                                                               uint16_t *to)
{
    const __m256i newline = _mm256_set1_epi8('\n');
    for (size_t at = 0; at < len; at += 64) {
        const __m256i *vectors = (const __m256i *)(const void *)(bytes + at);
        __m256i low = _mm256_cmpeq_epi8(_mm256_loadu_si256(vectors), newline);
        __m256i high = _mm256_cmpeq_epi8(_mm256_loadu_si256(vectors + 1), newline);
        uint64_t mask = (uint64_t)(unsigned)_mm256_movemask_epi8(high) << 32 |
                        (unsigned)_mm256_movemask_epi8(low);
        to = put_places(to, at, mask);
    }
    return to;
}
#endif

void newlines_find(struct newlines *newlines)
{
    size_t len = (size_t)(newlines->end - newlines->next);
    newlines->bytes = newlines->next;
    newlines->next = len > NEWLINES_AHEAD ? newlines->bytes + NEWLINES_AHEAD : newlines->end;
    len = (size_t)(newlines->next - newlines->bytes);
    uint16_t *to = newlines->places;
#ifdef WIDE_VECTORS
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
        to = find_wide(newlines->bytes, len, to);
    else
#endif
        to = find(newlines->bytes, len, to);
    newlines->at = 0;
    newlines->count = (size_t)(to - newlines->places);
}
