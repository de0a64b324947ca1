/* Makes the shape of a reply: what differs from mail to mail becomes a mark.
 *
 *   550 5.1.1 <joe@example.com> no such user, 4jYJdY6H6Zz1  ->  <addr> no such user, <id>
 *
 * Runs of plain words are copied sixteen bytes at a time; the rest is read byte by byte. Host names
 * that rules look at (patterns/keep-hosts.yaml) keep their words. */
#include "shape.h"

#include "bouncelog/base/bytes.h"

enum { PLAIN_STEP = 18 }; /* a load, and the two bytes behind a word */
enum { ID_MIN = 8, NUMBER_MIN = 5, HASH_MIN = 32, LABEL_MAX = 63, TOP_LEVEL_MAX = 12 };

struct writer {
    char *out;
    size_t len;
};

static void put(struct writer *w, char c)
{
    if (w->len < SHAPE_MAX && !(c == ' ' && (w->len == 0 || w->out[w->len - 1] == ' ')))
        w->out[w->len++] = c;
}

/* Text without blanks. */
static void put_lower(struct writer *w, sv v)
{
    v = sv_sub(v, 0, SHAPE_MAX - w->len);
    bytes_lower(w->out + w->len, v);
    w->len += v.len;
}

/* What a byte can be a part of; one look-up a byte, since this is most of all judging. */
enum { ADDRESS = 1, HOST = 2, TOKEN = 4, IPV6 = 8, DIGIT = 16, URL_END = 32 };
#define LETTER (ADDRESS | HOST | TOKEN)
static const unsigned char parts[256] = {
    ['0' ... '9'] = LETTER | IPV6 | DIGIT,
    ['a' ... 'f'] = LETTER | IPV6,
    ['A' ... 'F'] = LETTER | IPV6,
    ['g' ... 'z'] = LETTER,
    ['G' ... 'Z'] = LETTER,
    ['-'] = ADDRESS | HOST | TOKEN,
    ['_'] = ADDRESS | HOST | TOKEN,
    ['.'] = ADDRESS | HOST | IPV6,
    [':'] = IPV6,
    ['!'] = ADDRESS,
    ['#' ... '&'] = ADDRESS,
    ['*' ... '+'] = ADDRESS,
    ['/'] = ADDRESS,
    ['='] = ADDRESS,
    ['?'] = ADDRESS,
    ['^'] = ADDRESS,
    ['`'] = ADDRESS,
    ['{' ... '~'] = ADDRESS,
    [0x80 ... 0xFF] = ADDRESS,
    ['\''] = ADDRESS | URL_END,
    [0] = URL_END,
    [' '] = URL_END,
    ['<'] = URL_END,
    ['>'] = URL_END,
    ['"'] = URL_END,
    [')'] = URL_END,
    [']'] = URL_END,
};

static bool is_part(char c, unsigned of)
{
    return (parts[(unsigned char)c] & of) != 0;
}

/* How many bytes at the start of v are parts of such a thing. */
static size_t run(sv v, unsigned of)
{
    size_t n = 0;
    while (n < v.len && is_part(v.ptr[n], of))
        n++;
    return n;
}

static size_t host_run(sv v)
{
    size_t n = run(v, HOST);
    while (n && (v.ptr[n - 1] == '.' || v.ptr[n - 1] == '-'))
        n--;
    return n;
}

/* local@domain; a quoted local part may hold blanks. */
static size_t address_length(sv v)
{
    size_t n = 0;
    if (v.len && v.ptr[0] == '"') {
        for (n = 1; n < v.len && n < 80 && v.ptr[n] != '"'; n++)
            if (v.ptr[n] == '\\')
                n++;
        n++;
    } else {
        n = run(sv_sub(v, 0, 320), ADDRESS);
    }
    if (!n || n >= v.len || v.ptr[n] != '@')
        return 0;
    sv domain = sv_skip(v, n + 1);
    size_t d = host_run(domain);
    if (!d && domain.len && domain.ptr[0] == '[')
        d = sv_find_byte(domain, ']') == SV_NPOS ? 0 : sv_find_byte(domain, ']') + 1;
    return d ? n + 1 + d : 0;
}

static size_t ipv4_length(sv v)
{
    size_t at = 0;
    for (int part = 0; part < 4; part++) {
        size_t n = 0;
        while (at + n < v.len && n < 4 && is_digit(v.ptr[at + n]))
            n++;
        if (n == 0 || n > 3)
            return 0;
        at += n;
        if (part < 3) {
            if (at >= v.len || v.ptr[at] != '.')
                return 0;
            at++;
        }
    }
    bool open = at < v.len && (is_alnum(v.ptr[at]) ||
                               (v.ptr[at] == '.' && at + 1 < v.len && is_alnum(v.ptr[at + 1])));
    return open ? 0 : at;
}

