/* The file of a history: opened, made, locked, closed. Two tables hold all: `item` the present
 * state, `undo` what the last runs changed; `meta` has the identity of the history and its
 * counters. Writers take a lock on FILE.lock first and SQLite's own lock for a moment only. What
 * is damaged, foreign or newer is refused (look.c), and each page has a checksum (sealed.h), but
 * those of a history of 1.0.0: that is read as it is, and gets them behind the first run that
 * changes it. */
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
#include "sealed.h"
#include "store.h"

/* A commit waits until those who read are done, and they may read all of it. */
enum { BUSY_MILLISECONDS = 60000 };

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
    "PRAGMA user_version = 2;";
_Static_assert(APPLICATION_ID == 1114402663 && SCHEMA_VERSION == 2, "see the PRAGMAs above");

static const char settings[] = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;"
                               "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                               "PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON;"
                               "PRAGMA temp_store = MEMORY;";
/* Who writes changes pages all over the file; who reads goes through it. */
static const char *const caches[] = {[HISTORY_READ] = "PRAGMA cache_size = -8192",
                                     [HISTORY_CHANGE] = "PRAGMA cache_size = -32768",
                                     [HISTORY_CREATE] = "PRAGMA cache_size = -32768"};

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
    struct stat file;
    struct buf name = {0};
    buf_printf(&name, "%s.lock", history->path);
    history->lock =
        open(buf_cstr(&name), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    buf_release(&name);
    if (history->lock < 0)
        return err_set(err, ERR_HISTORY, "%s.lock: cannot create: %s", history->path,
                       strerror(errno));
    if (fstat(history->lock, &file) != 0 || !S_ISREG(file.st_mode))
        return err_set(err, ERR_HISTORY, "%s.lock: is not a regular file", history->path);
    for (unsigned tries = 0;; tries++) {
        if (flock(history->lock, LOCK_EX | LOCK_NB) == 0)
            return 0;
        if (errno != EWOULDBLOCK || tries >= wait_seconds * 10)
            return lock_failed(history, err);
        nanosleep(&pause, NULL);
    }
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
    const char *vfs = sealed_vfs();
    if (!vfs)
        return err_set(err, ERR_HISTORY, "%s: %s gives no access to files", path,
                       history_library());
    if (sqlite3_open_v2(path, &history->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, vfs) !=
        SQLITE_OK)
        return store_fail(history, err);
    sqlite3_busy_timeout(history->db, BUSY_MILLISECONDS);
    sqlite3_db_config(history->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    return store_number(history, "PRAGMA user_version", &version, err);
}

/* Under another name first, so that a history is either whole or not there. */
static int make_database(struct history *history, struct err *err)
{
    struct buf name = {0};
    int reserved = SEAL_BYTES;
    const char *path = new_file(history, &name, err);
    int result = path ? 0 : -1;
    if (result == 0 && open_database(history, path, err) < 0)
        result = -1;
    if (result == 0 && sqlite3_file_control(history->db, "main", SQLITE_FCNTL_RESERVE_BYTES,
                                            &reserved) != SQLITE_OK)
        result = store_fail(history, err);
    if (result == 0 &&
        (store_execute(history, settings, err) < 0 || create_schema(history, err) < 0))
        result = -1;
    sqlite3_close_v2(history->db);
    history->db = NULL;
    if (result == 0 && rename(path, history->path) != 0)
        result = err_set(err, ERR_HISTORY, "%s: cannot create: %s", history->path, strerror(errno));
    if (result < 0 && path)
        unlink(path);
    buf_release(&name);
    return result;
}

static int use_database(struct history *history, bool exists, struct err *err)
{
    if (!exists && make_database(history, err) < 0)
        return -1;
    if (open_database(history, history->path, err) < 0 ||
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
        look_at_file(history, use, &exists, err) == 0 && use_database(history, exists, err) == 0 &&
        store_execute(history, caches[use], err) == 0) {
        *out = history;
        return 0;
    }
    history_close(history);
    return -1;
}

int history_snapshot(struct history *history, struct err *err)
{
    return sqlite3_get_autocommit(history->db) ? store_execute(history, "BEGIN", err) : 0;
}

void history_close(struct history *history)
{
    if (!history)
        return;
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(history->statements[i]);
    if (history->committed && history->version < SCHEMA_VERSION)
        carry_over(history);
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
