/* outparts: an outfile that is split when it is more than its reader takes at once.
 *
 * While all fits into one file, that is NAME. After the first outparts_next there is no NAME: the
 * parts are NAME.0001, NAME.0002 and so on, and all have the permissions that NAME had, else those
 * that NAME.0001 had, else 0600. The commit puts all parts in place or, after a failed write, none;
 * then it removes what an earlier run left: NAME when there are parts now, and parts with higher
 * numbers. So either NAME is there or parts are, and they are of one run. Standard output, devices
 * and pipes are never split. */
#ifndef BOUNCELOG_BASE_OUTPARTS_H
#define BOUNCELOG_BASE_OUTPARTS_H

#include <stdbool.h>

#include "bouncelog/base/outfile.h"

struct outparts;

/* splits: it may be split, unless it is no file, and NAME.0001 and so on belong to it. */
struct outparts *outparts_open(const char *name, bool splits, struct err *err) MUST_CHECK;
void outparts_write(struct outparts *out, sv bytes);
/* The access of all parts: what they have, and what they are to have, as for an outfile. */
struct outfile_access outparts_access(const struct outparts *out);
bool outparts_set_access(struct outparts *out, struct outfile_access access);
/* Can it be split? */
bool outparts_splits(const struct outparts *out);
/* What follows goes to the next part. Errors are remembered and reported by outparts_commit. */
void outparts_next(struct outparts *out);
/* As for an outfile. */
void outparts_finish(struct outparts *out);
int outparts_commit(struct outparts *out, struct err *err) MUST_CHECK;
void outparts_discard(struct outparts *out);

/* Is `file` the name of a part of `name`? Both without their folders. */
bool outparts_is_part(sv name, sv file, uint64_t *number);

#endif
