/* Written behind each other, read anywhere.
 *
 * A folder whose file system knows no files without a name (O_TMPFILE: NFS, for one) gets one that
 * loses its name at once. */
#define _GNU_SOURCE /* O_TMPFILE */
#include "bouncelog/base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/readat.h"

struct spool {
    int file;
    int64_t size;
    struct buf folder;
};

static int fail(const struct spool *spool, const char *what, struct err *err)
{
    return err_set(err, ERR_OUTPUT, "%.*s: cannot %s a temporary file: %s",
                   SV_FMT(buf_sv(&spool->folder)), what, strerror(errno));
}

static int open_nameless(struct spool *spool)
{
    struct buf name = {0};
#ifdef O_TMPFILE
    int file = open(buf_cstr(&spool->folder), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0)
        return file;
#else
    int file;
#endif
    buf_printf(&name, "%.*s/.bouncelog-XXXXXX", SV_FMT(buf_sv(&spool->folder)));
    file = mkstemp(name.ptr);
    if (file >= 0) {
        unlink(name.ptr);
        (void)fcntl(file, F_SETFD, FD_CLOEXEC);
    }
    buf_release(&name);
    return file;
}

struct spool *spool_open(const char *path, struct err *err)
{
    struct spool *spool = mem_zero(1, sizeof *spool);
    struct buf copy = {0};
    buf_add(&copy, sv_from(path));
    (void)buf_cstr(&copy);
    buf_add(&spool->folder, sv_from(dirname(copy.ptr)));
    buf_release(&copy);
    spool->file = open_nameless(spool);
    if (spool->file >= 0)
        return spool;
    fail(spool, "make", err);
    spool_free(spool);
    return NULL;
}

int64_t spool_size(const struct spool *spool)
{
    return spool->size;
}

int spool_add(struct spool *spool, sv bytes, struct err *err)
{
    while (bytes.len) {
        ssize_t put = pwrite(spool->file, bytes.ptr, bytes.len, spool->size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return fail(spool, "write", err);
        spool->size += put;
        bytes = sv_skip(bytes, (size_t)put);
    }
    return 0;
}

int spool_read(struct spool *spool, int64_t at, size_t len, struct buf *out, struct err *err)
{
    buf_reserve(out, len);
    errno = EIO; /* it was cut off by somebody */
    if (read_at(spool->file, out->ptr + out->len, len, at) != (ssize_t)len)
        return fail(spool, "read", err);
    out->len += len;
    return 0;
}

void spool_free(struct spool *spool)
{
    if (!spool)
        return;
    if (spool->file >= 0)
        close(spool->file);
    buf_release(&spool->folder);
    mem_free(spool);
}
