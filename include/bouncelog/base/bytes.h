/* bytes: runs of bytes, sixteen at a time where the machine can.
 *
 * Functions of a pointer may read up to BYTES_SLACK bytes beyond what they look for: log lines are
 * readable so far (parse.h), other callers pad their bytes. Thread: any. */
#ifndef BOUNCELOG_BASE_BYTES_H
#define BOUNCELOG_BASE_BYTES_H

#include "bouncelog/base/sv.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#define BYTES_NEON
#include <arm_neon.h>
#endif

enum { BYTES_SLACK = 16 };

#ifdef BYTES_NEON
static inline uint8x16_t bytes_load16(const char *at)
{
    return vreinterpretq_u8_s8(vld1q_s8((const int8_t *)at));
}

/* A bit for each byte that is 0xFF; the others are 0: what _mm_movemask_epi8 does. */
static inline unsigned bytes_mask16(uint8x16_t bytes)
{
    static const uint8_t bit_of[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t bits = vandq_u8(bytes, vld1q_u8(bit_of));
    return vaddv_u8(vget_low_u8(bits)) | (unsigned)vaddv_u8(vget_high_u8(bits)) << 8;
}
#endif

/* A bit for each of the first 16 bytes that is equal, is c, an upper-case letter of ASCII, a letter
 * of it, a digit. All are readable. */
static inline unsigned bytes_equal_bits16(const char *a, const char *b)
{
#ifdef __SSE2__
    __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)a),
                                   _mm_loadu_si128((const __m128i *)(const void *)b));
    return (unsigned)_mm_movemask_epi8(equal);
#elif defined(BYTES_NEON)
    return bytes_mask16(vceqq_u8(bytes_load16(a), bytes_load16(b)));
#else
    unsigned bits = 0;
    for (unsigned i = 0; i < 16; i++)
        bits |= (unsigned)(a[i] == b[i]) << i;
    return bits;
#endif
}

static inline unsigned bytes_bits16(const char *at, char c)
{
#ifdef __SSE2__
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
#elif defined(BYTES_NEON)
    return bytes_mask16(vceqq_u8(bytes_load16(at), vdupq_n_u8((uint8_t)c)));
#else
    unsigned bits = 0;
    for (unsigned i = 0; i < 16; i++)
        bits |= (unsigned)(at[i] == c) << i;
    return bits;
#endif
}

/* A bit for each of those that, with the bits of `fold` set, is one of `count` from `first` on. */
static inline unsigned bytes_range_bits16(const char *at, char fold, char first, char count)
{
#ifdef __SSE2__
    /* Signed compares: a byte moved so that its range starts at the least signed value. */
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i moved =
        _mm_add_epi8(_mm_or_si128(bytes, _mm_set1_epi8(fold)), _mm_set1_epi8((char)(0x80 - first)));
    return (unsigned)_mm_movemask_epi8(_mm_cmplt_epi8(moved, _mm_set1_epi8((char)(0x80 + count))));
#elif defined(BYTES_NEON)
    uint8x16_t folded = vorrq_u8(bytes_load16(at), vdupq_n_u8((uint8_t)fold));
    uint8x16_t moved = vsubq_u8(folded, vdupq_n_u8((uint8_t)first));
    return bytes_mask16(vcltq_u8(moved, vdupq_n_u8((uint8_t)count)));
#else
    unsigned bits = 0;
    for (unsigned i = 0; i < 16; i++)
        bits |= (unsigned)((unsigned char)((at[i] | fold) - first) < count) << i;
    return bits;
#endif
}

static inline unsigned bytes_upper_bits16(const char *at)
{
    return bytes_range_bits16(at, 0, 'A', 26);
}

static inline unsigned bytes_letter_bits16(const char *at)
{
    return bytes_range_bits16(at, 0x20, 'a', 26);
}

static inline unsigned bytes_digit_bits16(const char *at)
{
    return bytes_range_bits16(at, 0, '0', 10);
}

