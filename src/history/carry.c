/* A history of version 1 becomes one of version 2: each page gets its checksum. SQLite leaves room
 * for them only in a file that it writes anew, so a copy is made beside the file, and takes its
 * place, by one rename, with its owner and its mode. It happens behind a run that was committed,
 * under the lock: a run that fails touches nothing. Where it cannot be done the history is what it
 * was, and the next run tries again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sealed.h"
#include "store.h"

const char *new_file(const struct history *history, struct buf *name, struct err *err)
{
    buf_clear(name);
    buf_printf(name, "%s.new", history->path);
    const char *path = buf_cstr(name);
    unlink(path); /* of a run that was killed; we hold the lock */
    /* Made by SQLite, it would have the mode of the umask. */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        err_set(err, ERR_HISTORY, "%s: cannot create: %s", history->path, strerror(errno));
        return NULL;
    }
    close(fd);
    return path;
}

static int copy_to(struct history *history, const char *path)
{
    sqlite3_stmt *statement = NULL;
    int reserved = SEAL_BYTES;
    int rc = sqlite3_file_control(history->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(history->db, "VACUUM INTO ?", -1, &statement, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
        rc = sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return rc == SQLITE_DONE ? 0 : -1;
}

static int set_version(const char *path)
{
    sqlite3 *copy = NULL;
    int rc =
        sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, sealed_vfs());
    _Static_assert(SCHEMA_VERSION == 2, "see the PRAGMA below");
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(copy, "PRAGMA synchronous = FULL; PRAGMA user_version = 2", NULL, NULL,
                          NULL);
    sqlite3_close_v2(copy);
    return rc == SQLITE_OK ? 0 : -1;
}

static int sync_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    int result = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    return result;
}

static void sync_folder(const struct history *history)
{
    const char *slash = strrchr(history->path, '/');
    struct buf folder = {0};
    buf_add(&folder, slash ? sv_make(history->path, (size_t)(slash - history->path) + 1) : SV("."));
    (void)sync_path(buf_cstr(&folder));
    buf_release(&folder);
}

/* What only the owner of the old file may do stays as it is as long as he does not run us. */
static int take_after(const char *path, const char *old)
{
    struct stat file, made;
    if (lstat(old, &file) != 0 || lstat(path, &made) != 0 || !S_ISREG(file.st_mode))
        return -1;
    if ((file.st_uid != made.st_uid || file.st_gid != made.st_gid) &&
        lchown(path, file.st_uid, file.st_gid) != 0)
        return -1;
    return chmod(path, file.st_mode & 07777);
}

void carry_over(struct history *history)
{
    struct buf name = {0};
    struct err err;
    const char *path = new_file(history, &name, &err);
    if (path && (copy_to(history, path) < 0 || set_version(path) < 0 || sync_path(path) < 0 ||
                 take_after(path, history->path) < 0 || rename(path, history->path) != 0))
        unlink(path);
    else if (path)
        sync_folder(history);
    buf_release(&name);
}
