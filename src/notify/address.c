/* Undoes how reports write addresses: types, comments, xtext (RFC 3461), the three forms of
 * RFC 6533, section 3 (utf-8-addr-xtext, utf-8-addr-unitext, utf-8-address).
 *
 * What is no address with a domain after that gives nothing: `rfc822; root` names nobody that one
 * could stop writing to. */
#include "address.h"

#include "bouncelog/base/mailbox.h"

enum { TYPE_MAX = 24 };

sv typed_value(sv field, sv *type)
{
    field = sv_trim(field);
    size_t at = sv_find_byte(sv_sub(field, 0, TYPE_MAX), ';');
    *type = SV_EMPTY;
    if (at == SV_NPOS)
        return field;
    sv name = sv_trim(sv_sub(field, 0, at));
    for (size_t i = 0; i < name.len; i++)
        if (!is_alnum(name.ptr[i]) && name.ptr[i] != '-' && name.ptr[i] != '_')
            return field;
    *type = name;
    return sv_trim(sv_skip(field, at + 1));
}

static bool is_domain(sv domain)
{
    if (!domain.len || domain.ptr[0] == '.' || domain.ptr[0] == '-')
        return false;
    bool literal = domain.ptr[0] == '[';
    for (size_t i = 0; i < domain.len; i++) {
        unsigned char c = (unsigned char)domain.ptr[i];
        if (!is_alnum((char)c) && c < 0x80 && !strchr(literal ? "[]:.-" : ".-_", c ? c : ' '))
            return false;
    }
    return true;
}

bool address_is(sv text)
{
    size_t at = sv_rfind_byte(text, '@');
    if (at == SV_NPOS || at == 0 || text.len > MAILBOX_MAX || !is_domain(sv_skip(text, at + 1)))
        return false;
    bool quoted = text.ptr[0] == '"' && at > 1 && text.ptr[at - 1] == '"';
    for (size_t i = 0; i < at; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < ' ' || c == 127 || (!quoted && strchr(" <>()[]:;,\"@", c)))
            return false;
    }
    return true;
}

/* The first `<` that is not in quotes: "<joe@example.com>"@example.net is nobody's but its own. */
static size_t find_bracket(sv words)
{
    bool quoted = false;
    for (size_t i = 0; i < words.len; i++) {
        if (words.ptr[i] == '\\' && quoted)
            i++;
        else if (words.ptr[i] == '"')
            quoted = !quoted;
        else if (words.ptr[i] == '<' && !quoted)
            return i;
    }
    return SV_NPOS;
}

sv address_of_words(sv words)
{
    words = sv_trim(words);
    size_t open = find_bracket(words), close = sv_rfind_byte(words, '>');
    if (open != SV_NPOS && close != SV_NPOS && open < close)
        words = sv_trim(sv_sub(words, open + 1, close));
    else if (words.len && words.ptr[words.len - 1] == ')' && sv_find_byte(words, '(') != SV_NPOS)
        words = sv_trim(sv_sub(words, 0, sv_find_byte(words, '(')));
    if (sv_starts_nocase(words, SV("mailto:")) || sv_starts_nocase(words, SV("rfc822:")))
        words = sv_skip(words, 7);
    else if (sv_starts_nocase(words, SV("smtp:")))
        words = sv_skip(words, 5);
    while (words.len > 2 && words.ptr[0] == '\'' && words.ptr[words.len - 1] == '\'')
        words = sv_sub(words, 1, words.len - 1);
    return address_is(words) ? words : SV_EMPTY;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Of `+XX`: the byte; -1: it is none that has to be written so in an address. joe+AB@example.com is
 * an address with a tag. */
static int xtext_byte(sv text)
{
    int high = text.len > 2 ? hex_digit(text.ptr[1]) : -1;
    int low = high >= 0 ? hex_digit(text.ptr[2]) : -1, byte = high * 16 + low;
    return low >= 0 && (byte == '+' || byte == '=' || byte == ' ') ? byte : -1;
}

sv xtext_undone(sv text, struct arena *arena)
{
    if (sv_find_byte(text, '+') == SV_NPOS)
        return text;
    char *copy = arena_alloc(arena, text.len), *to = copy;
    for (size_t i = 0; i < text.len; i++) {
        int byte = text.ptr[i] == '+' ? xtext_byte(sv_skip(text, i)) : text.ptr[i];
        if (byte < 0 && text.ptr[i] == '+')
            return text;
        *to++ = (char)byte;
        i += text.ptr[i] == '+' ? 2 : 0;
    }
    return sv_make(copy, (size_t)(to - copy));
}

static size_t put_utf8(char *to, uint32_t point)
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    size_t more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const unsigned char leads[] = {0, 0xC0, 0xE0, 0xF0};
    for (size_t i = more; i > 0; i--, point >>= 6)
        to[i] = (char)(0x80 | (point & 0x3F));
    to[0] = (char)(leads[more] | point);
    return more + 1;
}