/* Behind 16 bytes of v: the last ones are taken once more, with some that were looked at before,
 * instead of one by one. */
static inline size_t bytes_step(sv v, size_t at)
{
    size_t next = at + 16;
    return next < v.len && v.len - next < 16 ? v.len - 16 : next;
}

/* Two bytes to look for. */
struct bytes_two {
    char a[16], b[16];
};

static inline struct bytes_two bytes_two_of(char a, char b)
{
    struct bytes_two two;
    memset(two.a, a, sizeof two.a);
    memset(two.b, b, sizeof two.b);
    return two;
}

/* The position of the first of them in v; v.len: there is none. */
static inline size_t bytes_either_of(sv v, const struct bytes_two *two)
{
    size_t at = 0;
#ifdef __SSE2__
    while (v.len - at >= 16) {
        unsigned mask =
            bytes_equal_bits16(v.ptr + at, two->a) | bytes_equal_bits16(v.ptr + at, two->b);
        if (mask)
            return at + (size_t)__builtin_ctz(mask);
        at = bytes_step(v, at);
    }
#endif
    while (at < v.len && v.ptr[at] != two->a[0] && v.ptr[at] != two->b[0])
        at++;
    return at;
}

/* The same, in registers alone: the vectors of bytes_two would be written to memory first. */
static inline size_t bytes_either(sv v, char a, char b)
{
    size_t at = 0;
#ifdef __SSE2__
    __m128i as = _mm_set1_epi8(a), bs = _mm_set1_epi8(b);
    while (v.len - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(v.ptr + at));
        __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(bytes, as), _mm_cmpeq_epi8(bytes, bs));
        int mask = _mm_movemask_epi8(hits);
        if (mask)
            return at + (size_t)__builtin_ctz((unsigned)mask);
        at = bytes_step(v, at);
    }
#endif
    while (at < v.len && v.ptr[at] != a && v.ptr[at] != b)
        at++;
    return at;
}

/* The position of the last a in v; v.len: there is none. */
static inline size_t bytes_last(sv v, char a)
{
    size_t end = v.len;
#ifdef __SSE2__
    __m128i as = _mm_set1_epi8(a);
    while (end >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(v.ptr + end - 16));
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, as));
        if (mask)
            return end - 16 + 31 - (size_t)__builtin_clz(mask);
        end = end > 16 && end < 32 ? 16 : end - 16; /* as bytes_step */
    }
#endif
    while (end && v.ptr[end - 1] != a)
        end--;
    return end ? end - 1 : v.len;
}

/* The position of the first a in v, which is readable for BYTES_SLACK bytes beyond its end; v.len:
 * there is none. */
static inline size_t bytes_first_padded(sv v, char a)
{
    for (size_t at = 0; at < v.len; at += 16) {
        unsigned mask = bytes_bits16(v.ptr + at, a);
        if (mask) {
            at += (size_t)__builtin_ctz(mask);
            return at < v.len ? at : v.len;
        }
    }
    return v.len;
}

/* The position of the first blank, control character or b; v.len: there is none. */
static inline size_t bytes_blank_or(sv v, char b)
{
    size_t at = 0;
#ifdef __SSE2__
    __m128i blanks = _mm_set1_epi8(' '), bs = _mm_set1_epi8(b);
    while (v.len - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(v.ptr + at));
        __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, blanks), bytes);
        int mask = _mm_movemask_epi8(_mm_or_si128(low, _mm_cmpeq_epi8(bytes, bs)));
        if (mask)
            return at + (size_t)__builtin_ctz((unsigned)mask);
        at = bytes_step(v, at);
    }
#endif
    while (at < v.len && (unsigned char)v.ptr[at] > ' ' && v.ptr[at] != b)
        at++;
    return at;
}

#ifdef __SSE2__
/* A bit for each of the 16 bytes at `at` that is a and has b right behind it. */
static inline unsigned bytes_pairs16(const char *at, __m128i a, __m128i b)
{
    __m128i first = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i second = _mm_loadu_si128((const __m128i *)(const void *)(at + 1));
    return (unsigned)_mm_movemask_epi8(
        _mm_and_si128(_mm_cmpeq_epi8(first, a), _mm_cmpeq_epi8(second, b)));
}
#endif

