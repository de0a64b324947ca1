/* buf: bytes that grow; the owner of what is being written.
 *
 * Zero-initialise ({0}); buf_release frees. A view from buf_sv dies with the next addition. */
#ifndef BOUNCELOG_BASE_BUF_H
#define BOUNCELOG_BASE_BUF_H

#include "bouncelog/base/sv.h"

struct buf {
    char *ptr;
    size_t len, cap;
};

void buf_reserve(struct buf *buf, size_t more);
void buf_add(struct buf *buf, sv bytes);
void buf_add_byte(struct buf *buf, char byte);
void buf_add_u64(struct buf *buf, uint64_t n);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_release(struct buf *buf);

static inline void buf_clear(struct buf *buf)
{
    buf->len = 0;
}

static inline sv buf_sv(const struct buf *buf)
{
    return sv_make(buf->ptr, buf->len);
}

/* The content as a C string, for the edges of the operating system. */
const char *buf_cstr(struct buf *buf);

#endif
