/* bzip2, also several streams in a row, as pbzip2 writes them (the format has no document but
 * its source, sourceware.org/bzip2). The library decodes one stream; this file begins a fresh
 * decoder for the next one and gives back the memory of the last. */
#ifdef BOUNCELOG_HAVE_BZIP2
#include <bzlib.h>
#include <stdio.h>
#include <string.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/sv.h"
#include "codec.h"

struct bzip2 {
    bz_stream stream;
    struct portion portion;
    bool started; /* the library holds memory for the stream */
    bool between; /* a stream has ended */
    bool again;   /* and another one was read before */
};

/* The library says "1.0.8, 13-Jul-2019". */
static const char *version_bzip2(void)
{
    static char text[32];
    const char *full = BZ2_bzlibVersion();
    (void)snprintf(text, sizeof text, "bzip2 %.*s", (int)strcspn(full, ","), full);
    return text;
}

static void *open_bzip2(void)
{
    return mem_zero(1, sizeof(struct bzip2));
}

/* The library's decoder reads one stream; the next one needs a fresh one. */
static void begin(struct bzip2 *bzip2)
{
    if (bzip2->started)
        BZ2_bzDecompressEnd(&bzip2->stream);
    bzip2->again = bzip2->started;
    bz_stream old = bzip2->stream;
    bzip2->stream = (bz_stream){.next_out = old.next_out, .avail_out = old.avail_out};
    bzip2->between = false;
    bzip2->started = true;
    if (BZ2_bzDecompressInit(&bzip2->stream, 0, 0) != BZ_OK)
        mem_exhausted();
}

static enum decoded fault(const struct bzip2 *bzip2, int rc, const char **why)
{
    if (rc == BZ_MEM_ERROR)
        mem_exhausted();
    *why = rc == BZ_DATA_ERROR_MAGIC && bzip2->again ? "bytes behind its end" : "invalid data";
    return DECODED_CORRUPT;
}

static enum decoded decompress_some(struct bzip2 *bzip2, struct feed *feed, const char **why)
{
    bz_stream *stream = &bzip2->stream;
    while (stream->avail_out) {
        bool fed = feed_fill(feed);
        if (!fed && bzip2->between)
            return DECODED_END;
        if (!bzip2->started || bzip2->between)
            begin(bzip2);
        stream->next_in = (char *)feed->bytes + feed->pos;
        stream->avail_in = (unsigned)feed_unread(feed);
        unsigned before = stream->avail_out;
        int rc = BZ2_bzDecompress(stream);
        feed->pos = feed->len - stream->avail_in;
        bzip2->between = rc == BZ_STREAM_END;
        if (rc != BZ_OK && rc != BZ_STREAM_END)
            return fault(bzip2, rc, why);
        if (!fed && !bzip2->between && stream->avail_out == before)
            return DECODED_TRUNCATED;
    }
    return DECODED_BYTES;
}

static enum decoded read_bzip2(void *state, struct feed *feed, char *out, size_t size, size_t *got,
                               const char **why)
{
    struct bzip2 *bzip2 = state;
    struct portion *portion = &bzip2->portion;
    if (portion_is_due(portion)) {
        bzip2->stream.next_out = portion->bytes;
        bzip2->stream.avail_out = PORTION_BYTES;
        enum decoded how = decompress_some(bzip2, feed, &portion->why);
        portion_filled(portion, how, PORTION_BYTES - bzip2->stream.avail_out);
    }
    return portion_take(portion, out, size, got, why);
}

static void close_bzip2(void *state)
{
    struct bzip2 *bzip2 = state;
    if (bzip2->started)
        BZ2_bzDecompressEnd(&bzip2->stream);
    mem_free(bzip2);
}

const struct codec codec_bzip2 = {"bzip2",    "bzip2",    version_bzip2,
                                  open_bzip2, read_bzip2, close_bzip2};
#else
typedef int codec_bzip2_is_not_built;
#endif
