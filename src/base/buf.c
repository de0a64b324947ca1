/* A buffer doubles when it is full, so that adding bytes costs the same on average however long
 * it grows. It never shrinks: it is cleared and used again. Formatted text is tried in the room
 * that is there and written again if it did not fit. */
#include "bouncelog/base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "bouncelog/base/mem.h"

void buf_reserve(struct buf *buf, size_t more)
{
    if (buf->cap - buf->len >= more)
        return;
    size_t cap = buf->cap ? buf->cap : 256;
    while (cap - buf->len < more)
        cap *= 2;
    buf->ptr = mem_grow(buf->ptr, cap, 1);
    buf->cap = cap;
}

void buf_add(struct buf *buf, sv bytes)
{
    if (bytes.len == 0)
        return;
    buf_reserve(buf, bytes.len);
    sv_put(buf->ptr + buf->len, bytes);
    buf->len += bytes.len;
}

void buf_add_byte(struct buf *buf, char byte)
{
    buf_reserve(buf, 1);
    buf->ptr[buf->len++] = byte;
}

void buf_add_u64(struct buf *buf, uint64_t n)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + n % 10);
    while (n /= 10);
    buf_add(buf, sv_make(digits + at, sizeof digits - at));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    buf_reserve(buf, 128);
    int need = vsnprintf(buf->ptr + buf->len, buf->cap - buf->len, format, args);
    if (need >= 0 && (size_t)need >= buf->cap - buf->len) {
        buf_reserve(buf, (size_t)need + 1);
        need = vsnprintf(buf->ptr + buf->len, buf->cap - buf->len, format, again);
    }
    if (need > 0)
        buf->len += (size_t)need;
    va_end(again);
    va_end(args);
}

void buf_release(struct buf *buf)
{
    mem_free(buf->ptr);
    *buf = (struct buf){0};
}

const char *buf_cstr(struct buf *buf)
{
    buf_reserve(buf, 1);
    buf->ptr[buf->len] = '\0';
    return buf->ptr;
}
