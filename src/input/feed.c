#include "feed.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void read_more(struct feed *feed)
{
    ssize_t got;
    do
        got = read(feed->fd, feed->bytes + feed->len, FEED_BYTES - feed->len);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        feed->failed = errno;
    if (got <= 0) {
        feed->at_end = true;
        return;
    }
    feed->len += (size_t)got;
    feed->consumed += got;
}

bool feed_fill(struct feed *feed)
{
    if (feed->pos == feed->len && !feed->at_end) {
        feed->pos = feed->len = 0;
        read_more(feed);
    }
    return feed->pos < feed->len;
}

void feed_want(struct feed *feed, size_t want)
{
    if (feed->pos && feed->len - feed->pos < want) {
        memmove(feed->bytes, feed->bytes + feed->pos, feed->len - feed->pos);
        feed->len -= feed->pos;
        feed->pos = 0;
    }
    while (feed->len - feed->pos < want && !feed->at_end)
        read_more(feed);
}
