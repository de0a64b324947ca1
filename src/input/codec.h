/* codec: what a log is packed in, told by its first bytes, never by its name. */
#ifndef BOUNCELOG_INPUT_CODEC_H
#define BOUNCELOG_INPUT_CODEC_H

#include "bouncelog/base/sv.h"
#include "feed.h"

enum decoded {
    DECODED_BYTES,     /* more may follow */
    DECODED_END,       /* all of it was read and verified */
    DECODED_TRUNCATED, /* the source ends too early */
    DECODED_CORRUPT,
    DECODED_REFUSED, /* may be sound, but cannot be decoded here */
};

struct codec {
    const char *format;           /* as in struct source */
    const char *name;             /* in messages */
    const char *(*version)(void); /* "zstd 1.5.4" */
    /* NULL: this build cannot read it. */
    void *(*open)(void);
    /* Takes from the feed and puts *got bytes, at most size, into out. Every result may come with
     * bytes; every one but DECODED_BYTES is final: what a decoder does after a fault is undefined,
     * so it is not called again. *why names a fault. */
    enum decoded (*read)(void *state, struct feed *feed, char *out, size_t size, size_t *got,
                         const char **why);
    void (*close)(void *state);
};

/* What a library decoded by portions of one size, whatever room the caller has: some lose the bytes
 * of a call that finds a fault, and which ones these are must not depend on the caller. */
enum { PORTION_BYTES = 32 * 1024 };
struct portion {
    char bytes[PORTION_BYTES];
    size_t len, used;
    enum decoded last; /* what it came to */
    const char *why;
};

static inline bool portion_is_due(const struct portion *portion)
{
    return portion->used == portion->len && portion->last == DECODED_BYTES;
}

/* So many bytes were decoded into it. */
static inline void portion_filled(struct portion *portion, enum decoded how, size_t len)
{
    portion->last = how;
    portion->len = len;
    portion->used = 0;
}

/* As codec.read, of what the portion has. */
enum decoded portion_take(struct portion *portion, char *out, size_t size, size_t *got,
                          const char **why);

/* Of the bytes at the front of the feed; plain when nothing else. */
const struct codec *codec_of(struct feed *feed);

/* Of what was decoded: a log that was packed twice would read as lines of nobody. NULL: none. */
const struct codec *codec_within(sv decoded);

extern const struct codec codec_plain, codec_gzip, codec_zstd, codec_xz, codec_bzip2;

#endif
