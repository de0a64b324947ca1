/* Gives the mails of a Maildir, an mbox or a file one after the other.
 *
 * One buffer for what was read, one for the mail: neither grows with the mailbox. An mbox is cut at
 * its From_ lines (RFC 4155), which are told from a text by the empty line before them and by the
 * time in them. */
#include "bouncelog/notify/mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/notify/notice.h"
#include "maildir.h"

enum { CHUNK = 64 * 1024 };

enum mailbox_kind { MAILBOX_FILE, MAILBOX_MBOX, MAILBOX_MAILDIR };

struct mailbox {
    const char *path;
    enum mailbox_kind kind;
    int fd; /* of the file that is being read; -1: none */
    bool ended, failed;
    char chunk[CHUNK];
    size_t at, end;    /* what of it is still to be read */
    bool line_started; /* the chunk goes on in the middle of a line */
    struct buf mail, name;
    bool cut, from_seen; /* the From_ line of the next mail was read */
    uint64_t number, gone;
    struct maildir *maildir;
};

static int cannot(struct mailbox *mailbox, sv name, const char *what, struct err *err)
{
    mailbox->ended = true;
    return err_set(err, ERR_INPUT, "%.*s: cannot %s: %s", SV_FMT(name), what, strerror(errno));
}

static sv name_of(const char *path)
{
    return strcmp(path, "-") == 0 ? SV("standard input") : sv_from(path);
}

/* More bytes behind those that are left; 0: there are none. */
static int fill(struct mailbox *mailbox, sv name, struct err *err)
{
    if (mailbox->ended)
        return 0;
    memmove(mailbox->chunk, mailbox->chunk + mailbox->at, mailbox->end - mailbox->at);
    mailbox->end -= mailbox->at;
    mailbox->at = 0;
    ssize_t got;
    do
        got = read(mailbox->fd, mailbox->chunk + mailbox->end, CHUNK - mailbox->end);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return cannot(mailbox, name, "read", err);
    mailbox->ended = got == 0;
    mailbox->end += (size_t)got;
    return got > 0;
}

static void add(struct mailbox *mailbox, sv bytes)
{
    size_t room = NOTICE_MAIL_MAX - mailbox->mail.len;
    mailbox->cut |= bytes.len > room;
    buf_add(&mailbox->mail, sv_sub(bytes, 0, room));
}

/* All that is left of the file that is open. */
static int read_file(struct mailbox *mailbox, sv name, struct err *err)
{
    int rc = 1;
    do {
        add(mailbox, sv_make(mailbox->chunk + mailbox->at, mailbox->end - mailbox->at));
        mailbox->at = mailbox->end;
    } while (!mailbox->cut && (rc = fill(mailbox, name, err)) > 0);
    return rc < 0 ? -1 : 1;
}

static void start_file(struct mailbox *mailbox, int fd)
{
    mailbox->fd = fd;
    mailbox->ended = false;
    mailbox->at = mailbox->end = 0;
}

/* "From joe@example.com Sun Nov 22 03:11:09 2026" */
static bool is_from_line(sv line)
{
    if (!sv_starts(line, SV("From ")))
        return false;
    for (size_t i = 5; i + 5 <= line.len; i++)
        if (is_digit(line.ptr[i]) && is_digit(line.ptr[i + 1]) && line.ptr[i + 2] == ':' &&
            is_digit(line.ptr[i + 3]) && is_digit(line.ptr[i + 4]))
            return true;
    return false;
}

static sv without_quote(sv line)
{
    size_t at = 0;
    while (at < line.len && line.ptr[at] == '>')
        at++;
    return at && sv_starts(sv_skip(line, at), SV("From ")) ? sv_skip(line, 1) : line;
}

/* A line with its end, or as much of a very long one as fits; empty: there is no more. */
static int next_line(struct mailbox *mailbox, sv *line, struct err *err)
{
    for (;;) {
        sv left = sv_make(mailbox->chunk + mailbox->at, mailbox->end - mailbox->at);
        size_t newline = sv_find_byte(left, '\n');
        if (newline != SV_NPOS || left.len == CHUNK || mailbox->ended) {
            *line = sv_sub(left, 0, newline == SV_NPOS ? left.len : newline + 1);
            mailbox->at += line->len;
            return 0;
        }
        if (fill(mailbox, name_of(mailbox->path), err) < 0)
            return -1;
    }
}

