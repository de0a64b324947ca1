/* Loaded before a program (LD_PRELOAD), lets one of its calls fail, so that a test can fail each of
 * them in turn. BOUNCELOG_FAULT=CALL:N:HOW
 *   CALL  alloc, open, read, write, sync, truncate, rename, unlink, close
 *   N     the first one is 1; 0: none fails
 *   HOW   the name of an errno; short: half of the bytes; once, on: this allocation, or all from
 *         it on; kill: the program is killed before it
 * BOUNCELOG_FAULT_LOG=FILE is told what failed ("failed CALL PATH"), at the end how many calls
 * there were ("CALL COUNT"), and which allocations were the first from their place in the program
 * ("at N"): others from there fail alike. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum call { ALLOC, OPEN, READ, WRITE, SYNC, TRUNCATE, RENAME, UNLINK, CLOSE, CALLS };
enum { PLACES = 65536, FRAMES = 12, LOG_FD = 200, SHORT = -1, ONCE = -2, ON = -3, KILL = -4 };

static const char *const names[CALLS] = {"alloc",    "open",   "read",   "write", "sync",
                                         "truncate", "rename", "unlink", "close"};
static const struct {
    const char *name;
    int how;
} hows[] = {{"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EINTR", EINTR},
            {"EMFILE", EMFILE}, {"EACCES", EACCES}, {"short", SHORT},
            {"once", ONCE},     {"on", ON},         {"kill", KILL}};

static bool armed;
static enum call faulty = CALLS;
static long fault_at, counts[CALLS];
static int fault_how;
static uint64_t places[PLACES];
static _Thread_local bool inside; /* what this library itself calls does not count */

/* In one write, so that threads do not mix their lines. */
static void tell(const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len > 0)
        (void)!syscall(SYS_write, LOG_FD, text, (size_t)len);
}

static void note_place(long number)
{
    void *frames[FRAMES];
    uint64_t hash = 14695981039346656037u;
    int count = backtrace(frames, FRAMES);
    for (int i = 2; i < count; i++)
        hash = (hash ^ (uintptr_t)frames[i]) * 1099511628211u;
    for (size_t i = hash % PLACES;; i = (i + 1) % PLACES) {
        if (places[i] == hash)
            return;
        if (!places[i]) {
            places[i] = hash;
            break;
        }
    }
    tell("at %ld\n", number);
}

/* Does this one fail? `path`: of what; NULL: of `fd`. */
static bool fails(enum call call, const char *path, int fd)
{
    char link[64], target[256] = "";
    if (!armed || inside || (path && strstr(path, ".gcda"))) /* what a build for coverage counts */
        return false;
    inside = true;
    long number = __atomic_add_fetch(&counts[call], 1, __ATOMIC_RELAXED);
    bool now = call == faulty && fault_at &&
               (number == fault_at || (fault_how == ON && number > fault_at));
    if (call == ALLOC && !fault_at && faulty == ALLOC)
        note_place(number);
    if (now && number == fault_at) {
        if (!path && fd >= 0) {
            (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            ssize_t len = readlink(link, target, sizeof target - 1);
            target[len > 0 ? len : 0] = 0;
            path = target;
        }
        tell("failed %s %s\n", names[call], path ? path : "");
    }
    inside = false;
    if (now && fault_how == KILL)
        raise(SIGKILL);
    if (now)
        errno = fault_how > 0 ? fault_how : ENOMEM;
    return now;
}

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("BOUNCELOG_FAULT"), *log = getenv("BOUNCELOG_FAULT_LOG");
    char call[16], how[16];
    void *frame;
    if (!text || !log || sscanf(text, "%15[^:]:%ld:%15s", call, &fault_at, how) != 3)
        return;
    for (int i = 0; i < CALLS; i++)
        if (strcmp(call, names[i]) == 0)
            faulty = (enum call)i;
    for (size_t i = 0; i < sizeof hows / sizeof *hows; i++)
        if (strcmp(how, hows[i].name) == 0)
            fault_how = hows[i].how;
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || dup3(fd, LOG_FD, O_CLOEXEC) < 0 || faulty == CALLS || !fault_how)
        abort();
    close(fd);
    (void)backtrace(&frame, 1); /* which loads what it needs */
    armed = true;
}

