/* maildir: the files of new/ and cur/ of a Maildir, by name. No link is followed. */
#ifndef BOUNCELOG_NOTIFY_MAILDIR_H
#define BOUNCELOG_NOTIFY_MAILDIR_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/err.h"

struct maildir;

/* fd: of the folder, which stays the caller's. NULL: it has neither new/ nor cur/, or one of them
 * cannot be read. The path must live as long. */
struct maildir *maildir_open(int fd, const char *path, struct err *err) MUST_CHECK;

enum { MAILDIR_FAILED = -1, MAILDIR_END = -2, MAILDIR_GONE = -3, MAILDIR_OTHER = -4 };

/* The next file, open for reading, and its name; MAILDIR_GONE: it is not there any more,
 * MAILDIR_OTHER: it is no regular file, MAILDIR_FAILED: errno says why. */
int maildir_next(struct maildir *maildir, struct buf *name);
uint64_t maildir_left_out(const struct maildir *maildir);
void maildir_close(struct maildir *maildir);

#endif
