/* Searching goes by memchr, memrchr and memcmp, whose start costs more than a short text; for two
 * bytes and more the first two are looked for at once, sixteen places at a time (bytes.h), since
 * one byte alone is found too often. Letters are those of ASCII: log lines are no text of a locale.
 * Nothing here looks beyond a view, and a view without bytes is never handed to the C library. */
#define _GNU_SOURCE /* memrchr */
#include "bouncelog/base/bytes.h"

const unsigned char sv_alnum[256] = {
    ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1,
    ['8'] = 1, ['9'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1,
    ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1,
    ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1, ['U'] = 1, ['V'] = 1,
    ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1, ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1,
    ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1, ['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1,
    ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1, ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1,
    ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1, ['z'] = 1};

enum { SHORT_MAX = 64 }; /* bytes of a name, an address: searched here */

/* Of few lines, so that one that has no such byte is soon ruled out. */
static bool is_rare(char c)
{
    return c == '<' || c == '>' || c == ']' || c == '\\';
}

static size_t find_rare(sv v, sv needle)
{
    for (size_t at = 0;; at++) {
        const char *found = memchr(v.ptr + at, needle.ptr[0], v.len - needle.len + 1 - at);
        if (!found)
            return SV_NPOS;
        at = (size_t)(found - v.ptr);
        if (memcmp(found, needle.ptr, needle.len) == 0)
            return at;
    }
}

size_t sv_find(sv v, sv needle)
{
    if (!needle.len)
        return 0;
    if (needle.len > v.len)
        return SV_NPOS;
    if (needle.len == 1)
        return sv_find_byte(v, needle.ptr[0]);
    if (is_rare(needle.ptr[0]))
        return find_rare(v, needle);
    for (size_t at = 0; (at = bytes_pair(v, at, needle.ptr[0], needle.ptr[1])) < v.len; at++)
        if (v.len - at >= needle.len && memcmp(v.ptr + at, needle.ptr, needle.len) == 0)
            return at;
    return SV_NPOS;
}

size_t sv_rfind(sv v, sv needle)
{
    if (needle.len > v.len)
        return SV_NPOS;
    if (!needle.len)
        return v.len; /* a zeroed view has no bytes that memcmp may be shown */
    for (size_t at = v.len - needle.len + 1; at-- > 0;)
        if (memcmp(v.ptr + at, needle.ptr, needle.len) == 0)
            return at;
    return SV_NPOS;
}

size_t sv_find_byte(sv v, char byte)
{
    if (v.len <= SHORT_MAX) {
        size_t at = bytes_either(v, byte, byte);
        return at < v.len ? at : SV_NPOS;
    }
    const char *at = memchr(v.ptr, byte, v.len);
    return at ? (size_t)(at - v.ptr) : SV_NPOS;
}

size_t sv_rfind_byte(sv v, char byte)
{
    if (v.len <= SHORT_MAX) {
        size_t at = bytes_last(v, byte);
        return at < v.len ? at : SV_NPOS;
    }
    const char *at = memrchr(v.ptr, byte, v.len);
    return at ? (size_t)(at - v.ptr) : SV_NPOS;
}

bool sv_eq_nocase(sv a, sv b)
{
    return a.len == b.len && (sv_eq(a, b) || sv_starts_nocase(a, b));
}

bool sv_starts_nocase(sv v, sv prefix)
{
    if (v.len < prefix.len)
        return false;
    for (size_t i = 0; i < prefix.len; i++)
        if (to_lower(v.ptr[i]) != to_lower(prefix.ptr[i]))
            return false;
    return true;
}

bool sv_ends_nocase(sv v, sv suffix)
{
    return v.len >= suffix.len && sv_starts_nocase(sv_skip(v, v.len - suffix.len), suffix);
}

sv sv_trim(sv v)
{
    while (v.len && (v.ptr[0] == ' ' || v.ptr[0] == '\t' || v.ptr[0] == '\r'))
        v = sv_skip(v, 1);
    while (v.len &&
           (v.ptr[v.len - 1] == ' ' || v.ptr[v.len - 1] == '\t' || v.ptr[v.len - 1] == '\r'))
        v.len--;
    return v;
}

sv sv_cut(sv v, char byte, sv *rest)
{
    size_t at = sv_find_byte(v, byte);
    if (at == SV_NPOS) {
        *rest = SV_EMPTY;
        return v;
    }
    *rest = sv_skip(v, at + 1);
    return sv_sub(v, 0, at);
}

sv sv_after_last(sv v, char byte)
{
    size_t at = sv_rfind_byte(v, byte);
    return at == SV_NPOS ? SV_EMPTY : sv_skip(v, at + 1);
}

bool sv_to_u64(sv v, uint64_t *out)
{
    enum { DIGITS_ALWAYS = 19 }; /* so many never overflow */
    uint64_t n = 0;
    if (v.len == 0)
        return false;
    for (size_t i = 0; i < v.len; i++) {
        if (!is_digit(v.ptr[i]))
            return false;
        uint64_t digit = (uint64_t)(v.ptr[i] - '0');
        if (i >= DIGITS_ALWAYS && n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *out = n;
    return true;
}

int sv_cmp(sv a, sv b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.ptr, b.ptr, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool sv_has_nocase(sv text, sv part)
{
    for (size_t at = 0; at + part.len <= text.len; at++)
        if (sv_starts_nocase(sv_skip(text, at), part))
            return true;
    return false;
}
