/* Loaded before a program (LD_PRELOAD), kills it at the n-th call that changes a file:
 * BOUNCELOG_DIE=n. So a test can stop a run at every step that the disk could see. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static void step(void)
{
    static long left = -1;
    if (left < 0) {
        const char *text = getenv("BOUNCELOG_DIE");
        left = text ? atol(text) : 0;
    }
    if (left > 0 && --left == 0)
        raise(SIGKILL);
}

/* The real function, found once. */
#define REAL(name, type)                                                                           \
    static type real;                                                                              \
    if (!real)                                                                                     \
        *(void **)&real = dlsym(RTLD_NEXT, name);                                                  \
    step()

typedef ssize_t write_type(int, const void *, size_t);
typedef ssize_t pwrite_type(int, const void *, size_t, off64_t);
typedef int fd_type(int);
typedef int truncate_type(int, off64_t);
typedef int rename_type(const char *, const char *);
typedef int unlink_type(const char *);

ssize_t write(int fd, const void *bytes, size_t len);
ssize_t write(int fd, const void *bytes, size_t len)
{
    REAL("write", write_type *);
    return real(fd, bytes, len);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset);
ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
    REAL("pwrite64", pwrite_type *);
    return real(fd, bytes, len, offset);
}

int fsync(int fd);
int fsync(int fd)
{
    REAL("fsync", fd_type *);
    return real(fd);
}

int fdatasync(int fd);
int fdatasync(int fd)
{
    REAL("fdatasync", fd_type *);
    return real(fd);
}

int ftruncate64(int fd, off64_t size);
int ftruncate64(int fd, off64_t size)
{
    REAL("ftruncate64", truncate_type *);
    return real(fd, size);
}

int rename(const char *from, const char *to);
int rename(const char *from, const char *to)
{
    REAL("rename", rename_type *);
    return real(from, to);
}

int unlink(const char *path);
int unlink(const char *path)
{
    REAL("unlink", unlink_type *);
    return real(path);
}
