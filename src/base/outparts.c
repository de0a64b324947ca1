/* Each part is an outfile of its own; the first one is opened under the plain name and gets the
 * name of a part when there is a second one. Parts are numbered with four digits or more. What
 * an earlier run left is found by reading the folder, since whoever takes the parts one by one
 * may have left gaps. */
#include "bouncelog/base/outparts.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mem.h"

enum { DIGITS = 4 };

struct outparts {
    struct buf name;
    bool splits, failed;
    struct outfile_access access;
    struct outfile **files;
    size_t count;
    struct err err; /* of the first part that could not be begun */
};

static void part_name(struct buf *path, struct outparts *out, size_t number)
{
    buf_clear(path);
    buf_add(path, buf_sv(&out->name));
    buf_printf(path, ".%0*zu", DIGITS, number);
}

static void add_file(struct outparts *out, struct outfile *file)
{
    out->files = mem_room(out->files, out->count, sizeof(struct outfile *));
    out->files[out->count++] = file;
}

struct outparts *outparts_open(const char *name, bool splits, struct err *err)
{
    struct outfile *file = outfile_open(name, err);
    if (!file)
        return NULL;
    struct outparts *out = mem_zero(1, sizeof *out);
    struct buf first = {0};
    buf_add(&out->name, sv_from(name));
    out->splits = splits && !outfile_is_direct(file);
    out->access = (struct outfile_access){0600, (gid_t)-1};
    part_name(&first, out, 1);
    if (!outfile_access_of(name, &out->access) && out->splits &&
        outfile_access_of(buf_cstr(&first), &out->access))
        (void)outfile_set_access(file, out->access);
    buf_release(&first);
    add_file(out, file);
    return out;
}

struct outfile_access outparts_access(const struct outparts *out)
{
    return out->access;
}

bool outparts_set_access(struct outparts *out, struct outfile_access access)
{
    out->access = access;
    return outfile_set_access(out->files[0], access);
}

void outparts_write(struct outparts *out, sv bytes)
{
    if (!out->failed)
        outfile_write(out->files[out->count - 1], bytes);
}

bool outparts_splits(const struct outparts *out)
{
    return out->splits;
}

void outparts_next(struct outparts *out)
{
    struct buf path = {0};
    assert(out->splits);
    if (out->failed)
        return;
    part_name(&path, out, 1);
    if (out->count == 1 && outfile_retarget(out->files[0], buf_cstr(&path), &out->err) < 0)
        out->failed = true;
    outfile_finish(out->files[out->count - 1]);
    part_name(&path, out, out->count + 1);
    struct outfile *file = out->failed ? NULL : outfile_open(buf_cstr(&path), &out->err);
    buf_release(&path);
    if (file) {
        (void)outfile_set_access(file, out->access);
        add_file(out, file);
    } else {
        out->failed = true;
    }
}

void outparts_finish(struct outparts *out)
{
    for (size_t i = 0; i < out->count; i++)
        outfile_finish(out->files[i]);
}

static void free_parts(struct outparts *out)
{
    for (size_t i = 0; i < out->count; i++)
        if (out->files[i])
            outfile_discard(out->files[i]);
    buf_release(&out->name);
    mem_free(out->files);
    mem_free(out);
}

bool outparts_is_part(sv name, sv file, uint64_t *number)
{
    if (!sv_starts(file, name) || file.len < name.len + 1 + DIGITS || file.ptr[name.len] != '.')
        return false;
    sv digits = sv_skip(file, name.len + 1);
    return sv_to_u64(digits, number) && *number && (digits.len == DIGITS || digits.ptr[0] != '0');
}

static int remove_stale(int folder, const char *file, const char *path, struct err *err)
{
    struct stat old;
    if (fstatat(folder, file, &old, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(old.st_mode) ||
        unlinkat(folder, file, 0) == 0 || errno == ENOENT)
        return 0;
    return err_set(err, ERR_OUTPUT, "%s: cannot remove %s, which is of an earlier run: %s", path,
                   file, strerror(errno));
}

/* Not by counting on from the last part: whoever takes the parts one by one may have left gaps. */
static int remove_earlier(struct outparts *out, struct err *err)
{
    struct buf copy = {0}, base = {0};
    const char *path = buf_cstr(&out->name);
    buf_add(&copy, buf_sv(&out->name));
    buf_cstr(&copy);
    buf_add(&base, sv_from(basename(copy.ptr)));
    buf_clear(&copy);
    buf_add(&copy, buf_sv(&out->name));
    buf_cstr(&copy);
    DIR *dir = opendir(dirname(copy.ptr));
    if (!dir)
        mem_check(errno);
    int rc = dir ? 0
                 : err_set(err, ERR_OUTPUT, "%s: cannot look for parts of an earlier run: %s", path,
                           strerror(errno));
    uint64_t number, kept = out->count > 1 ? out->count : 0;
    if (rc == 0 && kept)
        rc = remove_stale(dirfd(dir), buf_cstr(&base), path, err);
    for (struct dirent *entry; rc == 0 && (entry = readdir(dir));)
        if (outparts_is_part(buf_sv(&base), sv_from(entry->d_name), &number) && number > kept)
            rc = remove_stale(dirfd(dir), entry->d_name, path, err);
    if (dir) {
        (void)fsync(dirfd(dir));
        closedir(dir);
    }
    buf_release(&copy);
    buf_release(&base);
    return rc;
}

static int commit_file(struct outparts *out, size_t i, struct err *err)
{
    struct outfile *file = out->files[i];
    out->files[i] = NULL;
    return outfile_commit(file, err);
}

int outparts_commit(struct outparts *out, struct err *err)
{
    int rc = 0;
    outparts_finish(out);
    if (out->failed) {
        *err = out->err;
        rc = -1;
    }
    for (size_t i = 0; i < out->count && rc == 0; i++)
        if (outfile_failed(out->files[i]))
            rc = commit_file(out, i, err); /* which says why */
    for (size_t i = 0; i < out->count && rc == 0; i++)
        rc = commit_file(out, i, err);
    if (rc == 0 && out->splits)
        rc = remove_earlier(out, err);
    free_parts(out);
    return rc;
}

void outparts_discard(struct outparts *out)
{
    free_parts(out);
}
