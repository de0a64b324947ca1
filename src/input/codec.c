#include "codec.h"

#include <string.h>
#include <zlib.h>

#include "bouncelog/input/input.h"

/* Bytes go out as they come in; the reader reads plain files past this, straight into its chunk. */
static enum decoded read_plain(void *state, struct feed *feed, char *out, size_t size, size_t *got,
                               const char **why)
{
    (void)state;
    (void)why;
    if (!feed_fill(feed))
        return DECODED_END;
    *got = feed->len - feed->pos < size ? feed->len - feed->pos : size;
    memcpy(out, feed->bytes + feed->pos, *got);
    feed->pos += *got;
    return DECODED_BYTES;
}

static void *open_plain(void)
{
    return (void *)&codec_plain;
}

static void close_plain(void *state)
{
    (void)state;
}

const struct codec codec_plain = {"plain", {0}, 0, open_plain, read_plain, close_plain};

#ifndef BOUNCELOG_HAVE_ZSTD
const struct codec codec_zstd = {"zstd", {0x28, 0xB5, 0x2F, 0xFD}, 4, NULL, NULL, NULL};
#endif
#ifndef BOUNCELOG_HAVE_LZMA
const struct codec codec_xz = {"xz", {0xFD, '7', 'z', 'X', 'Z', 0}, 6, NULL, NULL, NULL};
#endif
#ifndef BOUNCELOG_HAVE_BZIP2
const struct codec codec_bzip2 = {"bzip2", {'B', 'Z', 'h'}, 3, NULL, NULL, NULL};
#endif

/* BZh is followed by the block size, 1 to 9, and the digits of pi: text may begin with "BZh". */
static bool is_bzip2(const struct feed *feed)
{
    static const unsigned char block[] = {0x31, 0x41, 0x59, 0x26, 0x53, 0x59};
    static const unsigned char empty[] = {0x17, 0x72, 0x45, 0x38, 0x50, 0x90};
    const unsigned char *at = feed->bytes + feed->pos;
    return feed->len - feed->pos >= 10 && at[3] >= '1' && at[3] <= '9' &&
           (memcmp(at + 4, block, 6) == 0 || memcmp(at + 4, empty, 6) == 0);
}

const struct codec *codec_of(struct feed *feed)
{
    static const struct codec *const codecs[] = {&codec_gzip, &codec_zstd, &codec_xz, &codec_bzip2};
    feed_want(feed, 10);
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++) {
        const struct codec *codec = codecs[i];
        if (feed->len - feed->pos < codec->magic_len ||
            memcmp(feed->bytes + feed->pos, codec->magic, codec->magic_len) != 0)
            continue;
        if (codec != &codec_bzip2 || is_bzip2(feed))
            return codec;
    }
    return &codec_plain;
}

const char *input_codecs(void)
{
    return "zlib " ZLIB_VERSION
#ifdef BOUNCELOG_HAVE_ISAL
           ", ISA-L"
#endif
#ifdef BOUNCELOG_HAVE_ZSTD
           ", zstd"
#endif
#ifdef BOUNCELOG_HAVE_LZMA
           ", xz"
#endif
#ifdef BOUNCELOG_HAVE_BZIP2
           ", bzip2"
#endif
        ;
}
