/* mailbox: the mails of a Maildir, an mbox, a file or standard input, one after the other.
 *
 *   a folder with cur/ or new/    Maildir (https://cr.yp.to/proto/maildir.html): the files of new/,
 *                                 then of cur/, by name
 *   a file that begins "From "    mbox (RFC 4155): a mail begins at a line "From ... 03:11 ...",
 *                                 the first one or one behind an empty line; ">From " and
 *                                 ">>From " lose one ">" (mboxrd)
 *   any other file                one mail
 *
 * It only reads: nothing is moved, marked, locked or removed. No link in a Maildir is followed, so
 * that none leads out of it; what is no regular file there is left alone. A file that has gone by
 * the time of its turn (a mail reader moved it) is counted, and no error.
 * Memory: one mail and the names of a folder. Thread: one. */
#ifndef BOUNCELOG_NOTIFY_MAILBOX_H
#define BOUNCELOG_NOTIFY_MAILBOX_H

#include "bouncelog/base/err.h"
#include "bouncelog/base/sv.h"

enum { MAILBOX_FILES_MAX = 2000000 };

struct mail {
    sv bytes; /* until the next call; of a mail longer than NOTICE_MAIL_MAX, its beginning... */
    bool cut; /* ...and this */
    sv file;  /* as a message names it; until the next call */
    uint64_t number; /* 1 for the first of an mbox; 0: the file is one mail */
};

struct mailbox;

/* path "-": standard input. ERR_INPUT: it is not there, cannot be read, or is a folder and no
 * Maildir. NULL then. */
struct mailbox *mailbox_open(const char *path, struct err *err) MUST_CHECK;
/* 1: *mail is the next one; 0: there are no more; -1: something cannot be read (ERR_INPUT), and the
 * next call goes on behind it. */
int mailbox_next(struct mailbox *mailbox, struct mail *mail, struct err *err) MUST_CHECK;
/* Files that had gone, and files of a Maildir beyond MAILBOX_FILES_MAX, which are not read. */
uint64_t mailbox_gone(const struct mailbox *mailbox);
uint64_t mailbox_left_out(const struct mailbox *mailbox);
void mailbox_close(struct mailbox *mailbox);

#endif
