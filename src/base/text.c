/* Bytes are looked at as UTF-8 (RFC 3629), a sequence at a time: what is not well formed becomes
 * U+FFFD in JSON and \x.. for people. Control characters, U+2028 and U+2029 among them, never
 * leave as they are. Strings are escaped as RFC 8259 section 7 wants it. Most text is printable
 * ASCII, and its runs are copied whole. */
#include "bouncelog/base/text.h"

#include <assert.h>

#include "bouncelog/base/bytes.h"

size_t utf8_sequence(sv v)
{
    const unsigned char *b = (const unsigned char *)v.ptr;
    if (v.len == 0)
        return 0;
    if (b[0] < 0x80)
        return 1;
    size_t need = b[0] >= 0xF0 ? 4 : b[0] >= 0xE0 ? 3 : 2;
    if (b[0] < 0xC2 || b[0] > 0xF4 || v.len < need)
        return 0;
    for (size_t i = 1; i < need; i++)
        if ((b[i] & 0xC0) != 0x80)
            return 0;
    if ((b[0] == 0xE0 && b[1] < 0xA0) || (b[0] == 0xED && b[1] > 0x9F) ||
        (b[0] == 0xF0 && b[1] < 0x90) || (b[0] == 0xF4 && b[1] > 0x8F))
        return 0;
    return need;
}

static unsigned code_point(sv sequence)
{
    const unsigned char *b = (const unsigned char *)sequence.ptr;
    switch (sequence.len) {
    case 1:
        return b[0];
    case 2:
        return (b[0] & 0x1Fu) << 6 | (b[1] & 0x3Fu);
    case 3:
        return (b[0] & 0x0Fu) << 12 | (b[1] & 0x3Fu) << 6 | (b[2] & 0x3Fu);
    default:
        assert(sequence.len == 4);
        return (b[0] & 0x07u) << 18 | (b[1] & 0x3Fu) << 12 | (b[2] & 0x3Fu) << 6 | (b[3] & 0x3Fu);
    }
}

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x7F && c != '"' && c != '\\';
}

/* Most text is printable ASCII: its runs are taken over whole. */
static sv add_printable(struct buf *buf, sv v)
{
    size_t run = bytes_printable(v);
    buf_add(buf, sv_sub(v, 0, run));
    return sv_skip(v, run);
}

static bool is_control(unsigned point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029;
}

bool utf8_is_control(sv sequence)
{
    return is_control(code_point(sequence));
}

void text_add_json_inside(struct buf *buf, sv v)
{
    while (v.len) {
        size_t run = 0;
        while (run < v.len && is_plain(v.ptr[run]))
            run++;
        buf_add(buf, sv_sub(v, 0, run));
        v = sv_skip(v, run);
        if (!v.len)
            break;
        size_t n = utf8_sequence(v);
        unsigned point = n ? code_point(sv_sub(v, 0, n)) : 0xFFFD;
        if (!n)
            buf_add(buf, SV("\xEF\xBF\xBD"));
        else if (point == '"' || point == '\\')
            buf_printf(buf, "\\%c", (int)point);
        else if (is_control(point))
            buf_printf(buf, "\\u%04x", point);
        else
            buf_add(buf, sv_sub(v, 0, n));
        v = sv_skip(v, n ? n : 1);
    }
}

void text_add_json(struct buf *buf, sv v)
{
    buf_add_byte(buf, '"');
    text_add_json_inside(buf, v);
    buf_add_byte(buf, '"');
}

void text_add_csv(struct buf *buf, sv v)
{
    while (v.len) {
        size_t n = utf8_sequence(v);
        sv sequence = sv_sub(v, 0, n ? n : 1);
        if (!n)
            buf_add(buf, SV("\xEF\xBF\xBD"));
        else if (utf8_is_control(sequence))
            buf_add_byte(buf, ' ');
        else if (sequence.ptr[0] == '"')
            buf_add(buf, SV("\"\""));
        else
            buf_add(buf, sequence);
        v = sv_skip(v, sequence.len);
    }
}

void text_add_csv_first(struct buf *buf, sv v)
{
    if (v.len && v.ptr[0] && strchr("=+-@\t", v.ptr[0]))
        buf_add_byte(buf, '\'');
    text_add_csv(buf, v);
}

