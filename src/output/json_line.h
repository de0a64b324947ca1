/* json_line: one JSON object on one line, written key by key. cJSON would take five times as long,
 * and there is a line for each of millions of attempts. */
#ifndef BOUNCELOG_OUTPUT_JSON_LINE_H
#define BOUNCELOG_OUTPUT_JSON_LINE_H

#include <stdint.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/text.h"

static inline void line_key(struct buf *line, const char *name)
{
    if (line->len && line->ptr[line->len - 1] != '{')
        buf_add_byte(line, ',');
    buf_add_byte(line, '"');
    buf_add(line, sv_from(name));
    buf_add(line, SV("\":"));
}

static inline void line_text(struct buf *line, const char *name, sv value)
{
    line_key(line, name);
    text_add_json(line, value);
}

/* What is not known is null. */
static inline void line_known(struct buf *line, const char *name, sv value)
{
    line_key(line, name);
    if (value.len)
        text_add_json(line, value);
    else
        buf_add(line, SV("null"));
}

static inline void line_number(struct buf *line, const char *name, int64_t number)
{
    line_key(line, name);
    if (number < 0)
        buf_add_byte(line, '-');
    buf_add_u64(line, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static inline void line_open(struct buf *line, const char *name)
{
    line_key(line, name);
    buf_add_byte(line, '{');
}

static inline void line_close(struct buf *line)
{
    buf_add_byte(line, '}');
}

#endif
