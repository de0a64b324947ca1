/* zlib at its usual level, zstd at its fastest usual one with the checksum that its tool writes.
 * What goes in is large enough as a rule, so nothing is held back here; both libraries gather what
 * is too little.
 */
#include "bouncelog/base/packer.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>
#ifdef BOUNCELOG_HAVE_ZSTD
#include <zstd.h>
#endif

#include "bouncelog/base/mem.h"

enum {
    ROOM = 64 * 1024,
    GZIP_WINDOW = 15 + 16, /* 16: with gzip's head and trailer (zlib.h) */
    MEMORY_LEVEL = 8,
    ZSTD_LEVEL = 1 /* JSON lines get no smaller by the usual 3, and it takes twice as long */
};

struct packer {
    enum packing packing;
    z_stream gzip;
#ifdef BOUNCELOG_HAVE_ZSTD
    ZSTD_CStream *zstd;
#endif
};

enum packing packing_of(const char *path)
{
    sv name = sv_from(path);
    if (sv_ends(name, SV(".gz")))
        return PACKING_GZIP;
    return sv_ends(name, SV(".zst")) ? PACKING_ZSTD : PACKING_NONE;
}

bool packing_is_built(enum packing packing)
{
#ifdef BOUNCELOG_HAVE_ZSTD
    (void)packing;
    return true;
#else
    return packing != PACKING_ZSTD;
#endif
}

struct packer *packer_new(enum packing packing)
{
    struct packer *packer = mem_zero(1, sizeof *packer);
    packer->packing = packing;
    if (packing == PACKING_GZIP &&
        deflateInit2(&packer->gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        mem_exhausted();
#ifdef BOUNCELOG_HAVE_ZSTD
    if (packing == PACKING_ZSTD) {
        packer->zstd = ZSTD_createCStream();
        if (!packer->zstd)
            mem_exhausted();
        ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
        ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_checksumFlag, 1);
    }
#endif
    return packer;
}

static void deflate_some(z_stream *stream, sv bytes, int flush, struct buf *to)
{
    int rc;
    stream->next_in = (const unsigned char *)bytes.ptr;
    stream->avail_in = (unsigned)bytes.len;
    do {
        buf_reserve(to, ROOM);
        stream->next_out = (unsigned char *)to->ptr + to->len;
        stream->avail_out = ROOM;
        rc = deflate(stream, flush);
        assert(rc != Z_STREAM_ERROR);
        to->len += ROOM - stream->avail_out;
    } while (stream->avail_out == 0 || (flush == Z_FINISH && rc != Z_STREAM_END));
}

#ifdef BOUNCELOG_HAVE_ZSTD
static void compress_some(ZSTD_CStream *stream, sv bytes, ZSTD_EndDirective end, struct buf *to)
{
    ZSTD_inBuffer from = {bytes.ptr, bytes.len, 0};
    size_t rest;
    do {
        buf_reserve(to, ROOM);
        ZSTD_outBuffer room = {to->ptr + to->len, ROOM, 0};
        rest = ZSTD_compressStream2(stream, &room, &from, end);
        if (ZSTD_isError(rest)) /* there is no other reason with parameters that it knows */
            mem_exhausted();
        to->len += room.pos;
    } while (from.pos < from.size || (end == ZSTD_e_end && rest));
}
#endif

void packer_add(struct packer *packer, sv bytes, struct buf *to)
{
#ifdef BOUNCELOG_HAVE_ZSTD
    if (packer->packing == PACKING_ZSTD) {
        compress_some(packer->zstd, bytes, ZSTD_e_continue, to);
        return;
    }
#endif
    for (; bytes.len > INT_MAX; bytes = sv_skip(bytes, INT_MAX)) /* zlib counts in 32 bits */
        deflate_some(&packer->gzip, sv_sub(bytes, 0, INT_MAX), Z_NO_FLUSH, to);
    deflate_some(&packer->gzip, bytes, Z_NO_FLUSH, to);
}

void packer_end(struct packer *packer, struct buf *to)
{
#ifdef BOUNCELOG_HAVE_ZSTD
    if (packer->packing == PACKING_ZSTD) {
        compress_some(packer->zstd, SV_EMPTY, ZSTD_e_end, to);
        return;
    }
#endif
    deflate_some(&packer->gzip, SV_EMPTY, Z_FINISH, to);
}

void packer_free(struct packer *packer)
{
    if (!packer)
        return;
    if (packer->packing == PACKING_GZIP)
        deflateEnd(&packer->gzip);
#ifdef BOUNCELOG_HAVE_ZSTD
    ZSTD_freeCStream(packer->zstd);
#endif
    mem_free(packer);
}

void pack_whole(sv bytes, struct buf *to)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        mem_exhausted();
    deflate_some(&stream, bytes, Z_FINISH, to);
    deflateEnd(&stream);
}

bool unpack_whole(sv packed, size_t size, struct buf *to)
{
    z_stream stream = {.next_in = (const unsigned char *)packed.ptr};
    if (packed.len > INT_MAX || size > INT_MAX)
        return false;
    stream.avail_in = (unsigned)packed.len;
    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        mem_exhausted();
    buf_reserve(to, size + 1); /* zlib wants a place for nothing, too */
    stream.next_out = (unsigned char *)to->ptr + to->len;
    stream.avail_out = (unsigned)size;
    bool whole =
        inflate(&stream, Z_FINISH) == Z_STREAM_END && !stream.avail_in && !stream.avail_out;
    inflateEnd(&stream);
    to->len += whole ? size : 0;
    return whole;
}
