/* Makes text of the HTML of a notice: tags off, entities undone, blocks on lines of their own.
 *
 * Not a browser: notices are simple pages, and what comes out is only looked through for known
 * sentences. Styles and scripts have no text. */
#include "html.h"

static bool is_tag(sv tag, sv name)
{
    return sv_starts_nocase(tag, name) && (tag.len == name.len || !is_alnum(tag.ptr[name.len]));
}

static bool breaks_line(sv tag)
{
    static const char *const names[] = {"br", "p",  "div", "tr",    "li", "h1", "h2", "h3",
                                        "h4", "hr", "pre", "table", "ul", "dt", "dd", "blockquote"};
    if (tag.len && tag.ptr[0] == '/')
        tag = sv_skip(tag, 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_tag(tag, sv_from(names[i])))
            return true;
    return false;
}

/* How much of the page an element without text takes, from its tag on; 0: it has text. */
static size_t silent(sv html, sv tag)
{
    static const char *const names[] = {"style", "script", "title"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sv name = sv_from(names[i]);
        if (!is_tag(tag, name))
            continue;
        for (size_t at = 1; at < html.len; at++)
            if (html.ptr[at] == '<' && at + 2 < html.len && html.ptr[at + 1] == '/' &&
                is_tag(sv_sub(html, at + 2, at + 3 + name.len), name))
                return at;
        return html.len;
    }
    return 0;
}

/* "&#39;", "&#x27;": the length; 0: it is none, or no ASCII character. */
static size_t numbered(sv html, char *byte)
{
    bool hex = html.len > 2 && (html.ptr[2] == 'x' || html.ptr[2] == 'X');
    unsigned value = 0;
    if (!sv_starts(html, SV("&#")))
        return 0;
    for (size_t at = hex ? 3 : 2; at < html.len && at < 9; at++) {
        char c = to_lower(html.ptr[at]);
        if (c == ';') {
            bool blank = value == 160 || value == 8203; /* that does not break, or has no width */
            if (!blank && (value < ' ' || value > '~'))
                return 0;
            *byte = blank ? ' ' : (char)value;
            return at + 1;
        }
        if (!is_digit(c) && !(hex && c >= 'a' && c <= 'f'))
            return 0;
        value = value * (hex ? 16 : 10) + (unsigned)(is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return 0;
}

/* The byte of an entity, and its length; 0: it is none that notices are made of. */
static size_t entity(sv html, char *byte)
{
    static const struct {
        const char *name;
        char byte;
    } entities[] = {{"&lt;", '<'},   {"&gt;", '>'},   {"&amp;", '&'},
                    {"&quot;", '"'}, {"&nbsp;", ' '}, {"&apos;", '\''}};
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (sv_starts_nocase(html, sv_from(entities[i].name))) {
            *byte = entities[i].byte;
            return strlen(entities[i].name);
        }
    return numbered(html, byte);
}

static char *put_space(char *to, const char *start)
{
    if (to > start && to[-1] != '\n' && to[-1] != ' ')
        *to++ = ' ';
    return to;
}

sv html_text(sv html, struct arena *arena)
{
    char *text = arena_alloc(arena, html.len + 1), *to = text;
    bool pre = false;
    for (size_t at = 0; at < html.len;) {
        sv here = sv_skip(html, at);
        size_t close = here.ptr[0] == '<' ? sv_find_byte(sv_sub(here, 0, 8192), '>') : SV_NPOS;
        char byte = here.ptr[0];
        if (close != SV_NPOS) {
            sv tag = sv_sub(here, 1, close);
            size_t skip = silent(here, tag);
            pre = is_tag(tag, SV("pre")) || (pre && !is_tag(tag, SV("/pre")));
            if (breaks_line(tag) && to > text && to[-1] != '\n')
                *to++ = '\n';
            at += skip ? skip : close + 1;
            continue;
        }
        size_t length = byte == '&' ? entity(here, &byte) : 0;
        if (!pre && (byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r'))
            to = put_space(to, text);
        else
            *to++ = byte;
        at += length ? length : 1;
    }
    return sv_make(text, (size_t)(to - text));
}
