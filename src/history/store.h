/* store: what the files of this room share: the open file and its statements. */
#ifndef BOUNCELOG_HISTORY_STORE_H
#define BOUNCELOG_HISTORY_STORE_H

#include <sqlite3.h>

#include "bouncelog/history/history.h"

enum statement {
    SQL_GET,
    SQL_PUT,
    SQL_REMOVE,
    SQL_KEEP, /* what an item was before this run */
    SQL_EACH,
    SQL_EACH_KEY,
    SQL_EACH_OF,
    SQL_COUNT
};

struct history {
    sqlite3 *db;
    sqlite3_stmt *statements[SQL_COUNT];
    char *path;
    int lock;           /* -1: none is held */
    int64_t generation; /* how often the file was changed */
    int64_t run;        /* the one under way, or the last one */
    char origin[ORIGIN_BYTES];
};

/* Statements without parameters and results. */
int store_execute(struct history *history, const char *sql, struct err *err) MUST_CHECK;
/* What SQLite says, with the file's name in front. -1. */
int store_fail(const struct history *history, struct err *err);
/* One number that a query gives; `otherwise` when it gives none. */
int store_number(struct history *history, const char *sql, int64_t *number,
                 struct err *err) MUST_CHECK;
void store_bind(sqlite3_stmt *statement, int index, sv bytes);
sv store_column(sqlite3_stmt *statement, int index);

#endif
