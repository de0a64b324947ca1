/* Bytes from the middle of a file, all of them. A read may bring less than it was asked for, and a
 * signal may end it before anything came (read(2)): both happen where a file lies on a network, and
 * neither says anything about the file. */
#include "bouncelog/base/readat.h"

#include <errno.h>
#include <unistd.h>

ssize_t read_at(int fd, void *to, size_t len, int64_t at)
{
    size_t done = 0;
    while (done < len) {
        ssize_t got = pread(fd, (char *)to + done, len - done, (off_t)(at + (int64_t)done));
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return -1;
        done += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)done;
}