void text_add_utf8(struct buf *buf, sv v)
{
    while ((v = add_printable(buf, v)).len) {
        size_t n = utf8_sequence(v);
        if (!n)
            buf_add(buf, SV("\xEF\xBF\xBD"));
        else if (v.ptr[0] == '\0')
            buf_add(buf, SV("\xE2\x90\x80"));
        else
            buf_add(buf, sv_sub(v, 0, n));
        v = sv_skip(v, n ? n : 1);
    }
}

void text_add_json_hardened(struct buf *buf, sv printed)
{
    while ((printed = add_printable(buf, printed)).len) {
        size_t n = utf8_sequence(printed);
        unsigned point = n ? code_point(sv_sub(printed, 0, n)) : 0xFFFD;
        if (point != '\n' && point != '\t' && is_control(point))
            buf_printf(buf, "\\u%04x", point);
        else
            buf_add(buf, sv_sub(printed, 0, n ? n : 1));
        printed = sv_skip(printed, n ? n : 1);
    }
}

void text_add_visible(struct buf *buf, sv v)
{
    while ((v = add_printable(buf, v)).len) {
        size_t n = utf8_sequence(v);
        unsigned point = n ? code_point(sv_sub(v, 0, n)) : 0;
        bool bidi = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
        if (!n)
            buf_printf(buf, "\\x%02x", (unsigned)(unsigned char)v.ptr[0]);
        else if (is_control(point) || bidi)
            buf_printf(buf, "\\x{%x}", point);
        else
            buf_add(buf, sv_sub(v, 0, n));
        v = sv_skip(v, n ? n : 1);
    }
}

sv text_lower(struct arena *arena, sv v)
{
    if (!v.len)
        return SV_EMPTY;
    char *lower = arena_alloc(arena, v.len);
    bytes_lower(lower, v);
    return sv_make(lower, v.len);
}

sv text_hex(const unsigned char *bytes, size_t count, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        out[i * 2] = digits[bytes[i] >> 4];
        out[i * 2 + 1] = digits[bytes[i] & 15];
    }
    return sv_make(out, count * 2);
}

bool text_glob(sv pattern, sv v)
{
    size_t p = 0, at = 0, star = SV_NPOS, star_at = 0;
    while (at < v.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            star_at = at;
        } else if (p < pattern.len &&
                   (pattern.ptr[p] == '?' || to_lower(pattern.ptr[p]) == to_lower(v.ptr[at]))) {
            p++;
            at++;
        } else if (star != SV_NPOS) {
            p = star + 1;
            at = ++star_at;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

enum { WORD_MAX = 63 };

size_t text_edits(sv a, sv b)
{
    size_t row[WORD_MAX + 1];
    if (a.len > WORD_MAX || b.len > WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t changed = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            diagonal = row[j];
            row[j] = least(changed, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[b.len];
}

static bool is_of_local_part(char c)
{
    return is_alnum(c) || (c && strchr("!#$%&'*/?^_`{|}~.-", c));
}

static bool ends_here(sv rest)
{
    if (!rest.len)
        return true;
    if (rest.ptr[0] == '.')
        return rest.len < 2 || !is_alnum(rest.ptr[1]);
    return !is_alnum(rest.ptr[0]) && rest.ptr[0] != '-';
}

static bool matches(sv text, sv address, char at_sign)
{
    size_t sign = sv_rfind_byte(address, '@');
    sv local = sv_sub(address, 0, sign);
    if (text.len < address.len || !sv_starts_nocase(text, local))
        return false;
    return text.ptr[local.len] == at_sign &&
           sv_starts_nocase(sv_skip(text, local.len + 1), sv_skip(address, local.len + 1));
}

bool text_mentions(sv text, sv address)
{
    for (size_t i = 0; i + address.len <= text.len; i++) {
        sv at = sv_skip(text, i);
        bool begins = i == 0 || !is_of_local_part(text.ptr[i - 1]);
        if (begins && (matches(at, address, '@') || matches(at, address, '=')) &&
            ends_here(sv_skip(at, address.len)))
            return true;
    }
    return false;
}

bool text_may_mention(sv bytes, sv address)
{
    for (size_t i = 0; i + address.len <= bytes.len; i++)
        if (matches(sv_skip(bytes, i), address, '@') || matches(sv_skip(bytes, i), address, '='))
            return true;
    return false;
}
