/* Where the reading of a journal begins: behind the entry that was given last, wherever its file is
 * by now. Entries keep boot, time and hash when journald copies them from /run to disk, where their
 * numbers change: so these tell an entry. A journal that is known by another choice of units is
 * refused: what both choices have would count twice. */
#ifdef BOUNCELOG_HAVE_JOURNAL
#include "journal_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bouncelog/base/text.h"

/* --- may it be read? */

struct files {
    int total, denied, damaged;
};

/* libsystemd passes over what it cannot read. Files that end in `~` journald has put aside itself.
 */
static void look_at(const char *path, struct files *files)
{
    const char *const paths[] = {path, NULL};
    sd_journal *handle;
    bool aside = sv_ends(sv_from(path), SV("~"));
    files->total++;
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0) {
        files->denied += errno == EACCES;
        return;
    }
    int result = aside ? 0 : sd_journal_open_files(&handle, (const char **)(uintptr_t)paths, 0);
    files->damaged += result < 0 && result != -ENOENT; /* removed just now */
    if (result >= 0 && !aside)
        sd_journal_close(handle);
}

static bool is_journal(sv name)
{
    return sv_ends(name, SV(".journal")) || sv_ends(name, SV(".journal~"));
}

/* The files of a folder, and of the folders in it that are named after machines. */
static void look_into(const char *path, int depth, struct files *files)
{
    char inner[PATH_MAX];
    DIR *folder = opendir(path);
    if (!folder) {
        files->denied += errno == EACCES;
        return;
    }
    for (const struct dirent *entry; (entry = readdir(folder));) {
        sv name = sv_from(entry->d_name);
        int n = snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (n < 0 || (size_t)n >= sizeof inner)
            continue;
        if (is_journal(name))
            look_at(inner, files);
        else if (depth && name.len >= SD_ID128_STRING_MAX - 1)
            look_into(inner, depth - 1, files);
    }
    closedir(folder);
}

/* Of this machine's journal: what it wrote itself, not what it got from others. */
static void look_into_own(struct files *files)
{
    sd_id128_t machine;
    char id[SD_ID128_STRING_MAX], path[128];
    const struct journal_options own = {0};
    const char *folder;
    if (sd_id128_get_machine(&machine) < 0)
        return;
    for (size_t i = 0; (folder = input_journal_folder(&own, i)); i++) {
        bool volatile_one =
            sv_starts(sv_from(folder), SV("/run/")); /* of any name: it may change */
        snprintf(path, sizeof path, "%s/%s", folder, sd_id128_to_string(machine, id));
        look_into(volatile_one ? folder : path, volatile_one, files);
    }
}

bool journal_is_readable(struct journal *journal)
{
    const char *folder = journal_options_of(journal)->folder;
    struct source *source = journal->reader->source;
    struct files files = {0};
    if (folder)
        look_into(folder, 1, &files);
    else
        look_into_own(&files);
    if (files.denied)
        source_set_error(source, "cannot be read by this user: root can, and who is in the group "
                                 "systemd-journal or adm");
    else if (!files.total)
        source_set_error(source, folder ? "no file of a journal is in %s" : "there is none here%s",
                         folder ? folder : "");
    else if (files.damaged)
        source_set_error(source, "%d of its %d files cannot be read: they are damaged",
                         files.damaged, files.total);
    return files.total && !files.denied;
}

/* --- which entries? */

static int add_match(struct journal *journal, sv unit)
{
    char match[1024];
    int n = snprintf(match, sizeof match, "_SYSTEMD_UNIT=%.*s", SV_FMT(sv_sub(unit, 0, 512)));
    return sd_journal_add_match(journal->handle, match, n > 0 ? (size_t)n : 0);
}

/* All units of the journal that fit, as journalctl -u does it. */
static int add_glob(struct journal *journal, sv glob)
{
    const void *data;
    size_t len;
    int result = add_match(journal, glob); /* with no other match, all would be read */
    if (result < 0 || (sv_find_byte(glob, '*') == SV_NPOS && sv_find_byte(glob, '?') == SV_NPOS))
        return result;
    result = sd_journal_query_unique(journal->handle, "_SYSTEMD_UNIT");
    if (result < 0)
        return result;
    SD_JOURNAL_FOREACH_UNIQUE(journal->handle, data, len)
    {
        sv unit = sv_skip(sv_make(data, len), strlen("_SYSTEMD_UNIT="));
        if (text_glob(glob, unit) && (result = add_match(journal, unit)) < 0)
            return result;
    }
    return 0;
}

