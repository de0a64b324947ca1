/* Items of a history: put, got, walked over, by statements that are prepared once. Before a run
 * changes an item for the first time, what it was goes into `undo` (SQL_KEEP); a second change
 * in the same run keeps nothing. SQLite's errors become ours in one place, store_fail: damaged,
 * busy, or the words of the library. */
#include "store.h"

#include <assert.h>
#include <string.h>

#include "sealed.h"

static const char *const sql[SQL_COUNT] = {
    [SQL_GET] = ("SELECT value FROM item WHERE kind = ?1 AND key = ?2 AND origin = ?3"),
    [SQL_PUT] = ("INSERT INTO item(kind, key, origin, value, run) VALUES(?1, ?2, ?3, ?4, ?5)"
                 " ON CONFLICT(kind, key, origin) DO UPDATE"
                 " SET value = excluded.value, run = excluded.run"),
    [SQL_REMOVE] = ("DELETE FROM item WHERE kind = ?1 AND key = ?2 AND origin = ?3"),
    [SQL_KEEP] = ("INSERT OR IGNORE INTO undo(run, kind, key, origin, value, old_run)"
                  " SELECT ?4, kind, key, origin, value, run FROM item"
                  " WHERE kind = ?1 AND key = ?2 AND origin = ?3 AND run < ?4"),
    [SQL_EACH] = ("SELECT key, origin, value, 0 FROM item WHERE kind = ?1 ORDER BY key, origin"),
    /* + keeps it from the index: a walk over the table alone costs a third. */
    [SQL_EACH_UNORDERED] = ("SELECT key, origin, value, 0 FROM item WHERE +kind = ?1"),
    [SQL_EACH_KEY] = ("SELECT key, origin, x'', 0 FROM item WHERE kind = ?1 ORDER BY key, origin"),
    [SQL_EACH_OF] = ("SELECT key, origin, value, 0 FROM item WHERE kind = ?1 AND key = ?2"
                     " ORDER BY origin"),
    [SQL_EACH_KEPT] = ("SELECT key, origin, value, run FROM undo WHERE kind = ?1"
                       " ORDER BY run, key, origin"),
    [SQL_PUT_KEPT] = ("UPDATE undo SET value = ?5"
                      " WHERE kind = ?1 AND key = ?2 AND origin = ?3 AND run = ?4"),
    [SQL_REMOVE_KEPT] = ("DELETE FROM undo"
                         " WHERE kind = ?1 AND key = ?2 AND origin = ?3 AND run = ?4"),
};

static const char *const names[] = {
    [ITEM_STREAM] = "where a log was read to",
    [ITEM_FILE] = "which file was read",
    [ITEM_DAY] = "the counters of a day",
    [ITEM_ADDRESS] = "evidence",
    [ITEM_DOMAIN] = "evidence",
    [ITEM_LEDGER] = "open messages",
    [ITEM_ALLOW] = "the allow list",
    [ITEM_SENDERS] = "envelope senders",
    [ITEM_ORIGIN] = "what was merged",
    [ITEM_ACTIVITY] = "the counters of a day",
    [ITEM_DUPLICATES] = "the latest events",
    [ITEM_TOTALS] = "the totals",
    [ITEM_COUNTING] = "which mail counts",
    [ITEM_JOURNAL] = "where a journal was read to",
    [ITEM_BRAKE] = "the brake",
    [ITEM_SENT] = "the deliveries of a day",
    [ITEM_TAKEN] = "the deliveries that were taken back",
    [ITEM_SHARE] = "how much of a log is of a mail log",
};

/* Where it was met. */
static const char *name_of(enum item_kind kind)
{
    const char *name = (size_t)kind < sizeof names / sizeof *names ? names[kind] : NULL;
    return name ? name : "the file itself";
}

int store_fail(const struct history *history, struct err *err)
{
    int code = sqlite3_errcode(history->db) & 0xFF;
    const char *what = sqlite3_errmsg(history->db);
    int64_t page = sealed_bad_page(history->db);
    if (page)
        return err_set(
            err, ERR_HISTORY,
            "%s: is damaged: page %lld (%s) does not fit its checksum: the disk, or "
            "another program, changed it; it was not touched: restore it from a copy, or "
            "move it away to begin anew",
            history->path, (long long)page, name_of(history->at));
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
        return err_set(err, ERR_HISTORY,
                       "%s: is damaged, or no history (%s); it was not touched: restore it from a "
                       "copy, or move it away to begin anew",
                       history->path, what);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return err_set(err, ERR_BUSY, "%s: another program holds the history (%s)", history->path,
                       what);
    return err_set(err, ERR_HISTORY, "%s: %s", history->path, what);
}

