#include "outputs.h"

#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/outfile.h"

enum { OUTPUTS_MAX = LISTS_MAX + 4 };

const char *outputs_summary(const struct scan_options *options)
{
    if (options->output)
        return options->output;
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
        for (size_t j = 0; j < options->path_count; j++)
            if (is_input(paths[i], options->paths[j]))
                return err_set(err, ERR_USAGE, "%s is a log to be read, no output goes there",
                               paths[i]);
    }
    return 0;
}
