/* The new file is NAME.PID.N.tmp beside the target, found free by O_EXCL, written in pieces of
 * 256 KiB, synced, closed and renamed; the first errno of a write is kept and told at the
 * commit. Files that are being written stand in a list whose links change by single assignments,
 * so that a signal handler can remove them at any moment. */
#include "bouncelog/base/outfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/xattr.h>
#endif

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mem.h"

enum { FLUSH_BYTES = 256 * 1024 };

#define NO_OWNER ((uid_t)-1)
#define NO_GROUP ((gid_t)-1)

struct outfile {
    struct buf path, temporary, pending;
    struct packer *packer; /* NULL: bytes are written as they are */
    struct buf packed;     /* of it */
    int fd;
    bool direct;   /* standard output, a device or a pipe: nothing to rename */
    bool finished; /* nothing is pending, and fd is closed unless it is standard output */
    int failed;    /* errno of the first failed write */
    const char *volatile noted; /* the name of the new file, while there is one */
    struct outfile *volatile next;
};

/* Those that have a new file, for outfile_abandon_all: a list that a signal handler finds whole at
 * any moment, because one assignment takes an outfile in or out. */
static struct outfile *volatile open_files;

static void note_temporary(struct outfile *out)
{
    out->noted = buf_cstr(&out->temporary);
    out->next = open_files;
    open_files = out;
}

static void forget_temporary(struct outfile *out)
{
    if (open_files == out)
        open_files = out->next;
    for (struct outfile *other = open_files; other; other = other->next)
        if (other->next == out)
            other->next = out->next;
}

void outfile_abandon_all(void)
{
    for (struct outfile *out = open_files; out; out = out->next)
        unlink(out->noted);
}

static void free_outfile(struct outfile *out)
{
    buf_release(&out->path);
    buf_release(&out->temporary);
    buf_release(&out->pending);
    buf_release(&out->packed);
    packer_free(out->packer);
    mem_free(out);
}

