/* Loaded before a program (LD_PRELOAD), notes what it does to the files of a history, so that a
 * test can make what a power loss would have left of them. BOUNCELOG_RECORD=FILE gets, for each
 * call on a file whose path begins with BOUNCELOG_RECORD_PATH, a line, and the bytes of a write
 * behind it:
 *
 *   write OFFSET LEN PATH | truncate SIZE 0 PATH | sync 0 0 PATH | unlink 0 0 PATH | create 0 0
 * PATH
 *
 * and `sync 0 0 FOLDER` for a folder that was synced. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { RECORD_FD = 201 };

static const char *prefix;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("BOUNCELOG_RECORD");
    prefix = getenv("BOUNCELOG_RECORD_PATH");
    int fd = path && prefix ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (fd < 0) {
        prefix = NULL;
        return;
    }
    dup2(fd, RECORD_FD);
    close(fd);
}

static void put(const void *bytes, size_t size)
{
    (void)!syscall(SYS_write, RECORD_FD, bytes, size);
}

static void note(const char *what, long long a, long long b, const char *path, const void *bytes)
{
    char line[PATH_MAX + 64];
    if (!prefix || strncmp(path, prefix, strlen(prefix)) != 0)
        return;
    int len = snprintf(line, sizeof line, "%s %lld %lld %s\n", what, a, b, path);
    put(line, (size_t)len);
    if (bytes)
        put(bytes, (size_t)b);
}

static void path_of(int fd, char path[PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, PATH_MAX - 1);
    path[len > 0 ? len : 0] = 0;
}

static void note_fd(const char *what, long long a, long long b, int fd, const void *bytes)
{
    char path[PATH_MAX];
    struct stat about;
    path_of(fd, path);
    if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode))
        strncat(path, "/", sizeof path - strlen(path) - 1);
    note(what, a, b, path, bytes);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    ssize_t done = syscall(SYS_pwrite64, fd, bytes, size, at);
    if (done > 0)
        note_fd("write", at, done, fd, bytes);
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at)
{
    return pwrite(fd, bytes, size, at);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = syscall(SYS_write, fd, bytes, size);
    if (done > 0 && at >= 0)
        note_fd("write", at, done, fd, bytes);
    return done;
}

int ftruncate(int fd, off_t size)
{
    int done = (int)syscall(SYS_ftruncate, fd, size);
    if (done == 0)
        note_fd("truncate", size, 0, fd, NULL);
    return done;
}

int ftruncate64(int fd, off_t size)
{
    return ftruncate(fd, size);
}

int fsync(int fd)
{
    note_fd("sync", 0, 0, fd, NULL);
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    note_fd("sync", 0, 0, fd, NULL);
    return (int)syscall(SYS_fdatasync, fd);
}

int unlink(const char *path)
{
    char whole[PATH_MAX];
    if (!realpath(path, whole))
        whole[0] = 0;
    int done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (done == 0)
        note("unlink", 0, 0, whole, NULL);
    return done;
}

static int open_noted(const char *path, int flags, mode_t mode)
{
    struct stat about;
    int is_new = (flags & O_CREAT) && stat(path, &about) != 0;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && is_new)
        note_fd("create", 0, 0, fd, NULL);
    return fd;
}

#define MODE_OF(flags, mode)                                                                       \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        if ((flags)&O_CREAT)                                                                       \
            (mode) = va_arg(args, mode_t);                                                         \
        va_end(args);                                                                              \
    } while (0)

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return open_noted(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return open_noted(path, flags, mode);
}
