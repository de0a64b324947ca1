/* outfile: a file that appears whole or not at all.
 *
 * Bytes go to a new file beside the target (O_EXCL, mode 0600 unless the target exists: then with
 * its mode and its group), which is synced and renamed over the target by outfile_commit. Until
 * then the old file stays. "-" (standard output), devices and pipes are written through and cannot
 * be taken back. */
#ifndef BOUNCELOG_BASE_OUTFILE_H
#define BOUNCELOG_BASE_OUTFILE_H

#include <stdio.h>
#include <sys/types.h>

#include "bouncelog/base/err.h"
#include "bouncelog/base/packer.h"
#include "bouncelog/base/sv.h"

struct outfile;

/* Is it "-"? */
bool outfile_is_stdout(const char *path);

/* NULL and *err on failure; a target that exists and is no regular file is refused. */
struct outfile *outfile_open(const char *path, struct err *err) MUST_CHECK;
/* Bytes go straight to standard output, a device or a pipe. */
bool outfile_is_direct(const struct outfile *out);
/* The same; a new file may be read by everybody (mode 0644). */
struct outfile *outfile_open_public(const char *path, struct err *err) MUST_CHECK;
/* All that is written from now on is compressed; before the first write. */
void outfile_pack(struct outfile *out, enum packing packing);
/* Errors are remembered and reported by outfile_commit. */
void outfile_write(struct outfile *out, sv bytes);
/* After this all bytes are on the disk, or the failure is remembered: what is left to the commit is
 * the rename, so that several files can appear as good as together. */
void outfile_finish(struct outfile *out);
bool outfile_failed(const struct outfile *out);
/* The commit shall put it at another path of the same folder; what stands there and is no regular
 * file is refused. */
int outfile_retarget(struct outfile *out, const char *path, struct err *err) MUST_CHECK;
/* Who may read a file: its mode and its group. */
struct outfile_access {
    mode_t mode;
    gid_t group; /* (gid_t)-1: that of whoever makes it */
};
/* Of the file there; false: there is no regular one. */
bool outfile_access_of(const char *path, struct outfile_access *access);
/* Other than those of the file that it replaces. False: this user may not give the group (errno),
 * and the group that the file then has gets no permission. */
bool outfile_set_access(struct outfile *out, struct outfile_access access);
/* Both free the outfile. */
int outfile_commit(struct outfile *out, struct err *err) MUST_CHECK;
void outfile_discard(struct outfile *out);

/* Removes the new files of all that are open; for a signal handler, after which nothing is
 * committed any more. */
void outfile_abandon_all(void);

#endif
