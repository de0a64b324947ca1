/* The .xz file format 1.1.0 (tukaani.org/xz), also several streams in a row with padding between
 * them, which liblzma reads by itself. A file that asks for more than 256 MiB is refused, so
 * that no log can fill the memory of the host. */
#ifdef BOUNCELOG_HAVE_LZMA
#include <lzma.h>

#include "bouncelog/base/mem.h"
#include "codec.h"

enum { MEMORY_MAX = 256 * 1024 * 1024 }; /* xz -9 needs 65 MiB */

static const char *version_xz(void)
{
    return "xz " LZMA_VERSION_STRING;
}

static void *open_xz(void)
{
    lzma_stream *stream = mem_zero(1, sizeof *stream);
    if (lzma_stream_decoder(stream, MEMORY_MAX, LZMA_CONCATENATED) != LZMA_OK)
        mem_exhausted();
    return stream;
}

static enum decoded result_of(lzma_ret rc, const char **why)
{
    switch (rc) {
    case LZMA_OK:
        return DECODED_BYTES;
    case LZMA_STREAM_END:
        return DECODED_END;
    case LZMA_BUF_ERROR: /* with LZMA_FINISH: it wants more and there is none */
        return DECODED_TRUNCATED;
    case LZMA_MEMLIMIT_ERROR:
        *why = "needs more than 256 MiB to decode";
        return DECODED_REFUSED;
    case LZMA_MEM_ERROR:
        mem_exhausted();
    case LZMA_OPTIONS_ERROR:
        *why = "unsupported options";
        return DECODED_REFUSED;
    default: /* also bytes behind its end: the library does not tell them from a bad stream */
        *why = "invalid data";
        return DECODED_CORRUPT;
    }
}

static enum decoded read_xz(void *state, struct feed *feed, char *out, size_t size, size_t *got,
                            const char **why)
{
    lzma_stream *stream = state;
    lzma_ret rc = LZMA_OK;
    stream->next_out = (uint8_t *)out;
    stream->avail_out = size;
    while (stream->avail_out && rc == LZMA_OK) {
        bool fed = feed_fill(feed);
        stream->next_in = feed->bytes + feed->pos;
        stream->avail_in = feed_unread(feed);
        rc = lzma_code(stream, fed ? LZMA_RUN : LZMA_FINISH);
        feed->pos = feed->len - stream->avail_in;
    }
    *got = size - stream->avail_out;
    return result_of(rc, why);
}

static void close_xz(void *state)
{
    lzma_end(state);
    mem_free(state);
}

const struct codec codec_xz = {"xz", "xz", version_xz, open_xz, read_xz, close_xz};
#else
typedef int codec_xz_is_not_built;
#endif
