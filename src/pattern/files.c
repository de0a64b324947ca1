/* Finds and reads the pattern files: a site's folder, then another folder or those built in.
 *
 * In each the folder itself, mta/ and replies/, sorted by name whatever the locale says. */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/pattern/patterns.h"
#include "embedded.h"

enum { FILE_BYTES_MAX = 8 * 1024 * 1024 };

static void append(struct pattern_files *files, struct pattern_file file)
{
    files->list = mem_room(files->list, files->count, sizeof *files->list);
    files->list[files->count++] = file;
}

static const char *keep_name(struct arena *arena, const char *name)
{
    size_t size = strlen(name) + 1;
    char *copy = arena_alloc(arena, size);
    memcpy(copy, name, size);
    return copy;
}

static int read_all(int fd, const char *path, struct buf *text, struct err *err)
{
    for (;;) {
        buf_reserve(text, 64 * 1024);
        ssize_t got = read(fd, text->ptr + text->len, text->cap - text->len);
        if (got == 0)
            return 0;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, ERR_CONFIG, "%s: cannot read: %s", path, strerror(errno));
        text->len += (size_t)got;
        if (text->len > FILE_BYTES_MAX)
            return err_set(err, ERR_CONFIG, "%s: too large for a pattern file", path);
    }
}

int files_add(struct pattern_files *files, const char *path, bool site, struct arena *arena,
              struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    if (fd < 0)
        return err_set(err, ERR_CONFIG, "%s: cannot open: %s", path, strerror(errno));
    struct buf text = {0};
    int rc;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        rc = err_set(err, ERR_CONFIG, "%s: not a regular file", path);
    else
        rc = read_all(fd, path, &text, err);
    close(fd);
    if (rc == 0)
        append(files, (struct pattern_file){keep_name(arena, path),
                                            arena_copy(arena, buf_sv(&text)), false, site, false});
    buf_release(&text);
    return rc;
}

static int is_yaml(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && (sv_ends(sv_from(entry->d_name), SV(".yaml")) ||
                                       sv_ends(sv_from(entry->d_name), SV(".yml")));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name); /* not alphasort, which follows the locale */
}

static int collect_folder(struct pattern_files *files, const char *dir, const char *below,
                          bool site, struct arena *arena, struct err *err)
{
    struct buf path = {0};
    struct dirent **entries;
    buf_printf(&path, "%s%s", dir, below);
    int count = scandir(buf_cstr(&path), &entries, is_yaml, by_name);
    if (count < 0) {
        mem_check(errno);
        int rc = below[0] && errno == ENOENT ? 0
                                             : err_set(err, ERR_CONFIG, "%s: cannot open: %s",
                                                       buf_cstr(&path), strerror(errno));
        buf_release(&path);
        return rc;
    }
    int rc = 0;
    for (int i = 0; i < count; i++) {
        buf_clear(&path);
        buf_printf(&path, "%s%s/%s", dir, below, entries[i]->d_name);
        if (rc == 0)
            rc = files_add(files, buf_cstr(&path), site, arena, err);
        free(entries[i]); /* scandir's own, by malloc */
    }
    free(entries);
    buf_release(&path);
    return rc;
}

static int collect_tree(struct pattern_files *files, const char *dir, bool site,
                        struct arena *arena, struct err *err)
{
    static const char *const folders[] = {"", "/mta", "/replies"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (collect_folder(files, dir, folders[i], site, arena, err) < 0)
            return -1;
    return 0;
}

int files_collect(struct pattern_files *files, const struct patterns_options *options,
                  struct arena *arena, struct err *err)
{
    const char *dir = options->dir, *extra = options->extra;
    if (extra && collect_tree(files, extra, true, arena, err) < 0)
        return -1;
    if (dir)
        return collect_tree(files, dir, false, arena, err);
    for (const struct embedded_file *file = embedded_files; file->name; file++) {
        struct buf name = {0};
        if (!options->notices && strcmp(file->name, "notices.yaml") == 0)
            continue; /* it takes longer to read than all others, and logs hold no mails */
        buf_printf(&name, "patterns/%s", file->name);
        append(files, (struct pattern_file){keep_name(arena, buf_cstr(&name)),
                                            sv_make(file->bytes, file->size), embedded_are_trees,
                                            false, !extra});
        buf_release(&name);
    }
    return 0;
}

void files_release(struct pattern_files *files)
{
    mem_free(files->list);
    *files = (struct pattern_files){0};
}