static size_t ipv6_length(sv v)
{
    size_t n = run(v, IPV6), colons = 0, digits = 0;
    for (size_t i = 0; i < n; i++) {
        colons += v.ptr[i] == ':';
        digits += is_alnum(v.ptr[i]);
    }
    while (n && (v.ptr[n - 1] == ':' || v.ptr[n - 1] == '.'))
        n--;
    return colons >= 3 && digits >= 3 && !(n < v.len && is_alnum(v.ptr[n])) ? n : 0;
}

/* Is the last label one, or the first word of the next sentence ("unknown.Please")? */
static bool is_top_level(sv label, bool several)
{
    if (label.len < 2 || label.len > TOP_LEVEL_MAX)
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!is_alpha(label.ptr[i]))
            return false;
    if (label.ptr[0] < 'a' && label.ptr[1] >= 'a')
        return false;
    return several || label.len <= 4 || sv_eq_nocase(label, SV("local")) ||
           sv_eq_nocase(label, SV("example")) || sv_eq_nocase(label, SV("invalid"));
}

static size_t host_length(sv v)
{
    size_t n = host_run(v), dots = 0;
    sv name = sv_sub(v, 0, n);
    for (size_t i = 0; i < n; i++)
        dots += v.ptr[i] == '.';
    if (!dots || sv_find(name, SV("..")) != SV_NPOS)
        return 0;
    sv top = sv_skip(name, sv_rfind_byte(name, '.') + 1);
    return is_top_level(top, dots > 1) ? n : 0;
}

static bool is_kept(sv name, const struct map *keep_hosts)
{
    while (name.len) {
        char lower[LABEL_MAX + 1];
        sv label = sv_cut(name, '.', &name);
        if (label.len > LABEL_MAX)
            continue;
        bytes_lower(lower, label);
        if (map_get(keep_hosts, sv_make(lower, label.len)))
            return true;
    }
    return false;
}

/* How many of the characters of the first n are digits. */
static size_t count_digits(sv v, size_t n)
{
    size_t digits = 0;
    for (size_t i = 0; i < n; i++)
        digits += is_digit(v.ptr[i]);
    return digits;
}

/* Stamps and ids go on behind `.` and `:` as long as numbers follow: 2026-05-06T07:08:09.123Z. */
static size_t id_end(sv v, size_t n)
{
    while (n + 1 < v.len && (v.ptr[n] == '.' || v.ptr[n] == ':')) {
        sv next = sv_skip(v, n + 1);
        size_t more = run(next, TOKEN);
        if (!count_digits(next, more))
            break;
        n += 1 + more;
    }
    return n;
}

/* A word that carries a number and is too long to be a word, or a long number. */
static size_t id_length(sv v)
{
    size_t n = run(v, TOKEN);
    while (n && v.ptr[n - 1] == '-')
        n--;
    size_t digits = count_digits(v, n);
    bool is_id =
        digits == n ? n >= NUMBER_MIN : (n >= HASH_MIN && digits) || (n >= ID_MIN && digits >= 2);
    return is_id ? id_end(v, n) : 0;
}

/* http://host/path: the host and path stay (they name lists and help pages), the query goes. */
static size_t put_url(struct writer *w, sv v)
{
    size_t scheme = sv_starts_nocase(v, SV("https://"))  ? 8
                    : sv_starts_nocase(v, SV("http://")) ? 7
                                                         : 0;
    if (!scheme)
        return 0;
    size_t end = scheme, keep;
    while (end < v.len && !is_part(v.ptr[end], URL_END))
        end++;
    for (keep = scheme; keep < end && v.ptr[keep] != '?' && v.ptr[keep] != '#'; keep++)
        ;
    put_lower(w, sv_sub(v, 0, keep));
    return end;
}

/* What the run of word characters at the start of v holds: which masks are worth a try. */
struct word {
    bool dot, colon, digit;
    size_t len;
};

static struct word look_at(sv v)
{
    struct word word = {0};
    for (; word.len < v.len; word.len++) {
        char c = v.ptr[word.len];
        if (is_part(c, DIGIT))
            word.digit = true;
        else if (is_part(c, TOKEN))
            continue;
        else if (c == '.')
            word.dot = true;
        else if (c == ':')
            word.colon = true;
        else
            break;
    }
    return word;
}

