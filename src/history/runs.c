/* Runs of a history: begun, committed, taken back. A
 * run is one transaction of SQLite. Taking it back puts the rows of `undo` in the place of those
 * that it changed; what is older than the last HISTORY_RUNS_KEPT runs cannot be taken back. */
#include <assert.h>
#include <string.h>

#include "store.h"

int store_step(struct history *history, const char *text, int64_t number, sv bytes, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(history->db, text, -1, &statement, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_int64(statement, 1, number);
        if (sqlite3_bind_parameter_count(statement) > 1)
            store_bind(statement, 2, bytes);
        rc = sqlite3_step(statement);
    }
    int result = rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : store_fail(history, err);
    sqlite3_finalize(statement);
    return result;
}

/* Numbers of the file that outlive its runs. */
static int set_meta(struct history *history, const char *name, int64_t number, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(history->db,
                                "INSERT INTO meta VALUES(?2, CAST(?1 AS BLOB))"
                                " ON CONFLICT DO UPDATE SET value = excluded.value",
                                -1, &statement, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_int64(statement, 1, number);
        sqlite3_bind_text(statement, 2, name, -1, SQLITE_STATIC);
        rc = sqlite3_step(statement);
    }
    int result = rc == SQLITE_DONE ? 0 : store_fail(history, err);
    sqlite3_finalize(statement);
    return result;
}

/* Of each change of the file: run numbers are given again after an undo. */
static int next_generation(struct history *history, struct err *err)
{
    history->generation++;
    return set_meta(history, "generation", history->generation, err);
}

/* Runs before this one cannot be taken back any more. */
static int raise_floor(struct history *history, int64_t run, struct err *err)
{
    int64_t floor;
    if (history_undo_floor(history, &floor, err) < 0)
        return -1;
    return run > floor ? set_meta(history, "undo_from", run, err) : 0;
}

int history_begin(struct history *history, int64_t now, const char *what, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    assert(sqlite3_get_autocommit(history->db)); /* one run at a time */
    if (store_execute(history, "BEGIN IMMEDIATE", err) < 0 ||
        (history->version < SCHEMA_VERSION && history_check_whole(history, err) < 0))
        return -1;
    history->run++;
    int rc =
        sqlite3_prepare_v2(history->db, "INSERT INTO run VALUES(?, ?, ?)", -1, &statement, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_int64(statement, 1, history->run);
        sqlite3_bind_int64(statement, 2, now);
        sqlite3_bind_text(statement, 3, what, -1, SQLITE_STATIC);
        rc = sqlite3_step(statement);
    }
    int result = rc == SQLITE_DONE ? 0 : store_fail(history, err);
    sqlite3_finalize(statement);
    int64_t oldest = history->run - HISTORY_RUNS_KEPT + 1;
    if (result < 0 || next_generation(history, err) < 0 || raise_floor(history, oldest, err) < 0)
        return -1;
    return store_step(history, "DELETE FROM undo WHERE run < ?", oldest, SV_EMPTY, err);
}

int history_flush(struct history *history, struct err *err)
{
    int code = sqlite3_db_cacheflush(history->db);
    if ((code & 0xFF) == SQLITE_BUSY) /* which it does not leave for sqlite3_errcode */
        return err_set(err, ERR_BUSY, "%s: another program holds the history", history->path);
    return code == SQLITE_OK ? 0 : store_fail(history, err);
}

int history_commit(struct history *history, struct err *err)
{
    if (store_execute(history, "COMMIT", err) < 0)
        return -1;
    history->committed = true;
    return 0;
}

int history_each_run(struct history *history,
                     int (*visit)(void *context, const struct history_run *run, struct err *err),
                     void *context, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(history->db, "SELECT id, started, what FROM run ORDER BY id DESC",
                                -1, &statement, NULL);
    int result = rc == SQLITE_OK ? 0 : store_fail(history, err);
    while (result == 0 && (rc = sqlite3_step(statement)) != SQLITE_DONE) {
        if (rc != SQLITE_ROW) {
            result = store_fail(history, err);
            break;
        }
        struct history_run run = {sqlite3_column_int64(statement, 0),
                                  sqlite3_column_int64(statement, 1), store_column(statement, 2)};
        result = visit(context, &run, err);
    }
    sqlite3_finalize(statement);
    return result;
}

static int undo_one(struct history *history, int64_t run, struct err *err)
{
    if (store_step(history, "DELETE FROM item WHERE run = ?", run, SV_EMPTY, err) < 0 ||
        store_step(history,
                   "INSERT INTO item(kind, key, origin, value, run)"
                   " SELECT kind, key, origin, value, old_run FROM undo WHERE run = ?",
                   run, SV_EMPTY, err) < 0 ||
        store_step(history, "DELETE FROM undo WHERE run = ?", run, SV_EMPTY, err) < 0)
        return -1;
    return store_step(history, "DELETE FROM run WHERE id = ?", run, SV_EMPTY, err);
}

int history_undo_floor(struct history *history, int64_t *run, struct err *err)
{
    return store_number(history,
                        "SELECT coalesce(max(CAST(value AS INTEGER)), 1) FROM meta"
                        " WHERE name = 'undo_from'",
                        run, err);
}

int64_t history_last_run(struct history *history)
{
    struct err err;
    int64_t floor, last = history->run - (sqlite3_get_autocommit(history->db) == 0);
    return history_undo_floor(history, &floor, &err) == 0 && last >= floor ? last : 0;
}

int history_undo(struct history *history, int64_t run, struct err *err)
{
    int64_t floor;
    if (history_undo_floor(history, &floor, err) < 0)
        return -1;
    if (run < floor || run > history->run)
        return err_set(err, ERR_USAGE,
                       "%s: run %lld cannot be taken back (see `bouncelog history show`)",
                       history->path, (long long)run);
    if (store_execute(history, "BEGIN IMMEDIATE", err) < 0 || next_generation(history, err) < 0)
        return -1;
    for (; history->run >= run; history->run--)
        if (undo_one(history, history->run, err) < 0)
            return -1;
    return history_commit(history, err);
}

int history_forget_undo(struct history *history, struct err *err)
{
    if (store_execute(history, "DELETE FROM undo", err) < 0)
        return -1;
    return raise_floor(history, history->run + 1, err);
}