__attribute__((destructor)) static void end(void)
{
    if (!armed || fault_at)
        return;
    armed = false;
    for (int i = 0; i < CALLS; i++)
        tell("%s %ld\n", names[i], counts[i]);
}

/* --- memory; the allocator of glibc has names of its own */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
    return fails(ALLOC, NULL, -1) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(ALLOC, NULL, -1) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails(ALLOC, NULL, -1) ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails(ALLOC, NULL, -1) ? NULL : __libc_memalign(alignment, size);
}

/* --- files */

#define REAL(name, type)                                                                           \
    static type *real;                                                                             \
    if (!real)                                                                                     \
    *(void **)&real = dlsym(RTLD_NEXT, name)

typedef int open_type(const char *, int, ...);
typedef ssize_t read_type(int, void *, size_t);
typedef ssize_t write_type(int, const void *, size_t);
typedef ssize_t pread_type(int, void *, size_t, off64_t);
typedef ssize_t pwrite_type(int, const void *, size_t, off64_t);
typedef int fd_type(int);
typedef int truncate_type(int, off64_t);
typedef int rename_type(const char *, const char *);
typedef int unlink_type(const char *);
typedef FILE *fopen_type(const char *, const char *);

#define OPEN_FUNCTION(name)                                                                        \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        REAL(#name, open_type);                                                                    \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;                    \
        va_end(args);                                                                              \
        return fails(OPEN, path, -1) ? -1 : real(path, flags, mode);                               \
    }
OPEN_FUNCTION(open)
OPEN_FUNCTION(open64)

FILE *fopen(const char *path, const char *mode)
{
    REAL("fopen", fopen_type);
    return fails(OPEN, path, -1) ? NULL : real(path, mode);
}

/* Half of the bytes, one at least: what the kernel may do at any time. */
#define HALF(len) ((len) > 1 ? (len) / 2 : (len))

ssize_t read(int fd, void *to, size_t len)
{
    REAL("read", read_type);
    if (!fails(READ, NULL, fd))
        return real(fd, to, len);
    return fault_how == SHORT ? real(fd, to, HALF(len)) : -1;
}

#define PREAD_FUNCTION(name)                                                                       \
    ssize_t name(int fd, void *to, size_t len, off64_t offset)                                     \
    {                                                                                              \
        REAL(#name, pread_type);                                                                   \
        if (!fails(READ, NULL, fd))                                                                \
            return real(fd, to, len, offset);                                                      \
        return fault_how == SHORT ? real(fd, to, HALF(len), offset) : -1;                          \
    }
PREAD_FUNCTION(pread)
PREAD_FUNCTION(pread64)

ssize_t write(int fd, const void *bytes, size_t len)
{
    REAL("write", write_type);
    if (!fails(WRITE, NULL, fd))
        return real(fd, bytes, len);
    return fault_how == SHORT ? real(fd, bytes, HALF(len)) : -1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
    REAL("pwrite64", pwrite_type);
    if (!fails(WRITE, NULL, fd))
        return real(fd, bytes, len, offset);
    return fault_how == SHORT ? real(fd, bytes, HALF(len), offset) : -1;
}

int fsync(int fd)
{
    REAL("fsync", fd_type);
    return fails(SYNC, NULL, fd) ? -1 : real(fd);
}

int fdatasync(int fd)
{
    REAL("fdatasync", fd_type);
    return fails(SYNC, NULL, fd) ? -1 : real(fd);
}

int ftruncate64(int fd, off64_t size)
{
    REAL("ftruncate64", truncate_type);
    return fails(TRUNCATE, NULL, fd) ? -1 : real(fd, size);
}

int rename(const char *from, const char *to)
{
    REAL("rename", rename_type);
    return fails(RENAME, to, -1) ? -1 : real(from, to);
}

int unlink(const char *path)
{
    REAL("unlink", unlink_type);
    return fails(UNLINK, path, -1) ? -1 : real(path);
}

/* Linux has closed it, whatever it says. */
int close(int fd)
{
    REAL("close", fd_type);
    bool failed = fails(CLOSE, NULL, fd);
    int rc = real(fd), failure = fault_how > 0 ? fault_how : EIO;
    if (!failed)
        return rc;
    errno = failure;
    return -1;
}
