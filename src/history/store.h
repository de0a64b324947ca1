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
    SQL_EACH_UNORDERED,
    SQL_EACH_KEY,
    SQL_EACH_OF,
    SQL_EACH_KEPT,
    SQL_PUT_KEPT,
    SQL_REMOVE_KEPT,
    SQL_COUNT
};

/* "Blog" in ASCII, so that file(1) and we know it. Version 2 has checksums (sealed.h). */
enum { APPLICATION_ID = 0x426C6F67, SCHEMA_VERSION = 2 };

struct history {
    sqlite3 *db;
    sqlite3_stmt *statements[SQL_COUNT];
    char *path;
    int version;        /* of the file */
    bool committed;     /* something was */
    enum item_kind at;  /* what is being looked at; 0: none of them */
    int lock;           /* -1: none is held */
    int64_t generation; /* how often the file was changed */
    int64_t run;        /* the one under way, or the last one */
    char origin[ORIGIN_BYTES];
};

/* Statements without parameters and results. */
int store_execute(struct history *history, const char *sql, struct err *err) MUST_CHECK;
/* One statement, of a number and, where it asks for them, some bytes. */
int store_step(struct history *history, const char *sql, int64_t number, sv bytes,
               struct err *err) MUST_CHECK;
/* What SQLite says, with the file's name in front. -1. */
int store_fail(const struct history *history, struct err *err);
/* Is the file, if it is there, a history that we know, and what stands beside it no trap? Sets its
 * version. */
int look_at_file(struct history *history, enum history_use use, bool *exists,
                 struct err *err) MUST_CHECK;
/* Makes FILE.new, empty, anew, and gives its name. NULL: it cannot be made. */
const char *new_file(const struct history *history, struct buf *name, struct err *err);
/* Gives the file of an earlier version its checksums, by a copy that takes its place. Where that
 * cannot be done, for lack of room or of rights, it stays as it is. */
void carry_over(struct history *history);
/* One number that a query gives; `otherwise` when it gives none. */
int store_number(struct history *history, const char *sql, int64_t *number,
                 struct err *err) MUST_CHECK;
void store_bind(sqlite3_stmt *statement, int index, sv bytes);
sv store_column(sqlite3_stmt *statement, int index);

#endif
