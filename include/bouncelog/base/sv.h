/* sv: a view of bytes that somebody else owns.
 *
 * Passed by value, never NUL-terminated; empty means absent (a zeroed view is empty, too). A view
 * lives as long as the bytes below it: a line's views die with its chunk, so whatever must outlive
 * the chunk is copied by the thing that outlives it (arena_copy, map_put). Thread: any. Errors:
 * none. */
#ifndef BOUNCELOG_BASE_SV_H
#define BOUNCELOG_BASE_SV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct sv {
    const char *ptr;
    size_t len;
} sv;

#define SV(literal) ((sv){"" literal, sizeof(literal) - 1})
#define SV_EMPTY ((sv){"", 0})
/* For printf's "%.*s". Evaluates it more than once: a name, or a function that only looks (the law
 * says which). */
#define SV_FMT(v) (int)((v).len > 4096 ? 4096 : (v).len), (v).ptr

static inline sv sv_make(const char *ptr, size_t len)
{
    return (sv){len ? ptr : "", len};
}

static inline sv sv_from(const char *text)
{
    return (sv){text, strlen(text)};
}

/* [from, to) of v, both clipped to its length. */
static inline sv sv_sub(sv v, size_t from, size_t to)
{
    if (to > v.len)
        to = v.len;
    if (from >= to)
        return SV_EMPTY;
    return (sv){v.ptr + from, to - from};
}

static inline sv sv_skip(sv v, size_t n)
{
    return sv_sub(v, n, v.len);
}

/* Names, codes and words are mostly shorter than what a call of memcmp costs: two loads that
 * overlap see all of them. */
static inline bool sv_eq(sv a, sv b)
{
    uint64_t first[2], last[2];
    uint32_t head[2], tail[2];
    size_t n = a.len;
    if (n != b.len || !n)
        return n == b.len;
    if (n > 2 * sizeof *first)
        return memcmp(a.ptr, b.ptr, n) == 0;
    if (n >= sizeof *first) {
        memcpy(&first[0], a.ptr, sizeof *first);
        memcpy(&first[1], b.ptr, sizeof *first);
        memcpy(&last[0], a.ptr + n - sizeof *last, sizeof *last);
        memcpy(&last[1], b.ptr + n - sizeof *last, sizeof *last);
        return first[0] == first[1] && last[0] == last[1];
    }
    if (n >= sizeof *head) {
        memcpy(&head[0], a.ptr, sizeof *head);
        memcpy(&head[1], b.ptr, sizeof *head);
        memcpy(&tail[0], a.ptr + n - sizeof *tail, sizeof *tail);
        memcpy(&tail[1], b.ptr + n - sizeof *tail, sizeof *tail);
        return head[0] == head[1] && tail[0] == tail[1];
    }
    return a.ptr[0] == b.ptr[0] && a.ptr[n / 2] == b.ptr[n / 2] && a.ptr[n - 1] == b.ptr[n - 1];
}

static inline bool sv_starts(sv v, sv prefix)
{
    return v.len >= prefix.len && (!prefix.len || memcmp(v.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool sv_ends(sv v, sv suffix)
{
    return v.len >= suffix.len &&
           (!suffix.len || memcmp(v.ptr + v.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

#define SV_NPOS ((size_t)-1)

/* Positions, or SV_NPOS. */
size_t sv_find(sv v, sv needle);
size_t sv_rfind(sv v, sv needle);
size_t sv_find_byte(sv v, char byte);
size_t sv_rfind_byte(sv v, char byte);

/* ASCII case folding only: mail addresses and replies are compared so. */
bool sv_eq_nocase(sv a, sv b);
bool sv_starts_nocase(sv v, sv prefix);
bool sv_has_nocase(sv text, sv part);
bool sv_ends_nocase(sv v, sv suffix);

sv sv_trim(sv v);

/* The part before the first `byte` is returned, *rest gets what follows it; without the byte, all
 * of v is returned and *rest is empty. */
sv sv_cut(sv v, char byte, sv *rest);
/* What follows the last `byte`, as the domain of an address; empty without one. */
sv sv_after_last(sv v, char byte);

/* The bytes at `to`, which has room for them; returns what follows them. */
static inline char *sv_put(char *to, sv v)
{
    if (v.len)
        memcpy(to, v.ptr, v.len);
    return to + v.len;
}

/* Decimal digits only, the whole view; false (and *out untouched) on anything else or overflow. */
bool sv_to_u64(sv v, uint64_t *out);

/* <0, 0, >0 by bytes: the order of every sorted output. */
int sv_cmp(sv a, sv b);

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* 1 for ASCII letters and digits. */
extern const unsigned char sv_alnum[256];

static inline bool is_alnum(char c)
{
    return sv_alnum[(unsigned char)c] != 0;
}

static inline char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

#endif
