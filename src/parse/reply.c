/* Undoes the grammar of SMTP replies: codes by position, lines joined, the enhanced code behind the
 * code (RFC 5321 section 4.2.1, RFC 2034).
 *
 *   550-5.1.1 no such user 550 5.1.1 see http://example.com   Postfix, one blank between lines
 *   550-5.1.1 no such user\n550 5.1.1 see http://example.com  Exim, an escaped line break
 */
#include "bouncelog/parse/reply.h"

#include "bouncelog/base/text.h"

enum { CODE_LEN = 3, RAW_MAX = 8192, PLAIN_LEN = 5 /* of 5.1.1 */ };

static bool is_code(sv v)
{
    return v.len >= CODE_LEN && is_digit(v.ptr[0]) && is_digit(v.ptr[1]) && is_digit(v.ptr[2]);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A tab that Postfix did not print (global/printable.c): `550?5.1.1?no such user`. */
static bool is_hidden_tab(sv v)
{
    sv behind = sv_skip(v, CODE_LEN + 1);
    return v.len > CODE_LEN + 6 && v.ptr[CODE_LEN] == '?' && behind.ptr[0] == v.ptr[0] &&
           behind.ptr[1] == '.' && is_digit(behind.ptr[2]) && behind.ptr[3] == '.';
}

/* A code with what must follow it: a blank, a hyphen, or nothing. */
static bool is_line_start(sv v)
{
    return is_code(v) && (v.len == CODE_LEN || v.ptr[CODE_LEN] == '-' ||
                          is_blank(v.ptr[CODE_LEN]) || is_hidden_tab(v));
}

bool reply_has_code(sv raw)
{
    return is_line_start(raw);
}

static int code_of(sv v)
{
    return (v.ptr[0] - '0') * 100 + (v.ptr[1] - '0') * 10 + (v.ptr[2] - '0');
}

static size_t digits(sv v, size_t at, size_t max)
{
    size_t n = 0;
    while (at + n < v.len && n < max && is_digit(v.ptr[at + n]))
        n++;
    return n;
}

size_t reply_enhanced_length(sv v)
{
    if (v.len < 5 || (v.ptr[0] != '2' && v.ptr[0] != '4' && v.ptr[0] != '5') || v.ptr[1] != '.')
        return 0;
    size_t at = 2, n = digits(v, at, 3);
    if (!n || at + n >= v.len || v.ptr[at + n] != '.')
        return 0;
    at += n + 1;
    n = digits(v, at, 3);
    if (!n)
        return 0;
    at += n;
    /* What follows it must not make it a longer number, a name or an address. */
    if (at == v.len || v.ptr[at] == ' ')
        return at;
    return v.ptr[at] && strchr("\t):;,]<?", v.ptr[at]) ? at : 0;
}

enum severity reply_severity(int code)
{
    return code / 100 == 4   ? SEVERITY_TRANSIENT
           : code / 100 == 5 ? SEVERITY_PERMANENT
                             : SEVERITY_NONE;
}

struct reply_line {
    int code;
    sv enhanced, text;
};

/* "#5.1.0", "(#5.1.0)", "(5.1.0)", "[5.1.0]", "- 5.1.0": the ways in which servers dress it up. */
static sv take_enhanced(sv *text)
{
    sv rest = *text;
    size_t open = 0;
    if (!rest.len || is_alpha(rest.ptr[0]))
        return SV_EMPTY;
    if (sv_starts(rest, SV("- ")))
        rest = sv_skip(rest, 2);
    while (open < rest.len && open < 2 &&
           (rest.ptr[open] == '(' || rest.ptr[open] == '#' || rest.ptr[open] == '['))
        open++;
    sv inner = sv_skip(rest, open);
    size_t n = reply_enhanced_length(inner);
    if (!n)
        return SV_EMPTY;
    sv after = sv_skip(inner, n);
    if (open && after.len && (after.ptr[0] == ')' || after.ptr[0] == ']'))
        after = sv_skip(after, 1);
    *text = sv_trim(after);
    return sv_sub(inner, 0, n);
}

/* `5.1.1 `, as most of them begin. */
static bool begins_plainly(sv v)
{
    return v.len > PLAIN_LEN && v.ptr[1] == '.' && v.ptr[3] == '.' && v.ptr[PLAIN_LEN] == ' ' &&
           (v.ptr[0] == '2' || v.ptr[0] == '4' || v.ptr[0] == '5') && is_digit(v.ptr[2]) &&
           is_digit(v.ptr[4]);
}

static struct reply_line read_line(sv line)
{
    struct reply_line read = {.text = line};
    if (!is_line_start(line))
        return read;
    read.code = code_of(line);
    read.text = sv_trim(sv_skip(line, CODE_LEN + (line.len > CODE_LEN)));
    if (begins_plainly(read.text)) {
        read.enhanced = sv_sub(read.text, 0, PLAIN_LEN);
        read.text = sv_trim(sv_skip(read.text, PLAIN_LEN));
    } else {
        read.enhanced = take_enhanced(&read.text);
    }
    if (is_hidden_tab(line) && sv_starts(read.text, SV("?")))
        read.text = sv_trim(sv_skip(read.text, 1));
    return read;
}

/* Where the next line of a reply joined by spaces begins: with the same code if that comes at all,
 * else with any other one of class 2 to 5. */
static size_t next_spaced(sv raw, int code)
{
    size_t other = SV_NPOS;
    for (size_t at = 1; at + CODE_LEN <= raw.len; at++) {
        if (raw.ptr[at - 1] != ' ')
            continue;
        sv here = sv_skip(raw, at);
        if (!is_line_start(here))
            continue;
        if (code_of(here) == code)
            return at;
        if (other == SV_NPOS && here.ptr[0] >= '2' && here.ptr[0] <= '5' && here.ptr[1] <= '5')
            other = at;
    }
    return other;
}

static size_t next_escaped(sv raw)
{
    for (size_t at = 0;;) {
        size_t found = sv_find(sv_skip(raw, at), SV("\\n"));
        if (found == SV_NPOS)
            return SV_NPOS;
        at += found + 2;
        if (is_line_start(sv_skip(raw, at)))
            return at;
    }
}

/* The first line of raw; *raw becomes what follows it. */
static sv cut_line(sv *raw, enum reply_separator separator)
{
    sv whole = *raw;
    size_t next = SV_NPOS, separator_len = separator == REPLY_ESCAPED ? 2 : 1;
    if (separator == REPLY_ESCAPED)
        next = next_escaped(whole);
    else if (separator == REPLY_SPACED && is_code(whole) && whole.len > CODE_LEN &&
             whole.ptr[CODE_LEN] == '-')
        next = next_spaced(whole, code_of(whole));
    if (next == SV_NPOS) {
        *raw = SV_EMPTY;
        return whole;
    }
    *raw = sv_skip(whole, next);
    return sv_sub(whole, 0, next - separator_len);
}

struct reply reply_parse(sv raw, enum reply_separator separator, struct arena *arena)
{
    if (separator != REPLY_ESCAPED && raw.len > CODE_LEN + 1 && raw.ptr[CODE_LEN] == ' ' &&
        is_code(raw) && raw.len < RAW_MAX) { /* one line, as most replies are */
        struct reply_line only = read_line(sv_trim(raw));
        return (struct reply){only.code, only.enhanced, only.text};
    }
    raw = sv_sub(raw, 0, RAW_MAX);
    sv rest = sv_trim(raw), first = cut_line(&rest, separator);
    if (is_code(first) && is_hidden_tab(first)) {
        /* Postfix did not see where this one ends, and took the next reply for a part of it. */
        size_t next = next_spaced(first, 0);
        first = sv_sub(first, 0, next == SV_NPOS ? first.len : next - 1);
    }
    struct reply_line line = read_line(first);
    struct reply reply = {.code = line.code, .enhanced = line.enhanced, .text = line.text};
    if (!rest.len)
        return reply;
    char *text = arena_alloc(arena, raw.len + 1);
    size_t len = reply.text.len;
    sv_put(text, reply.text);
    while (rest.len) {
        sv next = cut_line(&rest, separator);
        line = read_line(next);
        if (line.code)
            reply.code = line.code;
        if (line.enhanced.len && (!rest.len || !reply.enhanced.len))
            reply.enhanced = line.enhanced;
        if (len && line.text.len)
            text[len++] = ' ';
        sv_put(text + len, line.text);
        len += line.text.len;
    }
    reply.text = sv_make(text, len);
    return reply;
}

static int octal_byte(sv v)
{
    if (v.len < 4 || (v.ptr[0] != '\\' && v.ptr[0] != '#') || v.ptr[1] < '2' || v.ptr[1] > '3' ||
        v.ptr[2] < '0' || v.ptr[2] > '7' || v.ptr[3] < '0' || v.ptr[3] > '7')
        return -1;
    return (v.ptr[1] - '0') * 64 + (v.ptr[2] - '0') * 8 + (v.ptr[3] - '0');
}

/* The escaped bytes at the start of v, up to one UTF-8 sequence; 0 when they are none. */
static size_t octal_sequence(sv v, char *bytes)
{
    size_t n = 0;
    for (; n < 4; n++) {
        int byte = octal_byte(sv_skip(v, n * 4));
        if (byte < 0)
            break;
        bytes[n] = (char)byte;
    }
    return n < 2 ? 0 : utf8_sequence(sv_make(bytes, n));
}

sv reply_undo_octal(sv text, struct arena *arena)
{
    if (sv_find_byte(text, '\\') == SV_NPOS && sv_find_byte(text, '#') == SV_NPOS)
        return text;
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        char bytes[4];
        size_t n = octal_sequence(sv_skip(text, at), bytes);
        if (n) {
            memcpy(out + len, bytes, n);
            len += n;
            at += n * 4;
        } else {
            out[len++] = text.ptr[at++];
        }
    }
    return sv_make(out, len);
}