bool outfile_is_stdout(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* An access control list (acl(5)) is not kept, and with one the group's bits of the mode say
 * something else. */
static bool has_list(const char *path)
{
#ifdef __linux__
    return lgetxattr(path, "system.posix_acl_access", NULL, 0) > 0;
#else
    (void)path;
    return false;
#endif
}

bool outfile_access_of(const char *path, struct outfile_access *access)
{
    struct stat old;
    if (lstat(path, &old) != 0 || !S_ISREG(old.st_mode))
        return false;
    *access = (struct outfile_access){old.st_mode & 0777, has_list(path) ? NO_GROUP : old.st_gid};
    return true;
}

/* The group first: no other one is to read it for a moment. Where the group is right already
 * nothing is asked for, since a filter of system calls may end whoever asks. */
static bool give(struct outfile *out, struct outfile_access access)
{
    struct stat now;
    bool other =
        access.group != NO_GROUP && fstat(out->fd, &now) == 0 && now.st_gid != access.group;
    if (other)
        (void)fchmod(out->fd, 0600);
    bool given = !other || fchown(out->fd, NO_OWNER, access.group) == 0;
    (void)fchmod(out->fd, given ? access.mode : access.mode & ~(mode_t)070);
    return given;
}

/* A new file in the target's own directory, so that the rename cannot cross a file system. No
 * signal comes between its creation and its being noted: its handler would leave it behind. */
static int open_temporary(struct outfile *out, struct outfile_access access)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    for (unsigned attempt = 0; attempt < 100; attempt++) {
        buf_clear(&out->temporary);
        buf_printf(&out->temporary, "%s.%ld.%u.tmp", buf_cstr(&out->path), (long)getpid(), attempt);
        out->fd =
            open(buf_cstr(&out->temporary), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                 access.group == NO_GROUP ? access.mode : 0600);
        if (out->fd >= 0 || errno != EEXIST)
            break;
    }
    int failure = errno;
    if (out->fd >= 0) {
        note_temporary(out);
        (void)give(out, access); /* the umask is for new files, not for one that is replaced */
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = failure;
    return out->fd;
}

static struct outfile *open_with(const char *path, mode_t mode, struct err *err)
{
    struct outfile *out = mem_zero(1, sizeof *out);
    buf_add(&out->path, sv_from(path));
    out->fd = STDOUT_FILENO;
    out->direct = outfile_is_stdout(path);
    if (out->direct)
        return out;
    struct stat old;
    struct outfile_access access = {mode, NO_GROUP};
    if (stat(path, &old) == 0 && (S_ISCHR(old.st_mode) || S_ISFIFO(old.st_mode))) {
        out->direct = true;
        out->fd = open(path, O_WRONLY | O_CLOEXEC);
    } else if (!outfile_access_of(path, &access) && lstat(path, &old) == 0) {
        err_set(err, ERR_OUTPUT, "%s: exists and is not a regular file", path);
        free_outfile(out);
        return NULL;
    }
    if ((out->direct ? out->fd : open_temporary(out, access)) < 0) {
        err_set(err, ERR_OUTPUT, "%s: cannot create: %s", path, strerror(errno));
        free_outfile(out);
        return NULL;
    }
    return out;
}

bool outfile_is_direct(const struct outfile *out)
{
    return out->direct;
}

bool outfile_failed(const struct outfile *out)
{
    return out->failed != 0;
}

int outfile_retarget(struct outfile *out, const char *path, struct err *err)
{
    struct stat old;
    if (lstat(path, &old) == 0 && !S_ISREG(old.st_mode))
        return err_set(err, ERR_OUTPUT, "%s: exists and is not a regular file", path);
    buf_clear(&out->path);
    buf_add(&out->path, sv_from(path));
    return 0;
}

bool outfile_set_access(struct outfile *out, struct outfile_access access)
{
    return out->direct || out->finished || give(out, access);
}

struct outfile *outfile_open(const char *path, struct err *err)
{
    return open_with(path, 0600, err);
}

struct outfile *outfile_open_public(const char *path, struct err *err)
{
    return open_with(path, 0644, err);
}

void outfile_pack(struct outfile *out, enum packing packing)
{
    if (packing != PACKING_NONE)
        out->packer = packer_new(packing);
}

static void write_out(struct outfile *out, sv rest)
{
    while (rest.len && !out->failed) {
        ssize_t wrote = write(out->fd, rest.ptr, rest.len);
        if (wrote >= 0)
            rest = sv_skip(rest, (size_t)wrote);
        else if (errno != EINTR)
            out->failed = errno;
    }
}

static void flush_pending(struct outfile *out)
{
    sv bytes = buf_sv(&out->pending);
    if (out->packer) {
        packer_add(out->packer, bytes, &out->packed);
        bytes = buf_sv(&out->packed);
    }
    write_out(out, bytes);
    buf_clear(&out->packed);
    buf_clear(&out->pending);
}

void outfile_write(struct outfile *out, sv bytes)
{
    assert(!out->finished);
    buf_add(&out->pending, bytes);
    if (out->pending.len >= FLUSH_BYTES)
        flush_pending(out);
}

static int sync_directory(struct outfile *out)
{
    struct buf copy = {0};
    buf_add(&copy, buf_sv(&out->path));
    buf_cstr(&copy);
    int fd = open(dirname(copy.ptr), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    buf_release(&copy);
    if (fd < 0)
        return 0; /* the directory may be write-only; the file itself is synced */
    int rc = fsync(fd);
    close(fd);
    return rc;
}

void outfile_finish(struct outfile *out)
{
    if (out->finished)
        return;
    flush_pending(out);
    if (out->packer) {
        packer_end(out->packer, &out->packed);
        write_out(out, buf_sv(&out->packed));
    }
    out->finished = true;
    if (!out->direct && !out->failed && fsync(out->fd) != 0)
        out->failed = errno;
    if (out->fd != STDOUT_FILENO && close(out->fd) != 0 && !out->failed)
        out->failed = errno;
}

int outfile_commit(struct outfile *out, struct err *err)
{
    outfile_finish(out);
    const char *path = buf_cstr(&out->path);
    int rc = 0;
    if (!out->direct) {
        if (!out->failed && rename(buf_cstr(&out->temporary), path) != 0)
            out->failed = errno;
        if (out->failed)
            unlink(buf_cstr(&out->temporary));
        else
            sync_directory(out);
        forget_temporary(out);
    }
    if (out->failed)
        rc = err_set(err, ERR_OUTPUT, "%s: cannot write: %s",
                     outfile_is_stdout(path) ? "standard output" : path, strerror(out->failed));
    free_outfile(out);
    return rc;
}

void outfile_discard(struct outfile *out)
{
    if (!outfile_is_stdout(buf_cstr(&out->path)) && !out->finished)
        close(out->fd);
    if (!out->direct) {
        unlink(buf_cstr(&out->temporary));
        forget_temporary(out);
    }
    free_outfile(out);
}