int store_execute(struct history *history, const char *statements, struct err *err)
{
    return sqlite3_exec(history->db, statements, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : store_fail(history, err);
}

int store_number(struct history *history, const char *query, int64_t *number, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(history->db, query, -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    *number = rc == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        store_fail(history, err);
        sqlite3_finalize(statement);
        return -1;
    }
    sqlite3_finalize(statement);
    return 0;
}

void store_bind(sqlite3_stmt *statement, int index, sv bytes)
{
    /* The bytes outlive the step; a zero-length blob must not be NULL. */
    sqlite3_bind_blob64(statement, index, bytes.len ? bytes.ptr : "", bytes.len, SQLITE_STATIC);
}

sv store_column(sqlite3_stmt *statement, int index)
{
    const void *bytes = sqlite3_column_blob(statement, index);
    int len = sqlite3_column_bytes(statement, index);
    return bytes && len > 0 ? sv_make(bytes, (size_t)len) : SV_EMPTY;
}

static sqlite3_stmt *prepared(struct history *history, enum statement which, struct err *err)
{
    sqlite3_stmt **statement = &history->statements[which];
    if (!*statement && sqlite3_prepare_v3(history->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT,
                                          statement, NULL) != SQLITE_OK) {
        store_fail(history, err);
        return NULL;
    }
    sqlite3_reset(*statement);
    return *statement;
}

static sqlite3_stmt *of_item(struct history *history, enum statement which, enum item_kind kind,
                             sv key, sv origin, struct err *err)
{
    sqlite3_stmt *statement = prepared(history, which, err);
    history->at = kind;
    if (!statement)
        return NULL;
    sqlite3_bind_int(statement, 1, (int)kind);
    store_bind(statement, 2, key);
    store_bind(statement, 3, origin);
    return statement;
}

static int finish(struct history *history, sqlite3_stmt *statement, struct err *err)
{
    int rc = sqlite3_step(statement);
    int result = rc == SQLITE_DONE ? 0 : store_fail(history, err);
    sqlite3_reset(statement);
    return result;
}

static int keep_old(struct history *history, enum item_kind kind, sv key, sv origin,
                    struct err *err)
{
    sqlite3_stmt *keep = of_item(history, SQL_KEEP, kind, key, origin, err);
    if (!keep)
        return -1;
    sqlite3_bind_int64(keep, 4, history->run);
    return finish(history, keep, err);
}

int history_put(struct history *history, enum item_kind kind, sv key, sv origin, sv value,
                bool is_new, struct err *err)
{
    assert(!sqlite3_get_autocommit(history->db)); /* items change within a run */
    if (!is_new && keep_old(history, kind, key, origin, err) < 0)
        return -1;
    sqlite3_stmt *put = of_item(history, SQL_PUT, kind, key, origin, err);
    if (!put)
        return -1;
    store_bind(put, 4, value);
    sqlite3_bind_int64(put, 5, history->run);
    return finish(history, put, err);
}

int history_remove(struct history *history, enum item_kind kind, sv key, sv origin, struct err *err)
{
    assert(!sqlite3_get_autocommit(history->db));
    if (keep_old(history, kind, key, origin, err) < 0)
        return -1;
    sqlite3_stmt *statement = of_item(history, SQL_REMOVE, kind, key, origin, err);
    return statement ? finish(history, statement, err) : -1;
}

int history_get(struct history *history, enum item_kind kind, sv key, sv origin, struct buf *value,
                struct err *err)
{
    sqlite3_stmt *statement = of_item(history, SQL_GET, kind, key, origin, err);
    if (!statement)
        return -1;
    int rc = sqlite3_step(statement);
    buf_clear(value);
    if (rc == SQLITE_ROW)
        buf_add(value, store_column(statement, 0));
    else if (rc != SQLITE_DONE)
        store_fail(history, err);
    sqlite3_reset(statement);
    return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

static int walk(struct history *history, sqlite3_stmt *statement, item_visitor *visit,
                void *context, struct err *err)
{
    int rc, result = 0;
    while (result == 0 && (rc = sqlite3_step(statement)) != SQLITE_DONE) {
        if (rc != SQLITE_ROW) {
            result = store_fail(history, err);
            break;
        }
        struct item item = {store_column(statement, 0), store_column(statement, 1),
                            store_column(statement, 2), sqlite3_column_int64(statement, 3)};
        result = visit(context, &item, err);
    }
    sqlite3_reset(statement);
    return result;
}

static int each(struct history *history, enum statement which, enum item_kind kind,
                item_visitor *visit, void *context, struct err *err)
{
    sqlite3_stmt *statement = prepared(history, which, err);
    history->at = kind;
    if (!statement)
        return -1;
    sqlite3_bind_int(statement, 1, (int)kind);
    return walk(history, statement, visit, context, err);
}

int history_each(struct history *history, enum item_kind kind, item_visitor *visit, void *context,
                 struct err *err)
{
    return each(history, SQL_EACH, kind, visit, context, err);
}

int history_each_unordered(struct history *history, enum item_kind kind, item_visitor *visit,
                           void *context, struct err *err)
{
    return each(history, SQL_EACH_UNORDERED, kind, visit, context, err);
}

int history_each_key(struct history *history, enum item_kind kind, item_visitor *visit,
                     void *context, struct err *err)
{
    return each(history, SQL_EACH_KEY, kind, visit, context, err);
}

int history_each_kept(struct history *history, enum item_kind kind, item_visitor *visit,
                      void *context, struct err *err)
{
    return each(history, SQL_EACH_KEPT, kind, visit, context, err);
}

int history_put_kept(struct history *history, enum item_kind kind, const struct item *item,
                     struct err *err)
{
    assert(!sqlite3_get_autocommit(history->db));
    sqlite3_stmt *put = of_item(history, SQL_PUT_KEPT, kind, item->key, item->origin, err);
    if (!put)
        return -1;
    sqlite3_bind_int64(put, 4, item->run);
    store_bind(put, 5, item->value);
    return finish(history, put, err);
}

int history_remove_kept(struct history *history, enum item_kind kind, const struct item *item,
                        struct err *err)
{
    assert(!sqlite3_get_autocommit(history->db));
    sqlite3_stmt *remove = of_item(history, SQL_REMOVE_KEPT, kind, item->key, item->origin, err);
    if (!remove)
        return -1;
    sqlite3_bind_int64(remove, 4, item->run);
    return finish(history, remove, err);
}

int history_each_of(struct history *history, enum item_kind kind, sv key, item_visitor *visit,
                    void *context, struct err *err)
{
    sqlite3_stmt *statement = prepared(history, SQL_EACH_OF, err);
    history->at = kind;
    if (!statement)
        return -1;
    sqlite3_bind_int(statement, 1, (int)kind);
    store_bind(statement, 2, key);
    return walk(history, statement, visit, context, err);
}
