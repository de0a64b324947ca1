/* A look at the file of a history, before SQLite opens it: is it one, of a version that we know,
 * and is what stands beside it what SQLite would take it for? SQLite makes a database of an empty
 * file, waits for whoever writes into a FIFO, and follows links. The header is read from the file
 * itself (https://www.sqlite.org/fileformat2.html): what stands there never changes. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/readat.h"

#include "sealed.h"
#include "store.h"

enum { HEADER_BYTES = 100, RESERVED_AT = 20, VERSION_AT = 60, APPLICATION_AT = 68 };

static int64_t number_at(const unsigned char *header, size_t at)
{
    return (int64_t)header[at] << 24 | header[at + 1] << 16 | header[at + 2] << 8 | header[at + 3];
}

static int read_header(const struct history *history, unsigned char *header, struct err *err)
{
    int fd = open(history->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return err_set(err, ERR_HISTORY, "%s: cannot open: %s", history->path, strerror(errno));
    ssize_t got = read_at(fd, header, HEADER_BYTES, 0);
    int failed = got < 0 ? errno : 0;
    close(fd);
    if (failed != 0)
        return err_set(err, ERR_HISTORY, "%s: cannot read: %s", history->path, strerror(failed));
    if (got == HEADER_BYTES && memcmp(header, "SQLite format 3", 16) == 0)
        return 0;
    return err_set(err, ERR_HISTORY,
                   "%s: is damaged, or no history; it was not touched: restore it from a copy, or "
                   "move it away to begin anew",
                   history->path);
}

static int look_at_header(struct history *history, struct err *err)
{
    unsigned char header[HEADER_BYTES];
    if (read_header(history, header, err) < 0)
        return -1;
    int64_t version = number_at(header, VERSION_AT);
    if (number_at(header, APPLICATION_AT) != APPLICATION_ID)
        return err_set(err, ERR_HISTORY, "%s: is no history of bouncelog", history->path);
    if (version > SCHEMA_VERSION)
        return err_set(err, ERR_HISTORY,
                       "%s: was made by a newer bouncelog (schema %lld, this one knows %d)",
                       history->path, (long long)version, SCHEMA_VERSION);
    history->version = (int)version;
    if (version >= 1 && (version == SCHEMA_VERSION) == (header[RESERVED_AT] == SEAL_BYTES))
        return 0;
    return err_set(err, ERR_HISTORY,
                   "%s: is damaged: its header contradicts itself; it was not touched: restore it "
                   "from a copy, or move it away to begin anew",
                   history->path);
}

static int look_beside(const struct history *history, struct err *err)
{
    static const char *const endings[] = {"-journal", "-wal", "-shm", ".new-journal"};
    struct buf name = {0};
    struct stat file;
    int result = 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings && result == 0; i++) {
        buf_clear(&name);
        buf_printf(&name, "%s%s", history->path, endings[i]);
        if (lstat(buf_cstr(&name), &file) == 0 && !S_ISREG(file.st_mode))
            result =
                err_set(err, ERR_HISTORY, "%s: is not a regular file, and stands beside a history",
                        buf_cstr(&name));
    }
    buf_release(&name);
    return result;
}

/* SQLite's own check of a file without checksums. */
static int check_structure(struct history *history, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(history->db, "PRAGMA integrity_check(1)", -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    sv said = rc == SQLITE_ROW ? store_column(statement, 0) : SV_EMPTY;
    int result = sv_eq(said, SV("ok")) ? 0
                 : rc != SQLITE_ROW
                     ? store_fail(history, err)
                     : err_set(err, ERR_HISTORY,
                               "%s: is damaged: %.*s; it was not touched: restore it from a copy",
                               history->path, SV_FMT(sv_cut(said, '\n', &(sv){0})));
    sqlite3_finalize(statement);
    return result;
}

int history_check_whole(struct history *history, struct err *err)
{
    int64_t size, count;
    bool alone = sqlite3_get_autocommit(history->db) != 0;
    int result = 0;
    history->at = 0;
    if ((alone && store_execute(history, "BEGIN", err) < 0) ||
        store_number(history, "PRAGMA page_size", &size, err) < 0 ||
        store_number(history, "SELECT count(*) FROM sqlite_schema", &count, err) < 0 ||
        store_number(history, "PRAGMA page_count", &count, err) < 0)
        result = -1;
    else if (history->version < SCHEMA_VERSION)
        result = check_structure(history, err);
    else if (sealed_read_all(history->db, size, count) != SQLITE_OK)
        result = sealed_bad_page(history->db)
                     ? store_fail(history, err)
                     : err_set(err, ERR_HISTORY,
                               "%s: is damaged: it ends too early; it was not "
                               "touched: restore it from a copy",
                               history->path);
    return alone && store_execute(history, "ROLLBACK", result < 0 ? &(struct err){0} : err) < 0
               ? -1
               : result;
}

int look_at_file(struct history *history, enum history_use use, bool *exists, struct err *err)
{
    const char *path = history->path;
    struct stat file;
    *exists = lstat(path, &file) == 0;
    history->version = SCHEMA_VERSION;
    if (!*exists && errno != ENOENT)
        return err_set(err, ERR_HISTORY, "%s: cannot open: %s", path, strerror(errno));
    if (!*exists && use != HISTORY_CREATE)
        return err_set(err, ERR_HISTORY, "%s: there is no such history", path);
    if (*exists && !S_ISREG(file.st_mode))
        return err_set(err, ERR_HISTORY, "%s: is not a regular file", path);
    if (*exists && file.st_size == 0)
        return err_set(err, ERR_HISTORY,
                       "%s: is empty; it was a history once, or never (remove it to begin anew)",
                       path);
    if (look_beside(history, err) < 0)
        return -1;
    return *exists ? look_at_header(history, err) : 0;
}
