/* Which codec, by magic bytes: RFC 1952, RFC 8878 (also its skippable frames, which pzstd writes
 * first), the .xz file format 1.1.0, bzip2 1.0. Formats that people pack logs in and that nobody
 * here can read are told apart too: read as text they would give no event and no error. */
#include "codec.h"

#include <stdio.h>
#include <string.h>

#include "bouncelog/input/input.h"

/* Bytes go out as they came in; once the feed's buffer is empty they are read straight into out. */
static enum decoded read_plain(void *state, struct feed *feed, char *out, size_t size, size_t *got,
                               const char **why)
{
    (void)state;
    (void)why;
    size_t unread = feed_unread(feed);
    if (unread) {
        *got = unread < size ? unread : size;
        memcpy(out, feed->bytes + feed->pos, *got);
        feed->pos += *got;
    } else {
        *got = feed_read(feed, out, size);
    }
    return *got ? DECODED_BYTES : DECODED_END;
}

static void *open_plain(void)
{
    static char no_state;
    return &no_state;
}

static void close_plain(void *state)
{
    (void)state;
}

const struct codec codec_plain = {"plain", "plain", NULL, open_plain, read_plain, close_plain};

#ifndef BOUNCELOG_HAVE_ZSTD
const struct codec codec_zstd = {.format = "zstd", .name = "zstd"};
#endif
#ifndef BOUNCELOG_HAVE_LZMA
const struct codec codec_xz = {.format = "xz", .name = "xz"};
#endif
#ifndef BOUNCELOG_HAVE_BZIP2
const struct codec codec_bzip2 = {.format = "bzip2", .name = "bzip2"};
#endif
static const struct codec foreign_lz4 = {.format = "unknown", .name = "lz4"};
static const struct codec foreign_compress = {.format = "unknown", .name = "compress (.Z)"};
static const struct codec foreign_zip = {.format = "unknown", .name = "zip"};

/* BZh is followed by the block size, 1 to 9, and digits of pi (or, without a block, of its square
 * root): text may begin with "BZh1" too. A file that ends within these bytes counts when all that
 * is there fits. */
static bool is_bzip2(const unsigned char *at, size_t len)
{
    static const unsigned char block[] = {0x31, 0x41, 0x59, 0x26, 0x53, 0x59};
    static const unsigned char empty[] = {0x17, 0x72, 0x45, 0x38, 0x50, 0x90};
    size_t rest = len < 10 ? len - 4 : 6;
    return at[3] >= '1' && at[3] <= '9' &&
           (memcmp(at + 4, block, rest) == 0 || memcmp(at + 4, empty, rest) == 0);
}

static bool is_skippable(const unsigned char *at)
{
    return (at[0] & 0xF0) == 0x50 && at[1] == 0x2A && at[2] == 0x4D && at[3] == 0x18;
}

static const struct {
    const struct codec *codec;
    size_t len;
    unsigned char magic[6];
} signatures[] = {
    {&codec_gzip, 2, {0x1F, 0x8B}},
    {&codec_zstd, 4, {0x28, 0xB5, 0x2F, 0xFD}},
    {&codec_xz, 6, {0xFD, '7', 'z', 'X', 'Z', 0}},
    {&foreign_lz4, 4, {0x04, 0x22, 0x4D, 0x18}},
    {&foreign_compress, 2, {0x1F, 0x9D}},
    {&foreign_zip, 4, {'P', 'K', 3, 4}},
};
enum { SIGNATURES = sizeof signatures / sizeof *signatures };

/* A file that ends within the bytes that would tell it. No log is as short, but a single byte says
 * too little, and so does what only formats begin with that nobody reads here. */
static const struct codec *codec_of_stump(const unsigned char *at, size_t len)
{
    if (len < 2)
        return NULL;
    for (size_t i = 0; i < SIGNATURES; i++)
        if (len < signatures[i].len && signatures[i].codec->open &&
            memcmp(at, signatures[i].magic, len) == 0)
            return signatures[i].codec;
    return len == 3 && memcmp(at, "BZh", 3) == 0 && codec_bzip2.open ? &codec_bzip2 : NULL;
}

static const struct codec *codec_of_bytes(const unsigned char *at, size_t len)
{
    for (size_t i = 0; i < SIGNATURES; i++)
        if (len >= signatures[i].len && memcmp(at, signatures[i].magic, signatures[i].len) == 0)
            return signatures[i].codec;
    if (len >= 4 && memcmp(at, "BZh", 3) == 0 && is_bzip2(at, len))
        return &codec_bzip2;
    return len >= 4 && is_skippable(at) ? &codec_zstd : NULL;
}

const struct codec *codec_of(struct feed *feed)
{
    feed_want(feed, 10);
    const unsigned char *at = feed->bytes + feed->pos;
    size_t len = feed_unread(feed);
    const struct codec *found = codec_of_bytes(at, len);
    if (!found && feed->at_end)
        found = codec_of_stump(at, len);
    return found ? found : &codec_plain;
}

enum decoded portion_take(struct portion *portion, char *out, size_t size, size_t *got,
                          const char **why)
{
    size_t left = portion->len - portion->used;
    *got = left < size ? left : size;
    sv_put(out, sv_make(portion->bytes + portion->used, *got));
    portion->used += *got;
    *why = portion->why;
    return portion->used == portion->len ? portion->last : DECODED_BYTES;
}

const struct codec *codec_within(sv decoded)
{
    return codec_of_bytes((const unsigned char *)decoded.ptr, decoded.len);
}

const char *input_codecs(void)
{
    static const struct codec *const codecs[] = {&codec_gzip, &codec_zstd, &codec_xz, &codec_bzip2};
    static char text[160];
    size_t len = 0;
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs && len < sizeof text; i++)
        if (codecs[i]->version) {
            const char *version = codecs[i]->version();
            int n = snprintf(text + len, sizeof text - len, "%s%s", len ? ", " : "", version);
            len += n > 0 ? (size_t)n : 0;
        }
    return text;
}
