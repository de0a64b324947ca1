/* feed: the raw bytes of a source, in one buffer that decoders take from. */
#ifndef BOUNCELOG_INPUT_FEED_H
#define BOUNCELOG_INPUT_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FEED_BYTES = 256 * 1024 };

struct feed {
    int fd;
    unsigned char *bytes; /* FEED_BYTES */
    size_t pos, len;      /* unread: [pos, len) */
    bool at_end;          /* no more will come */
    int failed;           /* errno of a failed read, which also ends the feed */
    int64_t consumed;     /* raw bytes read so far */
};

/* Makes unread bytes available when there are none; false at the end. */
bool feed_fill(struct feed *feed);
/* Reads until at least `want` bytes are unread or the end is reached. want <= FEED_BYTES. */
void feed_want(struct feed *feed, size_t want);

#endif
