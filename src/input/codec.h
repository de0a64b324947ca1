/* codec: what a log is packed in, told by its first bytes, never by its name. */
#ifndef BOUNCELOG_INPUT_CODEC_H
#define BOUNCELOG_INPUT_CODEC_H

#include "feed.h"

enum decoded {
    DECODED_BYTES,     /* *got > 0 */
    DECODED_END,       /* all of it was read and verified */
    DECODED_TRUNCATED, /* the source ends too early */
    DECODED_CORRUPT,
};

struct codec {
    const char *format;
    unsigned char magic[6];
    size_t magic_len;
    /* NULL: this build cannot read it. */
    void *(*open)(void);
    /* Takes from the feed, puts up to size bytes into out; *why names a fault. */
    enum decoded (*read)(void *state, struct feed *feed, char *out, size_t size, size_t *got,
                         const char **why);
    void (*close)(void *state);
};

/* Of the bytes at the front of the feed; plain when nothing else. */
const struct codec *codec_of(struct feed *feed);

extern const struct codec codec_plain, codec_gzip, codec_zstd, codec_xz, codec_bzip2;

#endif