/* `\x{HEX}` at the start: its length, 0 when it is none (RFC 6533, 3: EmbeddedUnicodeChar). */
static size_t embedded(sv text, uint32_t *point)
{
    if (!sv_starts(text, SV("\\x{")))
        return 0;
    *point = 0;
    for (size_t i = 3; i < text.len && i < 10; i++) {
        int digit = hex_digit(text.ptr[i]);
        if (text.ptr[i] == '}')
            return i > 3 && *point <= 0x10FFFF && *point / 0x800 != 0x1B && *point >= ' ' ? i + 1
                                                                                          : 0;
        if (digit < 0)
            return 0;
        *point = *point * 16 + (uint32_t)digit;
    }
    return 0;
}

static sv unicode_undone(sv text, struct arena *arena)
{
    if (sv_find(text, SV("\\x{")) == SV_NPOS)
        return text;
    char *copy = arena_alloc(arena, text.len), *to = copy;
    for (size_t i = 0; i < text.len;) {
        uint32_t point;
        size_t length = embedded(sv_skip(text, i), &point);
        if (length)
            to += put_utf8(to, point);
        else
            *to++ = text.ptr[i];
        i += length ? length : 1;
    }
    return sv_make(copy, (size_t)(to - copy));
}

/* <joe@example.com>@evil.example is not joe's; behind an address in brackets only a comment stands.
 */
static bool ends_in_brackets(sv value)
{
    size_t open = find_bracket(value), close = sv_rfind_byte(value, '>');
    sv rest = sv_trim(sv_skip(value, close == SV_NPOS ? value.len : close + 1));
    return open == SV_NPOS || !rest.len || rest.ptr[0] == '(';
}

sv address_of_field(sv field, bool xtext, struct arena *arena)
{
    sv type, value = typed_value(field, &type);
    if (sv_eq_nocase(type, SV("utf-8")))
        value = unicode_undone(value, arena);
    else if (type.len && !sv_eq_nocase(type, SV("rfc822")) && sv_find_byte(value, '@') == SV_NPOS)
        return SV_EMPTY;
    if (sv_find(value, SV("\\x{")) != SV_NPOS) /* of no character */
        return SV_EMPTY;
    if (xtext || sv_eq_nocase(type, SV("utf-8")))
        value = xtext_undone(value, arena);
    if (!ends_in_brackets(value))
        return SV_EMPTY;
    return address_of_words(value);
}

sv status_at_start(sv text)
{
    text = sv_trim(text);
    if (text.len && text.ptr[0] == '#')
        text = sv_skip(text, 1);
    if (text.len < 5 || !strchr("245", text.ptr[0]) || text.ptr[1] != '.')
        return SV_EMPTY;
    size_t at = 2, digits[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        while (at < text.len && is_digit(text.ptr[at]))
            at++, digits[i]++;
        if (i == 0 && (at == text.len || text.ptr[at++] != '.'))
            return SV_EMPTY;
    }
    bool ends = at == text.len || (!is_alnum(text.ptr[at]) && text.ptr[at] != '.');
    return ends && digits[0] - 1 < 3 && digits[1] - 1 < 3 ? sv_sub(text, 0, at) : SV_EMPTY;
}

sv status_of_reply(sv text)
{
    text = sv_trim(text);
    sv status = status_at_start(text);
    bool code = text.len > 4 && is_digit(text.ptr[0]) && is_digit(text.ptr[1]) &&
                is_digit(text.ptr[2]) && (text.ptr[3] == ' ' || text.ptr[3] == '-');
    return status.len || !code ? status : status_at_start(sv_skip(text, 4));
}
