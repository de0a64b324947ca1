/* Reads the small things in the groups of a line: addresses as MTAs print them, queue ids in the
 * words of an accepting server, delays.
 *
 * Addresses come from Postfix (global/info_log_addr_form.c: quoted since 3.5), Exim (deliver.c,
 * string_log_address: unquoted first) and rsyslog, which escapes what does not print. */
#include "address.h"

#include "bouncelog/base/bytes.h"
#include "bouncelog/parse/reply.h"
#include "mta/queue_id.h"

/* Does a longer address begin at `start`, i.e. does another `>` with a field behind it follow? How
 * far away does not matter: Postfix takes local parts as long as a command line. */
static bool can_be_longer(sv line, sv address)
{
    size_t start = (size_t)(address.ptr - line.ptr);
    if (address.len && address.ptr[0] == '"')
        return false; /* quoted: its end is certain */
    sv behind = sv_skip(line, start + address.len + 1);
    for (size_t at = 0;;) {
        size_t found = sv_find(sv_skip(behind, at), SV(">,"));
        if (found == SV_NPOS)
            return false;
        at += found + 1;
        sv field = sv_skip(behind, at);
        if (sv_starts(field, SV(", relay=")) || sv_starts(field, SV(", orig_to=<")))
            return true;
    }
}

/* An unquoted address that holds what could be its own end. */
static bool is_odd(sv address)
{
    return address.len && address.ptr[0] != '"' && bytes_either(address, '>', '>') < address.len;
}

bool address_is_ambiguous(sv line, sv recipient, sv original)
{
    if (is_odd(recipient) || is_odd(original))
        return true;
    if (!original.len)
        return can_be_longer(line, recipient);
    /* `to=<A>, orig_to=<B>, relay=`: the boundary behind B is not another one for A. */
    if (recipient.len && recipient.ptr[0] != '"' && sv_find_byte(original, '@') != SV_NPOS &&
        sv_find(original, SV(">, ")) != SV_NPOS)
        return true;
    return can_be_longer(line, original);
}

bool address_is_unquoted_form(sv plain, sv quoted)
{
    size_t at = 0, i = 1;
    if (quoted.len < 2 || quoted.ptr[0] != '"')
        return false;
    for (; i < quoted.len && quoted.ptr[i] != '"'; i++, at++) {
        if (quoted.ptr[i] == '\\' && i + 1 < quoted.len)
            i++;
        if (at >= plain.len || to_lower(plain.ptr[at]) != to_lower(quoted.ptr[i]))
            return false;
    }
    return i < quoted.len && sv_eq_nocase(sv_skip(plain, at), sv_skip(quoted, i + 1));
}

/* The length of `"local part"@domain` at the start of v, which `>` follows; 0: there is none. */
static size_t quoted_length(sv v)
{
    size_t at = 1;
    for (; at < v.len && v.ptr[at] != '"'; at++)
        at += v.ptr[at] == '\\';
    while (at < v.len && v.ptr[at] != '>' && v.ptr[at] != ' ')
        at++;
    return at < v.len && v.ptr[at] == '>' ? at : 0;
}

size_t address_quoted_forms(sv shown, sv *longest)
{
    size_t count = 0;
    for (size_t at = 0;; at++) {
        size_t found = sv_find(sv_skip(shown, at), SV("<\""));
        if (found == SV_NPOS)
            return count;
        at += found;
        sv quoted = sv_skip(shown, at + 1);
        quoted = sv_sub(quoted, 0, quoted_length(quoted));
        if (!at || shown.ptr[at - 1] != ' ' ||
            !address_is_unquoted_form(sv_sub(shown, 0, at - 1), quoted))
            continue;
        *longest = quoted;
        count++;
    }
}

static int control_byte(sv v)
{
    if (v.len < 4 || v.ptr[0] != '#' || v.ptr[1] < '0' || v.ptr[1] > '1' || v.ptr[2] < '0' ||
        v.ptr[2] > '7' || v.ptr[3] < '0' || v.ptr[3] > '7')
        return -1;
    int byte = (v.ptr[1] - '0') * 64 + (v.ptr[2] - '0') * 8 + (v.ptr[3] - '0');
    return byte < 0x20 || byte == 0x7F ? byte : -1;
}