static int read_mbox(struct mailbox *mailbox, struct err *err)
{
    bool begun = mailbox->from_seen, blank = true, starts = true;
    sv line;
    mailbox->from_seen = false;
    for (;;) {
        if (next_line(mailbox, &line, err) < 0)
            return -1;
        if (!line.len)
            return begun;
        if (starts && blank && (is_from_line(line) || (!begun && sv_starts(line, SV("From "))))) {
            mailbox->from_seen = begun;
            if (begun)
                return 1;
            begun = true;
        } else {
            add(mailbox, starts ? without_quote(line) : line);
        }
        blank = starts && (line.ptr[0] == '\n' || (line.len == 2 && line.ptr[0] == '\r'));
        starts = line.ptr[line.len - 1] == '\n';
    }
}

/* The next file of a Maildir that is still there. */
static int next_file(struct mailbox *mailbox, struct err *err)
{
    for (;;) {
        int fd = maildir_next(mailbox->maildir, &mailbox->name);
        if (fd == MAILDIR_END)
            return 0;
        if (fd == MAILDIR_GONE) {
            mailbox->gone++;
            continue;
        }
        if (fd == MAILDIR_OTHER)
            continue;
        if (fd < 0) {
            sv name = buf_sv(&mailbox->name);
            return cannot(mailbox, name, "open", err);
        }
        start_file(mailbox, fd);
        int rc = read_file(mailbox, buf_sv(&mailbox->name), err);
        close(fd);
        mailbox->fd = -1;
        return rc;
    }
}

int mailbox_next(struct mailbox *mailbox, struct mail *mail, struct err *err)
{
    int rc = 0;
    buf_clear(&mailbox->mail);
    mailbox->cut = false;
    if (mailbox->kind == MAILBOX_MAILDIR)
        rc = next_file(mailbox, err);
    else if (mailbox->failed)
        return 0;
    else if (mailbox->kind == MAILBOX_MBOX)
        rc = read_mbox(mailbox, err);
    else if (!mailbox->number)
        rc = read_file(mailbox, name_of(mailbox->path), err);
    mailbox->failed |= rc < 0;
    if (rc <= 0)
        return rc;
    mailbox->number++;
    bool folder = mailbox->kind == MAILBOX_MAILDIR;
    *mail = (struct mail){.bytes = buf_sv(&mailbox->mail),
                          .cut = mailbox->cut,
                          .file = folder ? buf_sv(&mailbox->name) : name_of(mailbox->path),
                          .number = mailbox->kind == MAILBOX_MBOX ? mailbox->number : 0};
    return 1;
}

/* Is it an mbox? The first bytes say. */
static int look(struct mailbox *mailbox, struct err *err)
{
    while (mailbox->end < 5)
        if (fill(mailbox, name_of(mailbox->path), err) <= 0)
            break;
    if (mailbox->ended && mailbox->end == mailbox->at && err->kind != ERR_NONE)
        return -1;
    bool from = sv_starts(sv_make(mailbox->chunk, mailbox->end), SV("From "));
    mailbox->kind = from ? MAILBOX_MBOX : MAILBOX_FILE;
    return 0;
}

struct mailbox *mailbox_open(const char *path, struct err *err)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    struct mailbox *mailbox = mem_zero(1, sizeof *mailbox);
    mailbox->path = path;
    mailbox->fd = -1;
    *err = (struct err){.kind = ERR_NONE};
    int rc = 0;
    if (fd < 0 || fstat(fd, &info) != 0) {
        rc = cannot(mailbox, name_of(path), "open", err);
    } else if (S_ISDIR(info.st_mode)) {
        mailbox->kind = MAILBOX_MAILDIR;
        mailbox->maildir = maildir_open(fd, path, err);
        rc = mailbox->maildir ? 0 : -1;
    } else {
        start_file(mailbox, fd);
        rc = look(mailbox, err);
    }
    if (mailbox->fd < 0 && fd > STDIN_FILENO)
        close(fd);
    if (rc == 0)
        return mailbox;
    mailbox_close(mailbox);
    return NULL;
}

uint64_t mailbox_gone(const struct mailbox *mailbox)
{
    return mailbox->gone;
}

uint64_t mailbox_left_out(const struct mailbox *mailbox)
{
    return mailbox->maildir ? maildir_left_out(mailbox->maildir) : 0;
}

void mailbox_close(struct mailbox *mailbox)
{
    if (!mailbox)
        return;
    if (mailbox->fd > STDIN_FILENO)
        close(mailbox->fd);
    maildir_close(mailbox->maildir);
    buf_release(&mailbox->mail);
    buf_release(&mailbox->name);
    mem_free(mailbox);
}
