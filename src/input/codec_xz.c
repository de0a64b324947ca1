/* The .xz file format 1.1.0, also several streams in a row. */
#ifdef BOUNCELOG_HAVE_LZMA
#include <lzma.h>

#include "bouncelog/base/mem.h"
#include "codec.h"

enum { MEMORY_MAX = 256 * 1024 * 1024 }; /* xz -9 needs 65 MiB */

static void *open_xz(void)
{
    lzma_stream *stream = mem_zero(1, sizeof *stream);
    if (lzma_stream_decoder(stream, MEMORY_MAX, LZMA_CONCATENATED) == LZMA_OK)
        return stream;
    mem_free(stream);
    return NULL;
}

static const char *name_of(lzma_ret rc)
{
    switch (rc) {
    case LZMA_MEMLIMIT_ERROR:
        return "needs more than 256 MiB to decode";
    case LZMA_OPTIONS_ERROR:
        return "unsupported options";
    case LZMA_FORMAT_ERROR:
        return "bytes behind its end";
    default:
        return "invalid data";
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
        stream->avail_in = feed->len - feed->pos;
        rc = lzma_code(stream, fed ? LZMA_RUN : LZMA_FINISH);
        feed->pos = feed->len - stream->avail_in;
    }
    *got = size - stream->avail_out;
    if (*got)
        return DECODED_BYTES;
    if (rc == LZMA_STREAM_END)
        return DECODED_END;
    if (rc == LZMA_BUF_ERROR)
        return DECODED_TRUNCATED;
    *why = name_of(rc);
    return DECODED_CORRUPT;
}

static void close_xz(void *state)
{
    lzma_end(state);
    mem_free(state);
}

const struct codec codec_xz = {"xz", {0xFD, '7', 'z', 'X', 'Z', 0}, 6, open_xz, read_xz, close_xz};
#else
typedef int codec_xz_is_not_built;
#endif