sv address_undo_syslog(sv address, struct arena *arena)
{
    if (sv_find_byte(address, '#') == SV_NPOS)
        return address;
    address = reply_undo_octal(address, arena);
    if (!address.len || address.ptr[0] != '"')
        return address; /* outside quotes #011 can only be the characters themselves */
    char *out = arena_alloc(arena, address.len + 1);
    size_t len = 0;
    for (size_t at = 0; at < address.len; at++) {
        int byte = control_byte(sv_skip(address, at));
        out[len++] = byte < 0 ? address.ptr[at] : (char)byte;
        at += byte < 0 ? 0 : 3;
    }
    return sv_make(out, len);
}

sv address_queued_as(sv text)
{
    sv before = SV("queued as ");
    size_t at = sv_find(text, before);
    if (at != SV_NPOS) {
        sv behind = sv_skip(text, at + before.len);
        sv id = sv_sub(behind, 0, queue_id_plain_length(behind));
        if (id.len)
            return id;
    }
    size_t words = sv_find(text, SV("Message accepted for delivery"));
    if (words == SV_NPOS || words == 0)
        return SV_EMPTY;
    size_t end = words - 1, start = end;
    while (start && is_alnum(text.ptr[start - 1]))
        start--;
    return sv_sub(text, start, end);
}

/* 12.034 at the start of text, which becomes what follows; negative when there is none. The value
 * is that of one division, so it is the double nearest to the digits. */
static double take_decimal(sv *text)
{
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    uint64_t digits = 0;
    size_t at = 0, fraction = 0;
    while (at < text->len && at < 15 && is_digit(text->ptr[at]))
        digits = digits * 10 + (uint64_t)(text->ptr[at++] - '0');
    if (!at)
        return -1;
    if (at < text->len && text->ptr[at] == '.')
        for (at++; at < text->len && is_digit(text->ptr[at]); at++)
            if (fraction < 6) { /* what follows would not show */
                digits = digits * 10 + (uint64_t)(text->ptr[at] - '0');
                fraction++;
            }
    *text = sv_skip(*text, at);
    return (double)digits / powers[fraction];
}

static double unit_seconds(char unit)
{
    switch (unit) {
    case 'w':
        return 604800;
    case 'd':
        return 86400;
    case 'h':
        return 3600;
    case 'm':
        return 60;
    case 's':
        return 1;
    default:
        return -1;
    }
}

/* A decimal number and the unit behind it: 1, 0.012s, 2h3m. */
static double with_units(sv text)
{
    double total = 0;
    while (text.len) {
        double n = take_decimal(&text), unit = unit_seconds(text.len ? text.ptr[0] : 's');
        if (n < 0 || unit < 0)
            return -1;
        total += n * unit;
        text = sv_skip(text, 1);
    }
    return total;
}

double address_seconds(sv text)
{
    sv clock, days = SV_EMPTY;
    uint64_t d = 0, h, m, s;
    if (!text.len)
        return -1;
    if (text.ptr[text.len - 1] >= '0' && text.len < 10) { /* 0.88, the usual form */
        sv rest = text;
        double seconds = take_decimal(&rest);
        if (!rest.len)
            return seconds;
    }
    if (sv_find_byte(text, ':') == SV_NPOS)
        return with_units(text);
    if (sv_find_byte(text, '+') != SV_NPOS)
        days = sv_cut(text, '+', &clock);
    else
        clock = text;
    sv rest, hours = sv_cut(clock, ':', &rest), seconds, minutes = sv_cut(rest, ':', &seconds);
    if ((days.len && !sv_to_u64(days, &d)) || !sv_to_u64(hours, &h) || !sv_to_u64(minutes, &m) ||
        !sv_to_u64(seconds, &s) || d > 100000)
        return -1;
    return (double)(d * 86400 + h * 3600 + m * 60 + s);
}
