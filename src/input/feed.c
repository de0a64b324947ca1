/* The one place of the room that opens and reads. Only regular files are opened by name; a name
 * that became a FIFO since is found after opening it (O_NONBLOCK). A failed read ends the feed
 * as an end of file would, so that decoders give what they have; the reader looks at `failed`
 * then. */
#include "feed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static const char *refusal(const struct stat *file)
{
    if (S_ISREG(file->st_mode))
        return NULL;
    if (S_ISDIR(file->st_mode))
        return "is a directory";
    if (S_ISFIFO(file->st_mode))
        return "is a FIFO (name it - and redirect to read it)";
    if (S_ISSOCK(file->st_mode))
        return "is a socket";
    return "is a device (name it - and redirect to read it)";
}

static int open_regular(const char *path, struct stat *file, struct err *err)
{
    int fd = -1;
    if (stat(path, file) != 0)
        return err_set(err, ERR_INPUT, "cannot open: %s", strerror(errno));
    const char *why = refusal(file);
    if (!why) {
        /* O_NONBLOCK: the name may have become a FIFO since. */
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0 || fstat(fd, file) != 0)
            err_set(err, ERR_INPUT, "cannot open: %s", strerror(errno));
        else if (!(why = refusal(file)))
            return fd;
    }
    if (why)
        err_set(err, ERR_INPUT, "%s", why);
    if (fd >= 0)
        close(fd);
    return -1;
}

int feed_open(struct feed *feed, const char *path, struct stat *file, struct err *err)
{
    *feed = (struct feed){.fd = STDIN_FILENO, .bytes = feed->bytes};
    *file = (struct stat){0};
    if (strcmp(path, "-") != 0) {
        feed->fd = open_regular(path, file, err);
        /* With standard input closed, a file would get its number and be taken for it. */
        if (feed->fd == STDIN_FILENO) {
            feed->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
            close(STDIN_FILENO);
            if (feed->fd < 0)
                return err_set(err, ERR_INPUT, "cannot open: %s", strerror(errno));
        }
        if (feed->fd < 0)
            return -1;
    }
    /* Advice only: a pipe refuses it. */
    (void)posix_fadvise(feed->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return 0;
}

void feed_close(struct feed *feed)
{
    if (feed->fd > STDIN_FILENO)
        close(feed->fd);
    feed->fd = -1;
}

/* Standard input can be a pipe that another process has made non-blocking. */
static bool wait_for(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    return poll(&ready, 1, -1) >= 0 || errno == EINTR;
}

size_t feed_read(struct feed *feed, void *to, size_t room)
{
    ssize_t got;
    if (feed->at_end)
        return 0;
    do
        got = read(feed->fd, to, room);
    while (got < 0 && (errno == EINTR || (errno == EAGAIN && wait_for(feed->fd))));
    if (got < 0)
        feed->failed = errno;
    if (got <= 0) {
        feed->at_end = true;
        return 0;
    }
    feed->consumed += got;
    return (size_t)got;
}

bool feed_fill(struct feed *feed)
{
    if (feed->pos == feed->len) {
        feed->pos = 0;
        feed->len = feed_read(feed, feed->bytes, FEED_BYTES);
    }
    return feed->pos < feed->len;
}

void feed_want(struct feed *feed, size_t want)
{
    if (feed->pos && feed_unread(feed) < want) {
        memmove(feed->bytes, feed->bytes + feed->pos, feed_unread(feed));
        feed->len -= feed->pos;
        feed->pos = 0;
    }
    while (feed_unread(feed) < want && !feed->at_end)
        feed->len += feed_read(feed, feed->bytes + feed->len, FEED_BYTES - feed->len);
}
