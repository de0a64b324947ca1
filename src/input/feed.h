/* feed: the raw bytes of a source, in one buffer that decoders take from. */
#ifndef BOUNCELOG_INPUT_FEED_H
#define BOUNCELOG_INPUT_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "bouncelog/base/err.h"

enum { FEED_BYTES = 256 * 1024 };

struct feed {
    int fd;
    unsigned char *bytes; /* FEED_BYTES */
    size_t pos, len;      /* unread: [pos, len) */
    bool at_end;          /* no more will come */
    int failed;           /* errno of a failed read, which also ends the feed */
    int64_t consumed;     /* raw bytes read so far */
};

/* Opens a regular file, or standard input for "-" (of any kind). Never blocks, and never opens
 * what it refuses: opening a FIFO or a tape alone has effects. The buffer stays. */
int feed_open(struct feed *feed, const char *path, struct stat *file, struct err *err) MUST_CHECK;
/* Standard input stays open. */
void feed_close(struct feed *feed);

/* Makes unread bytes available when there are none; false at the end. */
bool feed_fill(struct feed *feed);
/* Reads until at least `want` bytes are unread or the end is reached. want <= FEED_BYTES. */
void feed_want(struct feed *feed, size_t want);
/* Reads past the buffer, which must hold no unread bytes; 0 at the end. */
size_t feed_read(struct feed *feed, void *to, size_t room);

static inline size_t feed_unread(const struct feed *feed)
{
    return feed->len - feed->pos;
}

#endif
