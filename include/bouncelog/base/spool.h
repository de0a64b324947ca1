/* spool: bytes that are set aside on the disk until it is known where they go.
 *
 * They are in a file without a name, which is gone with the process however it ends. It is made in
 * the folder in which they will be kept, so that a full disk shows before they are. Thread: one. */
#ifndef BOUNCELOG_BASE_SPOOL_H
#define BOUNCELOG_BASE_SPOOL_H

#include <stdint.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/err.h"

struct spool;

/* Beside that path. NULL and *err (ERR_OUTPUT) on failure. */
struct spool *spool_open(const char *path, struct err *err) MUST_CHECK;
/* How much is there: where the next bytes go. */
int64_t spool_size(const struct spool *spool);
int spool_add(struct spool *spool, sv bytes, struct err *err) MUST_CHECK;
/* Appends `len` bytes from `at` on; all of them are there. */
int spool_read(struct spool *spool, int64_t at, size_t len, struct buf *out,
               struct err *err) MUST_CHECK;
/* NULL is nothing. */
void spool_free(struct spool *spool);

#endif