/* The position of the first a with b right behind it, from `at` on; v.len: there is none. Needles
 * are short and mostly absent: this beats memmem's set-up, and two bytes are rarer than one. */
static inline size_t bytes_pair(sv v, size_t at, char a, char b)
{
#ifdef __SSE2__
    __m128i as = _mm_set1_epi8(a), bs = _mm_set1_epi8(b);
    for (; at + 17 <= v.len; at += 16) {
        unsigned mask = bytes_pairs16(v.ptr + at, as, bs);
        if (mask)
            return at + (size_t)__builtin_ctz(mask);
    }
    if (v.len >= 17 && at + 2 <= v.len) { /* the rest, with bytes that were looked at before */
        size_t back = v.len - 17;
        unsigned mask = bytes_pairs16(v.ptr + back, as, bs) & ~0u << (at - back);
        return mask ? back + (size_t)__builtin_ctz(mask) : v.len;
    }
#endif
    for (; at + 2 <= v.len; at++)
        if (v.ptr[at] == a && v.ptr[at + 1] == b)
            return at;
    return v.len;
}

/* How many of the first 16 bytes at `at` are ASCII letters or digits before one is not. */
static inline size_t bytes_alnum16(const char *at)
{
    unsigned is = bytes_letter_bits16(at) | bytes_digit_bits16(at);
    return (size_t)__builtin_ctz(~is | 0x10000u);
}

/* The newlines of some bytes, one after the other. Readable for 63 bytes beyond their end, where no
 * newline stands. */
enum { NEWLINES_AHEAD = 4096 /* bytes, in whole blocks of 64 */ };

struct newlines {
    const char *bytes;      /* those that were looked at last, up to... */
    const char *next, *end; /* ...those that will be, up to the end of all */
    size_t at, count;       /* of places */
    uint16_t places[NEWLINES_AHEAD];
};

/* Looks at the next bytes. */
void newlines_find(struct newlines *newlines);

static inline void newlines_begin(struct newlines *newlines, sv bytes)
{
    newlines->next = bytes.ptr;
    newlines->end = bytes.ptr + bytes.len;
    newlines->at = newlines->count = 0;
}

/* The next one; the end of the bytes: there is none. */
static inline const char *newlines_next(struct newlines *newlines)
{
    while (newlines->at == newlines->count) {
        if (newlines->next == newlines->end)
            return newlines->end;
        newlines_find(newlines);
    }
    return newlines->bytes + newlines->places[newlines->at++];
}

/* How many of the first 16 bytes at `at` are digits before one is not. */
static inline size_t bytes_digits16(const char *at)
{
    return (size_t)__builtin_ctz(~bytes_digit_bits16(at) | 0x10000u);
}

/* How many bytes at the start of v are printable ASCII: 0x20 to 0x7E. */
static inline size_t bytes_printable(sv v)
{
    size_t at = 0;
#ifdef __SSE2__
    while (v.len - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(v.ptr + at));
        __m128i bad = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
                                   _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
        int mask = _mm_movemask_epi8(bad);
        if (mask)
            return at + (size_t)__builtin_ctz((unsigned)mask);
        at = bytes_step(v, at);
    }
#endif
    while (at < v.len && v.ptr[at] >= 0x20 && v.ptr[at] < 0x7F)
        at++;
    return at;
}

/* A few hundred bytes, as loads and stores of vectors: `rep movs` and `rep stos`, which compilers
 * choose for them, are slow to start. */
static inline void bytes_copy(void *to, const void *from, size_t size)
{
    size_t at = 0;
#ifdef __SSE2__
    for (; size - at >= 16; at += 16)
        _mm_storeu_si128((__m128i *)(void *)((char *)to + at),
                         _mm_loadu_si128((const __m128i *)(const void *)((const char *)from + at)));
#endif
    memcpy((char *)to + at, (const char *)from + at, size - at);
}

