/* Lists a Maildir and opens its files (https://cr.yp.to/proto/maildir.html).
 *
 * The folders are opened once, and files by their names in them, never through a link: whoever may
 * write into a Maildir cannot have another file read. Names are sorted, so that the same mails come
 * in the same order; they begin with the time of delivery. */
#include "maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/arena.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/notify/mailbox.h"

enum { FOLDERS = 2 };
static const char *const folder_names[FOLDERS] = {"new", "cur"};

struct folder {
    int fd; /* -1: it is not there */
    char **names;
    size_t count;
};

struct maildir {
    const char *path;
    struct folder folders[FOLDERS];
    size_t folder, at;
    uint64_t left_out;
    struct arena arena;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list(struct maildir *maildir, struct folder *folder)
{
    int fd = dup(folder->fd);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    struct dirent *entry;
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        if (folder->count == MAILBOX_FILES_MAX) {
            maildir->left_out++;
            continue;
        }
        size_t size = strlen(entry->d_name) + 1;
        char *name = arena_alloc(&maildir->arena, size);
        memcpy(name, entry->d_name, size);
        folder->names = mem_room(folder->names, folder->count, sizeof *folder->names);
        folder->names[folder->count++] = name;
    }
    closedir(dir);
    if (folder->count)
        qsort(folder->names, folder->count, sizeof *folder->names, by_name);
    return 0;
}

struct maildir *maildir_open(int fd, const char *path, struct err *err)
{
    struct maildir *maildir = mem_zero(1, sizeof *maildir);
    bool there = false, failed = false;
    maildir->path = path;
    for (size_t i = 0; i < FOLDERS; i++) {
        struct folder *folder = &maildir->folders[i];
        folder->fd = openat(fd, folder_names[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        there |= folder->fd >= 0;
        if (!failed && ((folder->fd < 0 && errno != ENOENT) ||
                        (folder->fd >= 0 && list(maildir, folder) < 0))) {
            failed = true;
            err_set(err, ERR_INPUT, "%s/%s: cannot open: %s", path, folder_names[i],
                    strerror(errno));
        }
    }
    if (there && !failed)
        return maildir;
    if (!failed)
        err_set(err, ERR_INPUT, "%s: a folder without new/ and cur/ is no Maildir", path);
    maildir_close(maildir);
    return NULL;
}

int maildir_next(struct maildir *maildir, struct buf *name)
{
    while (maildir->folder < FOLDERS && maildir->at == maildir->folders[maildir->folder].count) {
        maildir->folder++;
        maildir->at = 0;
    }
    if (maildir->folder == FOLDERS)
        return MAILDIR_END;
    struct folder *folder = &maildir->folders[maildir->folder];
    const char *file = folder->names[maildir->at++];
    buf_clear(name);
    buf_printf(name, "%s/%s/%s", maildir->path, folder_names[maildir->folder], file);
    /* Not to be held up by a named pipe. */
    int fd = openat(folder->fd, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat info;
    if (fd < 0)
        return errno == ENOENT ? MAILDIR_GONE : errno == ELOOP ? MAILDIR_OTHER : MAILDIR_FAILED;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
        return fd;
    close(fd);
    return MAILDIR_OTHER;
}

uint64_t maildir_left_out(const struct maildir *maildir)
{
    return maildir->left_out;
}

void maildir_close(struct maildir *maildir)
{
    if (!maildir)
        return;
    for (size_t i = 0; i < FOLDERS; i++) {
        if (maildir->folders[i].fd >= 0)
            close(maildir->folders[i].fd);
        mem_free(maildir->folders[i].names);
    }
    arena_release(&maildir->arena);
    mem_free(maildir);
}