/* The units stand in the source's name: "journal:UNIT,UNIT". */
static int add_units(struct journal *journal)
{
    sv rest = SV_EMPTY;
    int result = 0;
    (void)sv_cut(sv_from(journal->reader->source->path), ':', &rest);
    while (rest.len && result >= 0)
        result = add_glob(journal, sv_cut(rest, ',', &rest));
    return result;
}

/* --- from where on? */

bool journal_cursor(sd_journal *handle, char cursor[CURSOR_MAX])
{
    char *text;
    if (sd_journal_get_cursor(handle, &text) < 0)
        return false;
    bool fits = strlen(text) < CURSOR_MAX;
    snprintf(cursor, CURSOR_MAX, "%s", fits ? text : "");
    free(text);
    return fits;
}

/* What of a cursor is the entry's own: boot, times and hash, without its number in a file. */
static sv own_part(sv cursor)
{
    size_t at = sv_find(cursor, SV(";b="));
    return at == SV_NPOS ? cursor : sv_skip(cursor, at);
}

static bool is_at(struct journal *journal, sv cursor)
{
    char here[CURSOR_MAX];
    return journal_cursor(journal->handle, here) &&
           sv_eq(own_part(sv_from(here)), own_part(cursor));
}

/* Goes to the entry, or to the first one behind its place: *there is whether it is itself. */
static int seek_entry(struct journal *journal, sv cursor, bool *there)
{
    char text[CURSOR_MAX];
    *there = false;
    snprintf(text, sizeof text, "%.*s", SV_FMT(cursor));
    int result = sd_journal_seek_cursor(journal->handle, text);
    if (result < 0)
        return result;
    result = sd_journal_next(journal->handle);
    *there = result > 0 && is_at(journal, cursor);
    return result;
}

/* The place of this journal, by an entry that is in it; else by its folder. */
static const struct journal_place *find_place(struct journal *journal, bool *there)
{
    const struct journal_options *options = journal_options_of(journal);
    sv folder = options->folder ? sv_from(options->folder) : SV_EMPTY;
    *there = false;
    for (size_t i = 0; i < options->place_count; i++)
        if (seek_entry(journal, options->places[i].cursor, there) >= 0 && *there)
            return &options->places[i];
    *there = false;
    for (size_t i = 0; i < options->place_count; i++)
        if (sv_eq(options->places[i].folder, folder))
            return &options->places[i];
    return NULL;
}

static int go_on(struct journal *journal, const struct journal_place *place, bool was_there)
{
    struct source *source = journal->reader->source;
    const struct mark *mark = &journal->reader->input->options.marks[place->mark];
    bool there;
    int result = seek_entry(journal, place->cursor, &there);
    journal->pending = result > 0 && !there;
    source->known = place->mark;
    source->mark = *mark;
    source->resumed_at = mark->offset;
    source->lines_before = source->lines_total = mark->lines;
    snprintf(source->cursor, sizeof source->cursor, "%.*s", SV_FMT(place->cursor));
    if (!was_there && !source->error[0])
        source_set_error(source, "the entry up to which it was read is not in it any more: what "
                                 "came behind it and is gone, too, was not counted "
                                 "(journald.conf: SystemMaxUse=)");
    return result;
}

static int begin_anew(struct journal *journal)
{
    const struct journal_options *options = journal_options_of(journal);
    int64_t from = options->since;
    if (options->latest) {
        int result = sd_journal_seek_tail(journal->handle);
        if (result >= 0)
            result = sd_journal_previous_skip(journal->handle, options->latest);
        journal->pending = result > 0;
        return result;
    }
    if (journal->resumes && options->begins_behind != INT64_MIN) {
        journal->reader->source->begins_behind = options->begins_behind;
        from = options->begins_behind + 1;
    }
    return from > 0 ? sd_journal_seek_realtime_usec(journal->handle, (uint64_t)from * 1000000)
                    : sd_journal_seek_head(journal->handle);
}

bool journal_begin(struct journal *journal)
{
    struct source *source = journal->reader->source;
    bool there;
    const struct journal_place *place = journal->resumes ? find_place(journal, &there) : NULL;
    if (place && !sv_eq(place->name, sv_from(source->path))) {
        source_set_error(source,
                         "this history has read it as %.*s: with other units entries would count "
                         "twice, or not at all; choose those, or begin another history",
                         SV_FMT(sv_sub(place->name, 0, 100)));
        return false;
    }
    int result = add_units(journal);
    if (result >= 0)
        result = place ? go_on(journal, place, there) : begin_anew(journal);
    if (result < 0)
        source_set_error(source, "cannot be read: %s", strerror(-result));
    return result >= 0;
}
#else
typedef int no_journal_place; /* an empty file is none in C */
#endif