static inline void bytes_zero(void *to, size_t size)
{
    size_t at = 0;
#ifdef __SSE2__
    for (; size - at >= 16; at += 16)
        _mm_storeu_si128((__m128i *)(void *)((char *)to + at), _mm_setzero_si128());
#endif
    memset((char *)to + at, 0, size - at);
}

/* v in ASCII lower case, into `to`, which has room for it. Is all of it ASCII? */
static inline bool bytes_lower(char *to, sv v)
{
    size_t at = 0;
    unsigned high = 0;
#ifdef __SSE2__
    __m128i all = _mm_setzero_si128();
    for (; v.len - at >= 16; at = bytes_step(v, at)) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(v.ptr + at));
        __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8((char)(0x80 - 'A')));
        __m128i upper = _mm_cmplt_epi8(moved, _mm_set1_epi8((char)(0x80 + 26)));
        all = _mm_or_si128(all, bytes);
        bytes = _mm_add_epi8(bytes, _mm_and_si128(upper, _mm_set1_epi8(0x20)));
        _mm_storeu_si128((__m128i *)(void *)(to + at), bytes);
    }
    high = (unsigned)_mm_movemask_epi8(all);
#endif
    for (; at < v.len; at++) {
        high |= (unsigned char)v.ptr[at] & 0x80u;
        to[at] = to_lower(v.ptr[at]);
    }
    return !high;
}

/* Has none of them its high bit? */
static inline bool bytes_are_ascii(const char *bytes, size_t len)
{
    uint64_t all = 0, eight;
    size_t at = 0;
    for (; at + sizeof eight <= len; at += sizeof eight) {
        memcpy(&eight, bytes + at, sizeof eight);
        all |= eight;
    }
    for (; at < len; at++)
        all |= (unsigned char)bytes[at];
    return !(all & UINT64_C(0x8080808080808080));
}

/* The bytes before the first `[` or `:`, or the first byte that is no printable ASCII, such as the
 * newline or the NUL that must come. */
static inline size_t bytes_tag(const char *text)
{
#ifdef __SSE2__
    for (const char *at = text;; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('[')),
                                    _mm_cmpeq_epi8(bytes, _mm_set1_epi8(':')));
        /* Signed: bytes from 0x80 on are below the blank, too. */
        hits = _mm_or_si128(hits, _mm_cmplt_epi8(bytes, _mm_set1_epi8(' ' + 1)));
        unsigned mask = (unsigned)_mm_movemask_epi8(hits);
        if (mask)
            return (size_t)(at - text) + (size_t)__builtin_ctz(mask);
    }
#else
    size_t n = 0;
    while (text[n] > ' ' && text[n] != '[' && text[n] != ':')
        n++;
    return n;
#endif
}

/* Are those of the first 16 bytes equal whose bits are set? Both are readable so far. */
static inline bool bytes_equal16(const char *a, const char *b, unsigned wanted)
{
    return (bytes_equal_bits16(a, b) & wanted) == wanted;
}

/* Are those of the first 32 bytes equal whose bits are set? Both are readable so far. */
static inline bool bytes_equal32(const char *a, const char *b, unsigned wanted)
{
    unsigned equal = bytes_equal_bits16(a, b) | bytes_equal_bits16(a + 16, b + 16) << 16;
    return (equal & wanted) == wanted;
}

/* Are the first n bytes equal? */
static inline bool bytes_equal(const char *a, const char *b, size_t n)
{
#ifdef __SSE2__
    for (size_t at = 0; at < n; at += 16) {
        __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)(a + at)),
                                       _mm_loadu_si128((const __m128i *)(const void *)(b + at)));
        unsigned wanted = n - at >= 16 ? 0xFFFFu : (1u << (n - at)) - 1;
        if (((unsigned)_mm_movemask_epi8(equal) & wanted) != wanted)
            return false;
    }
    return true;
#else
    return memcmp(a, b, n) == 0;
#endif
}

#endif