/* Writes a mask for what stands at the start of v; the length that it replaces, or 0. */
static size_t put_mask(struct writer *w, sv v, bool addresses, const struct map *keep_hosts)
{
    size_t n = addresses ? address_length(v) : 0;
    if (n) {
        put_lower(w, SV("<addr>"));
        return n;
    }
    struct word word = look_at(v);
    if (word.dot && word.digit)
        n = ipv4_length(v);
    if (!n && word.colon)
        n = ipv6_length(v);
    if (n) {
        put_lower(w, SV("<ip>"));
        return n;
    }
    n = word.dot ? host_length(v) : 0;
    if (n) {
        sv name = sv_sub(v, 0, n);
        put_lower(w, is_kept(name, keep_hosts) ? name : SV("<host>"));
        return n;
    }
    n = word.digit || word.len >= HASH_MIN ? id_length(v) : 0;
    if (n)
        put_lower(w, SV("<id>"));
    return n;
}

/* The rest of a word that no mask takes; how many bytes it has. */
static size_t put_rest_of_word(struct writer *w, sv v)
{
    size_t n = 0;
    while (n < v.len && is_alnum(v.ptr[n]))
        n++;
    put_lower(w, sv_sub(v, 0, n));
    return n;
}

/* "<joe@example.com>" shall not become "<<addr>>". */
static size_t put_bracketed(struct writer *w, sv v)
{
    size_t n = address_length(sv_skip(v, 1));
    if (!n || n + 1 >= v.len || v.ptr[n + 1] != '>')
        return 0;
    put_lower(w, SV("<addr>"));
    return n + 2;
}

#ifdef __SSE2__
/* How many bytes behind a word of letters show that it is no part of an address, a host, an IP or
 * an id, and go with it; negative: none do. `left` bytes are there. */
static int word_end(const char *end, size_t left)
{
    if (!left)
        return 0;
    if (*end == '.' || *end == ':')
        return left == 1 ? 1 : end[1] == ' ' ? 2 : -1;
    return *end == ' ' || *end == ',' || *end == ';' || *end == '(' || *end == ')' || *end == '[' ||
                   *end == ']' || *end == '<' || *end == '>'
               ? 1
               : -1;
}

/* Short words of letters, which no mask takes, 16 bytes at a time; how many bytes of v they and
 * what stands between them have. Most of a reply is such words. */
static size_t put_plain_words(struct writer *w, sv v)
{
    size_t left = v.len;
    char tail[2 * PLAIN_STEP] = {0}; /* the last bytes, so that none is read behind them */
    const char *here = v.ptr;
    bool copied = false;
    while (left && w->len + PLAIN_STEP < SHAPE_MAX) {
        if (left < PLAIN_STEP && !copied) {
            here = memcpy(tail, here, left);
            copied = true;
        }
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)here);
        __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
        __m128i moved = _mm_add_epi8(lower, _mm_set1_epi8((char)(0x80 - 'a')));
        __m128i is = _mm_cmplt_epi8(moved, _mm_set1_epi8((char)(0x80 + 26)));
        size_t n = (size_t)__builtin_ctz(~(unsigned)_mm_movemask_epi8(is) | 0x10000u);
        int behind = word_end(here + n, left - n);
        if (!n || behind < 0)
            break;
        _mm_storeu_si128((__m128i *)(void *)(w->out + w->len), lower);
        memcpy(w->out + w->len + n, here + n, 2);
        w->len += n + (size_t)behind;
        left -= n + (size_t)behind;
        here += n + (size_t)behind;
    }
    return v.len - left;
}
#else
static size_t put_plain_words(struct writer *w, sv v) /* word by word, as all else */
{
    (void)w;
    (void)v;
    return 0;
}
#endif

sv shape_of(sv text, const struct map *keep_hosts, char *out)
{
    struct writer w = {out, 0};
    bool inside = false; /* a word: masks begin at its start only */
    bool addresses = sv_find_byte(text, '@') != SV_NPOS;
    for (size_t at = 0; at < text.len && w.len < SHAPE_MAX;) {
        sv here = sv_skip(text, at);
        size_t n = 0;
        char c = here.ptr[0];
        if (!inside) {
            n = put_plain_words(&w, here);
            if (n) {
                at += n;
                continue;
            }
            if (c == '<')
                n = put_bracketed(&w, here);
            else if (c == 'h' || c == 'H')
                n = put_url(&w, here);
            if (!n && (is_part(c, TOKEN) || c == '"' || c == ':'))
                n = put_mask(&w, here, addresses, keep_hosts);
        }
        if (n) {
            at += n;
            inside = false;
            continue;
        }
        if (inside && is_alnum(c)) {
            at += put_rest_of_word(&w, here);
            continue;
        }
        put(&w, c == '\t' || c == '\r' || c == '\n' ? ' ' : to_lower(c));
        inside = is_alnum(c) || (unsigned char)c >= 0x80;
        at++;
    }
    if (w.len && out[w.len - 1] == ' ')
        w.len--;
    return sv_make(out, w.len);
}
