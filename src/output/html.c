/* Writes markup from a literal with places for values: %t is a text, escaped, with control
 * characters made visible; %n, %i and the others are numbers. There is no other way for a value
 * into the page. Only the words of pattern files, which are ours or the administrator's, may
 * hold links: html_linked makes them of addresses that begin with https://. */
#include "html.h"

#include <assert.h>
#include <stdarg.h>

#include "bouncelog/base/text.h"

static void add_escaped(struct buf *page, sv text)
{
    struct buf visible = {0};
    text_add_visible(&visible, text);
    for (size_t i = 0; i < visible.len; i++)
        switch (visible.ptr[i]) {
        case '&':
            buf_add(page, SV("&amp;"));
            break;
        case '<':
            buf_add(page, SV("&lt;"));
            break;
        case '>':
            buf_add(page, SV("&gt;"));
            break;
        case '"':
            buf_add(page, SV("&quot;"));
            break;
        case '\'':
            buf_add(page, SV("&#39;"));
            break;
        default:
            buf_add_byte(page, visible.ptr[i]);
        }
    buf_release(&visible);
}

static void add_grouped(struct buf *page, int64_t number)
{
    struct buf digits = {0};
    if (number < 0) {
        buf_add_byte(page, '-');
        number = -number;
    }
    buf_add_u64(&digits, (uint64_t)number);
    for (size_t i = 0; i < digits.len; i++) {
        if (i && (digits.len - i) % 3 == 0)
            buf_add_byte(page, ',');
        buf_add_byte(page, digits.ptr[i]);
    }
    buf_release(&digits);
}

/* Tenths at most: the page has thousands of coordinates. */
static void add_coordinate(struct buf *page, double value)
{
    int64_t tenths = (int64_t)(value * 10 + (value < 0 ? -0.5 : 0.5));
    if (tenths % 10 == 0)
        buf_printf(page, "%lld", (long long)(tenths / 10));
    else
        buf_printf(page, "%.1f", (double)tenths / 10);
}

/* What is more than nothing and rounds to it says so. Shares have four decimals: in whole numbers a
 * half is a half. */
static void add_share(struct buf *page, double share)
{
    int64_t tenths = ((int64_t)(share * 10000 + 0.5) + 5) / 10;
    if (share > 0 && share < 0.0005)
        buf_add(page, SV("&lt;0.1&nbsp;%"));
    else if (share < 1 && share >= 0.9995)
        buf_add(page, SV("&gt;99.9&nbsp;%"));
    else
        buf_printf(page, "%lld.%lld&nbsp;%%", (long long)(tenths / 10), (long long)(tenths % 10));
}

void html(struct buf *page, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    for (const char *at = format; *at; at++) {
        if (*at != '%') {
            buf_add_byte(page, *at);
            continue;
        }
        switch (*++at) {
        case 't':
            add_escaped(page, va_arg(args, sv));
            break;
        case 'n':
            add_grouped(page, va_arg(args, int64_t));
            break;
        case 'i':
            buf_printf(page, "%lld", (long long)va_arg(args, int64_t));
            break;
        case 'f':
            add_coordinate(page, va_arg(args, double));
            break;
        case 'p':
            add_share(page, va_arg(args, double));
            break;
        default:
            assert(*at == '%');
            buf_add_byte(page, '%');
        }
    }
    va_end(args);
}

static bool is_web_char(char c)
{
    return is_alnum(c) || (c && strchr("-._~/?=%#:+", c));
}

/* A full stop behind an address ends the sentence. */
static size_t address_length(sv text)
{
    size_t len = 0;
    while (len < text.len && is_web_char(text.ptr[len]))
        len++;
    while (len && strchr(".:?", text.ptr[len - 1]))
        len--;
    return len;
}

void html_linked(struct buf *page, sv text)
{
    static const sv scheme = {"https://", 8};
    for (size_t at; (at = sv_find(text, scheme)) != SV_NPOS;) {
        sv address = sv_skip(text, at);
        size_t len = address_length(address);
        add_escaped(page, sv_sub(text, 0, at));
        if (len > scheme.len)
            html(page, "<a href=\"%t\" rel=\"noopener noreferrer\">%t</a>", sv_sub(address, 0, len),
                 sv_sub(address, scheme.len, len));
        else
            add_escaped(page, sv_sub(address, 0, len));
        text = sv_skip(address, len);
    }
    add_escaped(page, text);
}
