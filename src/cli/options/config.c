/* Which configuration files are read, and what --print-config says is in force.
 *
 * What is printed could be such a file itself: each option that was set, the last of those that
 * replace each other, all of those that add, each with the place where it stands. */
#include "config.h"

#include <errno.h>
#include <glob.h>
#include <unistd.h>

#include "bouncelog/base/mem.h"
#include "cli.h"
#include "table.h"

int config_read(struct options *options, const char *named, config_reader *read, struct err *err)
{
    glob_t files;
    int rc = 0;
    if (named)
        return read(options, named, err);
    if (access(CONFIG_FILE, F_OK) == 0 && read(options, CONFIG_FILE, err) < 0)
        return -1;
    switch (glob(CONFIG_FOLDER "/*.yaml", GLOB_ERR, NULL, &files)) {
    case 0:
        break;
    case GLOB_NOSPACE:
        mem_exhausted();
    case GLOB_ABORTED:
        return errno == ENOENT || errno == ENOTDIR ? 0
                                                   : err_set(err, ERR_CONFIG, "%s: cannot read: %s",
                                                             CONFIG_FOLDER, strerror(errno));
    default:
        return 0;
    }
    for (size_t i = 0; i < files.gl_pathc && rc == 0; i++) {
        const char *path = arena_cstr(&options->arena, sv_from(files.gl_pathv[i]));
        rc = read(options, path, err);
    }
    globfree(&files);
    return rc;
}

void config_note(struct options *options, const struct option_row *row, const char *value)
{
    if (options->given_count < GIVEN_MAX)
        options->given[options->given_count++] = (struct given){row, value, options->reading};
}

int place_error(struct place place, struct err *err)
{
    if (!place.file)
        return -1;
    err->kind = ERR_CONFIG;
    err_prefix(err, "%s:%d:%d: ", place.file, place.line, place.column);
    return -1;
}

struct place option_place(const struct options *options, const char *name)
{
    for (size_t i = options->given_count; i-- > 0;)
        if (strcmp(options->given[i].row->name, name) == 0)
            return options->given[i].place;
    return (struct place){0};
}

static bool is_overridden(const struct options *options, size_t i)
{
    const struct option_row *row = options->given[i].row;
    for (size_t later = i + 1; later < options->given_count; later++)
        if (!option_adds(row) && options->given[later].row == row)
            return true;
    return false;
}

static void add_name(struct buf *out, const char *name)
{
    for (; *name; name++)
        buf_add_byte(out, *name == '-' ? '_' : *name);
}

static void add_value(struct buf *out, const struct given *given)
{
    if (!given->value) {
        buf_add(out, SV("true"));
        return;
    }
    buf_add_byte(out, '\'');
    for (const char *at = given->value; *at; at++) {
        buf_add_byte(out, *at);
        if (*at == '\'')
            buf_add_byte(out, '\'');
    }
    buf_add_byte(out, '\'');
}

static void add_place(struct buf *out, const struct place *place)
{
    if (place->file)
        buf_printf(out, "  # %s:%d\n", place->file, place->line);
    else
        buf_add(out, SV("  # command line\n"));
}

/* Those that add stand in one list, where the first of them was set. */
static void add_list(struct buf *out, const struct options *options, size_t first)
{
    const struct option_row *row = options->given[first].row;
    for (size_t i = 0; i < first; i++)
        if (options->given[i].row == row)
            return;
    add_name(out, row->name);
    buf_add(out, SV(":\n"));
    for (size_t i = first; i < options->given_count; i++) {
        if (options->given[i].row != row)
            continue;
        buf_add(out, SV("  - "));
        add_value(out, &options->given[i]);
        add_place(out, &options->given[i].place);
    }
}

int config_print(const struct options *options)
{
    struct buf out = {0};
    for (size_t i = 0; i < options->given_count; i++) {
        const struct given *given = &options->given[i];
        if (given->row->counts == COUNTS_COMMAND_LINE || is_overridden(options, i))
            continue;
        if (option_adds(given->row)) {
            add_list(&out, options, i);
            continue;
        }
        add_name(&out, given->row->name);
        buf_add(&out, SV(": "));
        add_value(&out, given);
        add_place(&out, &given->place);
    }
    if (!out.len)
        buf_add(&out, SV("# nothing is set: all options have their defaults\n"));
    int code = print_result(buf_sv(&out));
    buf_release(&out);
    return code;
}
