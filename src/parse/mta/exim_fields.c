/* Takes Exim's ` K=value` fields off a line, from left to right.
 *
 *   field = " " KEY "=" ( <"> *( char / "\\" char ) <"> / "<" ... ">" / bare ) / " " WORD
 *
 * exim/src/src/deliver.c (delivery_log, d_hostlog, d_tlslog) writes them. What is no field ends
 * them: behind it strangers' words may stand. */
#include "exim_fields.h"

#include "bouncelog/base/bytes.h"

/* The length of "..." with backslash escapes at the start of v; 0 when it is not closed. */
static size_t quoted_length(sv v)
{
    for (size_t at = 1; (at += bytes_either(sv_skip(v, at), '\\', '"')) < v.len; at += 2)
        if (v.ptr[at] == '"')
            return at + 1;
    return 0;
}

/* The same of <...>, in which a quoted local part may hold `>`. */
static size_t angle_length(sv v)
{
    bool inner = false;
    for (size_t at = 1; at < v.len; at++) {
        if (v.ptr[at] == '\\')
            at++;
        else if (v.ptr[at] == '"')
            inner = !inner;
        else if (v.ptr[at] == '>' && !inner)
            return at + 1;
    }
    return 0;
}

/* A bare value ends at a blank, or at a colon that has a blank or nothing behind it. */
static size_t bare_length(sv v)
{
    size_t n = 0;
    for (;; n++) {
        n += bytes_either((sv){v.ptr + n, v.len - n}, ' ', ':');
        if (n >= v.len || v.ptr[n] == ' ' || n + 1 == v.len || v.ptr[n + 1] == ' ')
            return n;
    }
}

static size_t key_length(sv v)
{
    size_t n = 0;
    if (!v.len || v.ptr[0] < 'A' || v.ptr[0] > 'Z')
        return 0;
    while (n < v.len && is_alnum(v.ptr[n]))
        n++;
    return n;
}

/* host [ip]:port*, [ip]:port, or a host alone; v begins behind `H=`. */
static size_t read_host(sv v, struct relay *relay)
{
    size_t n = 0, start = 0;
    if (!v.len || v.ptr[0] != '[') {
        n = bare_length(v);
        relay->host = sv_sub(v, 0, n);
        start = n + 1;
        if (n >= v.len || v.ptr[n] != ' ' || start >= v.len || v.ptr[start] != '[')
            return n;
    }
    size_t close = sv_find_byte(sv_skip(v, start), ']');
    if (close == SV_NPOS)
        return n;
    relay->ip = sv_sub(v, start + 1, start + close);
    n = start + close + 1;
    if (n < v.len && v.ptr[n] == ':' && n + 1 < v.len && is_digit(v.ptr[n + 1])) {
        int port = 0;
        for (n++; n < v.len && is_digit(v.ptr[n]) && port < 65536; n++)
            port = port * 10 + (v.ptr[n] - '0');
        relay->port = port < 65536 ? port : 0;
    }
    while (n < v.len && v.ptr[n] == '*') /* a further message on the same connection */
        n++;
    return n;
}

/* v: the field from its key on, whose value has this length behind the `=`. */
static void keep_field(struct exim_fields *fields, sv v, size_t key, size_t value_len)
{
    sv value = {v.ptr + key + 1, value_len}, inside = {value.ptr + 1, value_len - 2};
    char first = v.ptr[0];
    if (key == 2 && v.ptr[1] == 'T') {
        if (first == 'Q' || (first == 'D' && !fields->time.len))
            fields->time = value;
    } else if (key != 1) {
        return;
    } else if (first == 'T') {
        fields->transport = value;
    } else if (first == 'F' && value_len >= 2) {
        fields->has_sender = true;
        fields->sender = inside;
    } else if (first == 'C' && value_len >= 2) {
        fields->confirmation = inside;
    }
}

/* One field at the start of v, without its blank; its length, 0 when none stands there. */
static size_t read_field(sv v, struct exim_fields *fields)
{
    size_t key = key_length(v), n;
    if (!key)
        return 0;
    if (key >= v.len || v.ptr[key] != '=') {
        /* words without a value: K, L, L-, L., PRDR, DS, TFO, TFO* */
        size_t word = bare_length(v);
        return word <= 5 && word - key <= 1 ? word : 0;
    }
    sv value = {v.ptr + key + 1, v.len - key - 1};
    if (key == 1 && v.ptr[0] == 'H')
        return key + 1 + read_host(value, &fields->relay);
    char first = value.len ? value.ptr[0] : ' ';
    n = first == '"'   ? quoted_length(value)
        : first == '<' ? angle_length(value)
                       : bare_length(value);
    if (!n && first != ' ')
        return 0;
    keep_field(fields, v, key, n);
    return key + 1 + n;
}

struct exim_fields exim_fields_read(sv text)
{
    struct exim_fields fields = {.transport = SV_EMPTY,
                                 .relay = {.host = SV_EMPTY, .ip = SV_EMPTY},
                                 .sender = SV_EMPTY,
                                 .confirmation = SV_EMPTY,
                                 .time = SV_EMPTY};
    while (text.len && text.ptr[0] == ' ') {
        size_t n = read_field((sv){text.ptr + 1, text.len - 1}, &fields);
        if (!n)
            break;
        text = (sv){text.ptr + n + 1, text.len - n - 1};
    }
    fields.rest = text;
    return fields;
}

bool exim_fields_words(sv rest, sv *words)
{
    if (sv_starts(rest, SV(" :")))
        rest = sv_skip(rest, 1);
    if (!rest.len || rest.ptr[0] != ':')
        return false;
    *words = sv_trim(sv_skip(rest, 1));
    return true;
}
