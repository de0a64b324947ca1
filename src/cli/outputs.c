#include "outputs.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/outfile.h"
#include "bouncelog/base/outparts.h"

enum { OUTPUTS_MAX = LISTS_MAX + 4 };

const char *outputs_summary(const struct scan_options *options)
{
    if (options->output)
        return options->output;
    if (options->command == COMMAND_SUPPRESS)
        return NULL;
    const char *others[] = {options->events, options->page, options->metrics};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i] && outfile_is_stdout(others[i]))
            return NULL;
    for (size_t i = 0; i < options->list_count; i++)
        if (outfile_is_stdout(options->lists[i].path))
            return NULL;
    return "-";
}

/* The folder of a path; its name in there is what `copy` then holds. */
static bool find_folder(const char *path, struct buf *copy, struct stat *folder)
{
    buf_add(copy, sv_from(path));
    buf_cstr(copy);
    bool found = stat(dirname(copy->ptr), folder) == 0;
    buf_clear(copy);
    buf_add(copy, sv_from(path));
    buf_cstr(copy);
    return found;
}

/* A file that is not there yet has no other identity than its folder and its name. */
static bool same_name(const char *left, const char *right)
{
    struct buf a = {0}, b = {0};
    struct stat in, other;
    bool same = find_folder(left, &a, &in) && find_folder(right, &b, &other) &&
                in.st_dev == other.st_dev && in.st_ino == other.st_ino &&
                strcmp(basename(a.ptr), basename(b.ptr)) == 0;
    buf_release(&a);
    buf_release(&b);
    return same;
}

/* Devices and pipes may take several outputs. */
static bool same_place(const char *left, const char *right)
{
    struct stat a, b;
    if (outfile_is_stdout(left) || outfile_is_stdout(right))
        return outfile_is_stdout(left) && outfile_is_stdout(right);
    bool there = stat(left, &a) == 0;
    if (there && !S_ISREG(a.st_mode))
        return false;
    if (there && stat(right, &b) == 0)
        return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
    return !there && same_name(left, right);
}

static bool is_input(const char *path, const char *input)
{
    struct stat out, in;
    if (outfile_is_stdout(path) || stat(path, &out) != 0 || !S_ISREG(out.st_mode))
        return false;
    if ((strcmp(input, "-") == 0 ? fstat(STDIN_FILENO, &in) : stat(input, &in)) != 0)
        return false;
    return out.st_dev == in.st_dev && out.st_ino == in.st_ino;
}

/* Would `path` be overwritten or removed as a part of the list `name`? */
static bool is_part(const char *name, const char *path)
{
    struct buf list = {0}, other = {0};
    struct stat in, there;
    uint64_t number;
    errno = 0;
    char *real = outfile_is_stdout(path) ? NULL : realpath(path, NULL); /* a log may be a link */
    mem_check(errno);
    bool part =
        find_folder(name, &list, &in) && find_folder(real ? real : path, &other, &there) &&
        in.st_dev == there.st_dev && in.st_ino == there.st_ino &&
        outparts_is_part(sv_from(basename(list.ptr)), sv_from(basename(other.ptr)), &number);
    free(real);
    buf_release(&list);
    buf_release(&other);
    return part;
}

static int check_parts(const struct scan_options *options, const char *const *outputs, size_t count,
                       struct err *err)
{
    for (size_t i = 0; i < options->list_count; i++) {
        const char *name = options->lists[i].path;
        if (!list_format_splits(options->lists[i].format) || outfile_is_stdout(name))
            continue;
        for (size_t j = 0; j < count + options->path_count; j++) {
            const char *path = j < count ? outputs[j] : options->paths[j - count];
            if (is_part(name, path))
                return err_set(err, ERR_USAGE, "%s would be a part of the list %s", path, name);
        }
    }
    return 0;
}

/* The history, and what SQLite and the lock have beside it. */
static bool is_history(const char *history, const char *path)
{
    static const char *const endings[] = {"", ".lock", "-journal", ".new"};
    bool same = false;
    for (size_t i = 0; history && i < sizeof endings / sizeof *endings; i++) {
        struct buf name = {0};
        buf_printf(&name, "%s%s", history, endings[i]);
        same = same || same_place(buf_cstr(&name), path);
        buf_release(&name);
    }
    return same;
}

int outputs_check(const struct scan_options *options, struct err *err)
{
    const char *paths[OUTPUTS_MAX];
    size_t count = 0;
    if (outputs_summary(options))
        paths[count++] = outputs_summary(options);
    if (options->events)
        paths[count++] = options->events;
    if (options->page)
        paths[count++] = options->page;
    if (options->metrics)
        paths[count++] = options->metrics;
    for (size_t i = 0; i < options->list_count; i++)
        paths[count++] = options->lists[i].path;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++)
            if (same_place(paths[j], paths[i]))
                return err_set(err, ERR_USAGE, "more than one output goes to %s",
                               outfile_is_stdout(paths[i]) ? "standard output" : paths[i]);
        if (is_history(options->history, paths[i]))
            return err_set(err, ERR_USAGE, "%s is the history, or beside it: no output goes there",
                           paths[i]);
        for (size_t j = 0; j < options->path_count; j++)
            if (is_input(paths[i], options->paths[j]))
                return err_set(err, ERR_USAGE, "%s is a log to be read, no output goes there",
                               paths[i]);
    }
    return check_parts(options, paths, count, err);
}
