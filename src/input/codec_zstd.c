/* zstd (RFC 8878), also several frames in a row. */
#ifdef BOUNCELOG_HAVE_ZSTD
#include <zstd.h>

#include "bouncelog/base/mem.h"
#include "codec.h"

struct zstd {
    ZSTD_DStream *stream;
    bool inside; /* a frame has begun and not ended */
};

static void *open_zstd(void)
{
    struct zstd *zstd = mem_zero(1, sizeof *zstd);
    zstd->stream = ZSTD_createDStream();
    if (zstd->stream)
        return zstd;
    mem_free(zstd);
    return NULL;
}

static enum decoded read_zstd(void *state, struct feed *feed, char *out, size_t size, size_t *got,
                              const char **why)
{
    struct zstd *zstd = state;
    ZSTD_outBuffer to = {out, size, 0};
    while (to.pos < to.size) {
        bool fed = feed_fill(feed);
        ZSTD_inBuffer from = {feed->bytes, feed->len, feed->pos};
        if (!fed && !zstd->inside)
            break;
        size_t before = to.pos, rc = ZSTD_decompressStream(zstd->stream, &to, &from);
        feed->pos = from.pos;
        if (ZSTD_isError(rc)) {
            *why = ZSTD_getErrorName(rc);
            *got = to.pos;
            return to.pos ? DECODED_BYTES : DECODED_CORRUPT;
        }
        zstd->inside = rc != 0;
        if (!fed && to.pos == before)
            break;
    }
    *got = to.pos;
    if (to.pos)
        return DECODED_BYTES;
    return zstd->inside ? DECODED_TRUNCATED : DECODED_END;
}

static void close_zstd(void *state)
{
    struct zstd *zstd = state;
    ZSTD_freeDStream(zstd->stream);
    mem_free(zstd);
}

const struct codec codec_zstd = {"zstd",    {0x28, 0xB5, 0x2F, 0xFD}, 4, open_zstd, read_zstd,
                                 close_zstd};
#else
typedef int codec_zstd_is_not_built;
#endif
