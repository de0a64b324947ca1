/* The file of a history: opened, made, locked, closed. Two tables hold all: `item` the present
 * state, `undo` what the last runs changed; `meta` has the identity of the history and its
 * counters. Writers take a lock on FILE.lock first and SQLite's own lock for a moment only. What
 * is damaged, foreign or newer is refused by application_id, user_version and a first read. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bouncelog/base/mem.h"
#include "store.h"

/* "Blog" in ASCII, so that file(1) and we know it. */
enum { APPLICATION_ID = 0x426C6F67, SCHEMA_VERSION = 1, BUSY_MILLISECONDS = 10000 };

static const char schema[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE run(id INTEGER PRIMARY KEY, started INTEGER NOT NULL, what TEXT NOT NULL) STRICT;"
    /* Not WITHOUT ROWID: a value of many pages would be read on the way to its neighbours. */
    "CREATE TABLE item(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, key BLOB NOT NULL,"
    " origin BLOB NOT NULL, value BLOB NOT NULL, run INTEGER NOT NULL,"
    " UNIQUE(kind, key, origin)) STRICT;"
    /* What an item was before a run changed it. */
    "CREATE TABLE undo(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " key BLOB NOT NULL, origin BLOB NOT NULL, value BLOB NOT NULL, old_run INTEGER NOT NULL,"
    " UNIQUE(run, kind, key, origin)) STRICT;"
    "PRAGMA application_id = 1114402663;"
    "PRAGMA user_version = 1;";
_Static_assert(APPLICATION_ID == 1114402663, "see the PRAGMA above");

static const char settings[] = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;"
                               "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                               "PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON;"
                               "PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;";

const char *history_library(void)
{
    return "SQLite " SQLITE_VERSION;
}

static sqlite3_mem_methods from_library;

static void *take(int size)
{
    void *block = from_library.xMalloc(size);
    if (!block)
        mem_exhausted();
    return block;
}

static void *take_again(void *old, int size)
{
    void *block = from_library.xRealloc(old, size);
    if (!block)
        mem_exhausted();
    return block;
}

/* Where memory runs out the program ends, as it does everywhere. The library's own allocator, since
 * it must know how large a block is. */
static void use_mem(void)
{
    sqlite3_mem_methods ours;
    if (from_library.xMalloc)
        return;
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &from_library);
    ours = from_library;
    ours.xMalloc = take;
    ours.xRealloc = take_again;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
}

static int lock_failed(struct history *history, struct err *err)
{
    if (errno == EWOULDBLOCK)
        return err_set(err, ERR_BUSY, "%s: another run holds the history (--wait SECONDS waits)",
                       history->path);
    return err_set(err, ERR_HISTORY, "%s.lock: cannot lock: %s", history->path, strerror(errno));
}

