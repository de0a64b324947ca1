/* zstd (RFC 8878), also several frames in a row and skippable ones. The library's own limit holds:
 * windows up to 128 MiB, what `zstd --ultra -22` makes and zstd reads without --long. */
#ifdef BOUNCELOG_HAVE_ZSTD
#include <zstd.h>
#include <zstd_errors.h>

#include "bouncelog/base/mem.h"
#include "codec.h"

struct zstd {
    ZSTD_DStream *stream;
    bool inside; /* a frame has begun and not ended */
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

static enum decoded read_zstd(void *state, struct feed *feed, char *out, size_t size, size_t *got,
                              const char **why)
{
    struct zstd *zstd = state;
    ZSTD_outBuffer to = {out, size, 0};
    enum decoded result = DECODED_BYTES;
    while (to.pos < to.size) {
        bool fed = feed_fill(feed);
        if (!fed && !zstd->inside) {
            result = DECODED_END;
            break;
        }
        ZSTD_inBuffer from = {feed->bytes, feed->len, feed->pos};
        size_t before = to.pos, rc = ZSTD_decompressStream(zstd->stream, &to, &from);
        feed->pos = from.pos;
        if (ZSTD_isError(rc)) {
            result = fault(rc, why);
            break;
        }
        zstd->inside = rc != 0;
        if (!fed && to.pos == before) {
            result = zstd->inside ? DECODED_TRUNCATED : DECODED_END;
            break;
        }
    }
    *got = to.pos;
    return result;
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
