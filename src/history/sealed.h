/* sealed: a VFS of SQLite under which each page of a history ends with a checksum. */
#ifndef BOUNCELOG_HISTORY_SEALED_H
#define BOUNCELOG_HISTORY_SEALED_H

#include <sqlite3.h>
#include <stdint.h>

#include "bouncelog/base/err.h"

/* Bytes that SQLite leaves free at the end of each page ("reserved": byte 20 of the file). */
enum { SEAL_BYTES = 8 };

/* The name of the VFS, for sqlite3_open_v2; NULL: there is none. */
const char *sealed_vfs(void);
/* The first page that did not fit its checksum since the database was opened; 0: none. */
int64_t sealed_bad_page(sqlite3 *db);
/* Reads every page; SQLITE_CORRUPT: one does not fit, see sealed_bad_page. The caller holds a
 * transaction, so that nobody writes meanwhile. */
int sealed_read_all(sqlite3 *db, int64_t page_size, int64_t page_count);

#endif
