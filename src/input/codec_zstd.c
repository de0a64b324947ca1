/* zstd (RFC 8878), also several frames in a row and skippable ones. The library's own limit
 * holds: windows up to 128 MiB, what `zstd --ultra -22` makes and zstd reads without --long. A
 * log that ends inside of a frame gives what was decoded and is told to be cut. */
#ifdef BOUNCELOG_HAVE_ZSTD
#include <zstd.h>
#include <zstd_errors.h>

#include "bouncelog/base/mem.h"
#include "codec.h"

struct zstd {
    ZSTD_DStream *stream;
    bool inside; /* a frame has begun and not ended */
    struct portion portion;
};

static const char *version_zstd(void)
{
    return "zstd " ZSTD_VERSION_STRING;
}

static void *open_zstd(void)
{
    struct zstd *zstd = mem_zero(1, sizeof *zstd);
    zstd->stream = ZSTD_createDStream();
    if (!zstd->stream)
        mem_exhausted();
    return zstd;
}

static enum decoded fault(size_t rc, const char **why)
{
    switch (ZSTD_getErrorCode(rc)) {
    case ZSTD_error_memory_allocation:
        mem_exhausted();
    case ZSTD_error_frameParameter_windowTooLarge:
        *why = "needs a window of more than 128 MiB";
        return DECODED_REFUSED;
    case ZSTD_error_dictionary_wrong:
    case ZSTD_error_frameParameter_unsupported:
    case ZSTD_error_version_unsupported:
        *why = ZSTD_getErrorName(rc);
        return DECODED_REFUSED;
    case ZSTD_error_prefix_unknown:
        *why = "bytes behind its end";
        return DECODED_CORRUPT;
    default:
        *why = ZSTD_getErrorName(rc);
        return DECODED_CORRUPT;
    }
}

static enum decoded decompress_some(struct zstd *zstd, struct feed *feed, ZSTD_outBuffer *to,
                                    const char **why)
{
    while (to->pos < to->size) {
        bool fed = feed_fill(feed);
        if (!fed && !zstd->inside)
            return DECODED_END;
        ZSTD_inBuffer from = {feed->bytes, feed->len, feed->pos};
        size_t before = to->pos, rc = ZSTD_decompressStream(zstd->stream, to, &from);
        feed->pos = from.pos;
        if (ZSTD_isError(rc))
            return fault(rc, why);
        zstd->inside = rc != 0;
        if (!fed && to->pos == before)
            return zstd->inside ? DECODED_TRUNCATED : DECODED_END;
    }
    return DECODED_BYTES;
}

static enum decoded read_zstd(void *state, struct feed *feed, char *out, size_t size, size_t *got,
                              const char **why)
{
    struct zstd *zstd = state;
    struct portion *portion = &zstd->portion;
    if (portion_is_due(portion)) {
        ZSTD_outBuffer to = {portion->bytes, PORTION_BYTES, 0};
        enum decoded how = decompress_some(zstd, feed, &to, &portion->why);
        portion_filled(portion, how, to.pos);
    }
    return portion_take(portion, out, size, got, why);
}

static void close_zstd(void *state)
{
    struct zstd *zstd = state;
    ZSTD_freeDStream(zstd->stream);
    mem_free(zstd);
}

const struct codec codec_zstd = {"zstd", "zstd", version_zstd, open_zstd, read_zstd, close_zstd};
#else
typedef int codec_zstd_is_not_built;
#endif
