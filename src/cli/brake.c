/* Which addresses the lists of the options hold already, so that a run out of line is noticed.
 *
 * Lists of our formats are read alike, and so is each of their parts (listed.h); one by a template
 * is read as that says, unless the file is of before the template. A list of fingerprints names
 * nobody, and standard output holds nothing. */
#include "brake.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/date.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/outfile.h"
#include "listed.h"
#include "textfile.h"

enum { PARTS_MAX = 9999 };

/* Who is on lists, and how the one that is read now is written. */
struct known_lists {
    struct map *listed;
    const struct list_template *template; /* NULL: in a format of ours */
};

static void add_address(void *context, sv address)
{
    const struct known_lists *known = context;
    char key[MAILBOX_MAX];
    if (address.len && address.len <= sizeof key)
        map_add(known->listed, mailbox_key(address, key), NULL);
}

static void add_lines(struct known_lists *known, sv text)
{
    while (text.len)
        add_address(known, listed_word(sv_cut(text, '\n', &text)));
}

/* Something that could be lost: an empty file has nothing to protect. */
static bool has_entries(const char *path)
{
    struct stat file;
    return stat(path, &file) == 0 && S_ISREG(file.st_mode) && file.st_size > 0;
}

/* Visits those of a list's files, itself and its parts, that have entries, as long as there are
 * any; false: there is none. */
static bool each_file(const char *path, void (*visit)(struct known_lists *known, const char *path),
                      struct known_lists *known)
{
    bool found = has_entries(path), there = true;
    if (found && visit)
        visit(known, path);
    for (unsigned part = 1; there && part <= PARTS_MAX; part++) {
        struct buf name = {0};
        buf_printf(&name, "%s.%04u", path, part);
        there = has_entries(buf_cstr(&name));
        if (there && visit)
            visit(known, buf_cstr(&name));
        found = found || there;
        buf_release(&name);
    }
    return found;
}

static void add_file(struct known_lists *known, const char *path)
{
    struct buf text = {0};
    struct err err;
    if (textfile_read(&text, "--suppress", path, &err) == 0 &&
        !(known->template &&
          list_template_read(known->template, buf_sv(&text), add_address, known)))
        add_lines(known, buf_sv(&text));
    buf_release(&text);
}

bool brake_read_lists(struct map *listed, const struct options *options,
                      const struct list_form *forms)
{
    bool found = false;
    for (size_t i = 0; i < options->list_count; i++) {
        const char *path = options->lists[i].path;
        struct known_lists known = {listed, forms[i].template};
        if (forms[i].format != LIST_HASH && !outfile_is_stdout(path))
            found = each_file(path, add_file, &known) || found;
    }
    return found;
}

bool brake_is_blind(const struct options *options, const struct line_tally *lines)
{
    bool found = false;
    for (size_t i = 0; i < options->list_count; i++)
        found = found || (!outfile_is_stdout(options->lists[i].path) &&
                          each_file(options->lists[i].path, NULL, NULL));
    return found && lines->delivery + lines->context == 0;
}

int64_t brake_tried_on(void *context, const int64_t *days, size_t count)
{
    const struct tally *tally = context;
    int64_t all = tally_recipients(tally).attempted, tried = 0, second;
    for (size_t i = 0; i < map_count(&tally->hours); i++) {
        const struct outcomes *hour = map_value_at(&tally->hours, i);
        for (size_t day = 0; date_parse(map_key_at(&tally->hours, i), &second) && day < count;
             day++)
            if (date_day(second) == days[day])
                tried += hour->count;
    }
    return tried < all ? tried : all;
}

static void held_name(struct buf *name, const char *list)
{
    buf_printf(name, "%s.held", list);
}

bool brake_is_held(const struct options *options)
{
    bool found = false;
    for (size_t i = 0; i < options->list_count && !found; i++) {
        struct buf name = {0};
        held_name(&name, options->lists[i].path);
        found = !outfile_is_stdout(options->lists[i].path) && has_entries(buf_cstr(&name));
        buf_release(&name);
    }
    return found;
}

static int hold_list(const char *path, struct err *err)
{
    struct outfile *out = outfile_open(path, err);
    if (!out)
        return -1;
    outfile_write(out, SV("The list beside this file stays as it is until bouncelog is run with "
                          "--force.\n"));
    outfile_finish(out);
    return outfile_commit(out, err);
}

/* Only beside a list that is there. */
int brake_hold(const struct options *options, bool held, struct err *err)
{
    int result = 0;
    for (size_t i = 0; i < options->list_count && result == 0; i++) {
        const char *list = options->lists[i].path;
        struct buf name = {0};
        held_name(&name, list);
        const char *path = buf_cstr(&name);
        if (!outfile_is_stdout(list) && held && each_file(list, NULL, NULL) && !has_entries(path))
            result = hold_list(path, err);
        else if (!outfile_is_stdout(list) && !held && has_entries(path) && unlink(path) != 0)
            result = err_set(err, ERR_OUTPUT, "%s: %s", path, strerror(errno));
        buf_release(&name);
    }
    return result;
}
