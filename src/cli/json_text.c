/* Small JSON documents, written as they come.
 *
 * Whether a comma is due, the last byte says: a value ends with a quote, a digit, a letter or a
 * bracket that closes, and none of these stands before the first value of an object or an array. */
#include "json_text.h"

#include <string.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/text.h"

static void begin(struct buf *out, const char *key)
{
    if (out->len && !strchr("{[\n", out->ptr[out->len - 1]))
        buf_add_byte(out, ',');
    if (key)
        buf_printf(out, "\"%s\":", key);
}

void json_open(struct buf *out, const char *key, char bracket)
{
    begin(out, key);
    buf_add_byte(out, bracket);
}

void json_close(struct buf *out, char bracket)
{
    buf_add_byte(out, bracket);
}

void json_end(struct buf *out)
{
    buf_add(out, SV("}\n"));
}

void json_add_text(struct buf *out, const char *key, sv text)
{
    begin(out, key);
    text_add_json(out, text);
}

void json_add_null(struct buf *out, const char *key)
{
    begin(out, key);
    buf_add(out, SV("null"));
}

void json_add_known(struct buf *out, const char *key, sv text)
{
    if (text.len)
        json_add_text(out, key, text);
    else
        json_add_null(out, key);
}

void json_add_time(struct buf *out, const char *key, int64_t seconds)
{
    char text[DATE_TEXT];
    date_format(seconds, text);
    json_add_known(out, key, seconds ? sv_from(text) : SV_EMPTY);
}

void json_add_number(struct buf *out, const char *key, int64_t number)
{
    begin(out, key);
    buf_printf(out, "%lld", (long long)number);
}

void json_add_known_number(struct buf *out, const char *key, int64_t number)
{
    if (number)
        json_add_number(out, key, number);
    else
        json_add_null(out, key);
}

void json_add_bool(struct buf *out, const char *key, bool holds)
{
    begin(out, key);
    buf_add(out, holds ? SV("true") : SV("false"));
}