static int take_lock(struct history *history, unsigned wait_seconds, struct err *err)
{
    static const struct timespec pause = {0, 100000000};
    struct buf name = {0};
    buf_printf(&name, "%s.lock", history->path);
    history->lock =
        open(buf_cstr(&name), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    buf_release(&name);
    if (history->lock < 0)
        return err_set(err, ERR_HISTORY, "%s: cannot create its lock file: %s", history->path,
                       strerror(errno));
    for (unsigned tries = 0;; tries++) {
        if (flock(history->lock, LOCK_EX | LOCK_NB) == 0)
            return 0;
        if (errno != EWOULDBLOCK || tries >= wait_seconds * 10)
            return lock_failed(history, err);
        nanosleep(&pause, NULL);
    }
}

/* SQLite takes an empty file for a new database; we do not, as something emptied it. */
static int look_at_file(const char *path, enum history_use use, bool *exists, struct err *err)
{
    struct stat file;
    *exists = lstat(path, &file) == 0;
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
    return 0;
}

static int create_schema(struct history *history, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    if (getrandom(history->origin, ORIGIN_BYTES, 0) != ORIGIN_BYTES)
        return err_set(err, ERR_HISTORY, "%s: no random bytes: %s", history->path, strerror(errno));
    if (store_execute(history, "BEGIN IMMEDIATE", err) < 0 ||
        store_execute(history, schema, err) < 0)
        return -1;
    sqlite3_prepare_v2(history->db, "INSERT INTO meta VALUES('origin', ?)", -1, &statement, NULL);
    store_bind(statement, 1, sv_make(history->origin, ORIGIN_BYTES));
    int rc = sqlite3_step(statement);
    sqlite3_finalize(statement);
    if (rc != SQLITE_DONE)
        return store_fail(history, err);
    return store_execute(history, "COMMIT", err);
}

static int check_schema(struct history *history, struct err *err)
{
    int64_t application, version;
    if (store_number(history, "PRAGMA application_id", &application, err) < 0 ||
        store_number(history, "PRAGMA user_version", &version, err) < 0)
        return -1;
    if (application != APPLICATION_ID)
        return err_set(err, ERR_HISTORY, "%s: is no history of bouncelog", history->path);
    if (version > SCHEMA_VERSION)
        return err_set(err, ERR_HISTORY,
                       "%s: was made by a newer bouncelog (schema %lld, this one knows %d)",
                       history->path, (long long)version, SCHEMA_VERSION);
    return 0;
}

static int read_origin(struct history *history, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v2(history->db, "SELECT value FROM meta WHERE name = 'origin'", -1, &statement,
                       NULL);
    int rc = sqlite3_step(statement);
    sv origin = rc == SQLITE_ROW ? store_column(statement, 0) : SV_EMPTY;
    if (origin.len == ORIGIN_BYTES)
        memcpy(history->origin, origin.ptr, ORIGIN_BYTES);
    sqlite3_finalize(statement);
    if (rc == SQLITE_ROW && origin.len == ORIGIN_BYTES)
        return 0;
    return err_set(err, ERR_HISTORY, "%s: is damaged: it does not say whose it is", history->path);
}

/* Readers, too, open it for writing where they may: a run that was killed left a journal, which
 * the next one that opens the file has to roll back. */
static int open_database(struct history *history, const char *path, struct err *err)
{
    int64_t version;
    if (sqlite3_open_v2(path, &history->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        return store_fail(history, err);
    sqlite3_busy_timeout(history->db, BUSY_MILLISECONDS);
    sqlite3_db_config(history->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    return store_number(history, "PRAGMA user_version", &version, err);
}

/* Under another name first, so that a history is either whole or not there. A file of our own: made
 * by SQLite, it would have the mode of the umask. */
static int make_database(struct history *history, struct err *err)
{
    struct buf name = {0};
    buf_printf(&name, "%s.new", history->path);
    const char *path = buf_cstr(&name);
    unlink(path); /* of a run that was killed; we hold the lock */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    int result = 0;
    if (fd < 0)
        result = err_set(err, ERR_HISTORY, "%s: cannot create: %s", history->path, strerror(errno));
    else
        close(fd);
    if (result == 0 &&
        (open_database(history, path, err) < 0 || store_execute(history, settings, err) < 0 ||
         create_schema(history, err) < 0))
        result = -1;
    sqlite3_close_v2(history->db);
    history->db = NULL;
    if (result == 0 && rename(path, history->path) != 0)
        result = err_set(err, ERR_HISTORY, "%s: cannot create: %s", history->path, strerror(errno));
    if (result < 0)
        unlink(path);
    buf_release(&name);
    return result;
}

static int use_database(struct history *history, bool exists, struct err *err)
{
    if (!exists && make_database(history, err) < 0)
        return -1;
    if (open_database(history, history->path, err) < 0 || check_schema(history, err) < 0 ||
        store_execute(history, settings, err) < 0 || read_origin(history, err) < 0 ||
        store_number(history, "SELECT coalesce(max(id), 0) FROM run", &history->run, err) < 0 ||
        store_number(history,
                     "SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM meta"
                     " WHERE name = 'generation'",
                     &history->generation, err) < 0)
        return -1;
    return 0;
}

int history_open(struct history **out, const char *path, enum history_use use,
                 unsigned wait_seconds, struct err *err)
{
    struct history *history = mem_zero(1, sizeof *history);
    bool exists;
    *out = NULL;
    use_mem();
    history->lock = -1;
    history->path = mem_alloc(strlen(path) + 1);
    memcpy(history->path, path, strlen(path) + 1);
    if ((use == HISTORY_READ || take_lock(history, wait_seconds, err) == 0) &&
        look_at_file(path, use, &exists, err) == 0 && use_database(history, exists, err) == 0) {
        *out = history;
        return 0;
    }
    history_close(history);
    return -1;
}

void history_close(struct history *history)
{
    if (!history)
        return;
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(history->statements[i]);
    sqlite3_close_v2(history->db); /* rolls back what was not committed */
    if (history->lock >= 0)
        close(history->lock);
    mem_free(history->path);
    mem_free(history);
}

sv history_origin(const struct history *history)
{
    return sv_make(history->origin, ORIGIN_BYTES);
}
