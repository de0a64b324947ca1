/* Where the outputs of a run go, and what they must not overwrite: each other, a log that is to be
 * read, the history.
 *
 * Files are compared by what they are, not by how they are named; one that is not there yet, by its
 * folder and its name. */
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
#include "options/table.h"

/* "-" where the summary goes to standard output by itself, NULL where something else does. */
static const char *find_default(const struct options *options, const struct output *outputs,
                                size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (outfile_is_stdout(outputs[i].path))
            return NULL;
    return options->command == COMMAND_SUPPRESS ? NULL : "-";
}

static size_t add_lists(const struct options *options, const struct output_kind *kind,
                        struct output *outputs)
{
    for (size_t i = 0; i < options->list_count; i++)
        outputs[i] = (struct output){kind, options->lists[i].path, i};
    return options->list_count;
}

size_t outputs_of(const struct options *options, struct output outputs[OUTPUTS_MAX])
{
    size_t count = 0;
    for (const struct output_kind *kind = output_kinds; kind->option; kind++) {
        if (kind->lists) {
            count += add_lists(options, kind, outputs + count);
            continue;
        }
        const char *path = option_text(option_find(kind->option, ~0U), options);
        if (!path && kind->by_itself)
            path = find_default(options, outputs, count);
        if (path)
            outputs[count++] = (struct output){kind, path, 0};
    }
    return count;
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

static int check_parts(const struct options *options, const struct output *outputs, size_t count,
                       struct err *err)
{
    for (size_t i = 0; i < options->list_count; i++) {
        const char *name = options->lists[i].path;
        if (!list_format_splits(options->lists[i].format) || outfile_is_stdout(name))
            continue;
        for (size_t j = 0; j < count + options->operand_count; j++) {
            const char *path = j < count ? outputs[j].path : options->operands[j - count];
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

static int check_place(const struct options *options, const struct output *outputs, size_t i,
                       struct err *err)
{
    const char *path = outputs[i].path;
    for (size_t j = 0; j < i; j++)
        if (same_place(outputs[j].path, path))
            return err_set(err, ERR_USAGE, "more than one output goes to %s",
                           outfile_is_stdout(path) ? "standard output" : path);
    if (outputs[i].kind->streams && !packing_is_built(packing_of(path)))
        return err_set(err, ERR_USAGE,
                       "%s: this program was built without zstd; .gz is compressed, too", path);
    if (is_history(options->history, path))
        return err_set(err, ERR_USAGE, "%s is the history, or beside it: no output goes there",
                       path);
    for (size_t j = 0; j < options->operand_count; j++)
        if (is_input(path, options->operands[j]))
            return err_set(err, ERR_USAGE, "%s is a log to be read, no output goes there", path);
    return 0;
}

int outputs_check(const struct options *options, struct err *err)
{
    struct output outputs[OUTPUTS_MAX];
    size_t count = outputs_of(options, outputs);
    for (size_t i = 0; i < count; i++)
        if (check_place(options, outputs, i, err) < 0)
            return -1;
    return check_parts(options, outputs, count, err);
}
