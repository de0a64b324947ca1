/* bzip2, also several streams in a row (as pbzip2 writes them). */
#ifdef BOUNCELOG_HAVE_BZIP2
#include <bzlib.h>

#include "bouncelog/base/mem.h"
#include "codec.h"

struct bzip2 {
    bz_stream stream;
    bool between; /* a stream has ended */
    bool started;
};

static void *open_bzip2(void)
{
    return mem_zero(1, sizeof(struct bzip2));
}

static bool begin(struct bzip2 *bzip2)
{
    if (bzip2->started)
        BZ2_bzDecompressEnd(&bzip2->stream);
    bz_stream old = bzip2->stream;
    bzip2->stream = (bz_stream){.next_out = old.next_out, .avail_out = old.avail_out};
    bzip2->started = BZ2_bzDecompressInit(&bzip2->stream, 0, 0) == BZ_OK;
    bzip2->between = false;
    return bzip2->started;
}

static enum decoded finish(const struct bzip2 *bzip2, size_t size, size_t *got, enum decoded result)
{
    *got = size - bzip2->stream.avail_out;
    return *got ? DECODED_BYTES : result;
}

static enum decoded read_bzip2(void *state, struct feed *feed, char *out, size_t size, size_t *got,
                               const char **why)
{
    struct bzip2 *bzip2 = state;
    bzip2->stream.next_out = out;
    bzip2->stream.avail_out = (unsigned)size;
    while (bzip2->stream.avail_out) {
        bool fed = feed_fill(feed);
        if (!fed && bzip2->between)
            return finish(bzip2, size, got, DECODED_END);
        if ((!bzip2->started || bzip2->between) && !begin(bzip2)) {
            *why = "cannot start the decoder";
            return finish(bzip2, size, got, DECODED_CORRUPT);
        }
        bzip2->stream.next_in = (char *)feed->bytes + feed->pos;
        bzip2->stream.avail_in = (unsigned)(feed->len - feed->pos);
        unsigned before = bzip2->stream.avail_out;
        int rc = BZ2_bzDecompress(&bzip2->stream);
        feed->pos = feed->len - bzip2->stream.avail_in;
        bzip2->between = rc == BZ_STREAM_END;
        if (rc != BZ_OK && rc != BZ_STREAM_END) {
            *why = "invalid data";
            return finish(bzip2, size, got, DECODED_CORRUPT);
        }
        if (!fed && !bzip2->between && bzip2->stream.avail_out == before)
            return finish(bzip2, size, got, DECODED_TRUNCATED);
    }
    return finish(bzip2, size, got, DECODED_BYTES);
}

static void close_bzip2(void *state)
{
    struct bzip2 *bzip2 = state;
    if (bzip2->started)
        BZ2_bzDecompressEnd(&bzip2->stream);
    mem_free(bzip2);
}

const struct codec codec_bzip2 = {"bzip2", {'B', 'Z', 'h'}, 3, open_bzip2, read_bzip2, close_bzip2};
#else
typedef int codec_bzip2_is_not_built;
#endif
