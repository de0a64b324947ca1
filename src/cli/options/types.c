/* What the values of options mean: one function and one row for each type of value.
 *
 * A value is a text of the command line or of a configuration file; what a type makes of it goes to
 * the field that the option's row names. A type that takes certain words alone lists them, for
 * errors, the help, the manuals and the completions alike. */
#include "types.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/outfile.h"
#include "cli.h"
#include "moment.h"
#include "table.h"
#include "zone.h"

static void *field_of(struct options *options, const struct option_row *row)
{
    return (char *)options + row->field;
}

static int read_flag(struct options *options, const struct option_row *row, const char *value,
                     struct err *err)
{
    (void)value;
    (void)err;
    *(bool *)field_of(options, row) = true;
    return 0;
}

static int read_text(struct options *options, const struct option_row *row, const char *value,
                     struct err *err)
{
    (void)err;
    *(const char **)field_of(options, row) = value;
    return 0;
}

static int read_number(struct options *options, const struct option_row *row, const char *value,
                       struct err *err)
{
    uint64_t number;
    if (!sv_to_u64(sv_from(value), &number) || number < row->least || number > row->most)
        return err_set(err, ERR_USAGE, "--%s '%s': expected a number from %u to %u", row->name,
                       value, row->least, row->most);
    *(unsigned *)field_of(options, row) = (unsigned)number;
    return 0;
}

/* "auto, always, never" */
static void add_list_of(struct buf *out, const struct option_row *row)
{
    struct buf words = {0};
    option_types[row->type].add_words(&words, row);
    sv rest = buf_sv(&words);
    for (bool first = true; rest.len; first = false) {
        sv word = sv_cut(rest, ' ', &rest);
        buf_printf(out, "%s%.*s", first ? "" : ", ", SV_FMT(word));
    }
    buf_release(&words);
}

static void add_choices(struct buf *out, const struct option_row *row)
{
    for (size_t i = 0; i < CHOICES_MAX && row->choices[i].word; i++)
        buf_printf(out, "%s%s", i ? " " : "", row->choices[i].word);
}

static int read_choice(struct options *options, const struct option_row *row, const char *value,
                       struct err *err)
{
    for (size_t i = 0; i < CHOICES_MAX && row->choices[i].word; i++)
        if (strcmp(value, row->choices[i].word) == 0) {
            *(unsigned *)field_of(options, row) = row->choices[i].value;
            return 0;
        }
    struct buf known = {0};
    add_list_of(&known, row);
    err_set(err, ERR_USAGE, "--%s '%s': expected one of %s", row->name, value, buf_cstr(&known));
    buf_release(&known);
    return -1;
}

/* Without a value: whoever names it wants it. */
static int read_when(struct options *options, const struct option_row *row, const char *value,
                     struct err *err)
{
    return read_choice(options, row, value ? value : row->choices[1].word, err);
}

/* Whether it is a time. Which one, is known with its zone (read.c). */
static int read_time(struct options *options, const struct option_row *row, const char *value,
                     struct err *err)
{
    struct moment *moment = field_of(options, row);
    if (!moment_parse(sv_from(value), now_seconds(), false, &moment->at))
        return err_set(err, ERR_USAGE,
                       "--%s '%s': expected 2026-11-22, '2026-11-22 03:00', 2026-11-22T03:00:00Z, "
                       "yesterday, today, now, 'last week', 24h, 2h30m or 7d",
                       row->name, value);
    moment->text = value;
    return 0;
}

static int read_zone(struct options *options, const struct option_row *row, const char *value,
                     struct err *err)
{
    return zone_check(row->name, value, err) < 0 ? -1 : read_text(options, row, value, err);
}

static int read_display_zone(struct options *options, const struct option_row *row,
                             const char *value, struct err *err)
{
    return display_zone_check(row->name, value, err) < 0 ? -1 : read_text(options, row, value, err);
}

int read_mta(const char *name, const struct taxonomy *taxonomy, uint8_t *mta, struct err *err)
{
    struct buf known = {0};
    *mta = MTA_UNKNOWN;
    if (!name || strcmp(name, "auto") == 0)
        return 0;
    *mta = taxonomy_mta(taxonomy, sv_from(name));
    if (*mta != MTA_UNKNOWN)
        return 0;
    for (size_t i = MTA_UNKNOWN + 1; i < taxonomy->mta_count; i++)
        buf_printf(&known, "%s%.*s", i + 1 < taxonomy->mta_count ? ", " : " or ",
                   SV_FMT(taxonomy->mtas[i]));
    int rc = err_set(err, ERR_USAGE, "--mta '%s': expected auto%s", name, buf_cstr(&known));
    buf_release(&known);
    return rc;
}

/* Those of the built-in patterns; a site's own are known when its patterns are. */
static void add_mtas(struct buf *out, const struct option_row *row)
{
    struct patterns patterns;
    struct err err;
    (void)row;
    buf_add(out, SV("auto"));
    if (patterns_load(&patterns, &(struct patterns_options){0}, &err) < 0)
        return;
    for (size_t i = MTA_UNKNOWN + 1; i < patterns.taxonomy.mta_count; i++)
        buf_printf(out, " %.*s", SV_FMT(patterns.taxonomy.mtas[i]));
    patterns_release(&patterns);
}

static int add_text(struct options *options, const struct option_row *row, const char *value,
                    struct err *err)
{
    struct texts *texts = field_of(options, row);
    if (texts->count == row->most)
        return err_set(err, ERR_USAGE, "--%s: more than %u of them", row->name, row->most);
    texts->places[texts->count] = options->reading;
    texts->list[texts->count++] = sv_from(value);
    return 0;
}

/* Without a value: all of the journal. */
static int add_units(struct options *options, const struct option_row *row, const char *value,
                     struct err *err)
{
    options->journal = true;
    for (sv rest = value ? sv_from(value) : SV_EMPTY, unit; rest.len;) {
        struct texts *units = field_of(options, row);
        unit = sv_cut(rest, ',', &rest);
        if (!unit.len)
            return err_set(err, ERR_USAGE, "--%s '%s': expected the name of a unit", row->name,
                           value);
        if (units->count == row->most)
            return err_set(err, ERR_USAGE, "--%s: more than %u of them", row->name, row->most);
        units->places[units->count] = options->reading;
        units->list[units->count++] = unit;
    }
    return 0;
}

static bool read_mode(sv text, int *mode)
{
    int number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '7' || text.len > 4)
            return false;
        number = number * 8 + (text.ptr[i] - '0');
    }
    *mode = number;
    return text.len && !(number & ~0644) && (number & 0600) == 0600;
}

/* By its name or number. */
static bool read_group(sv text, int64_t *group)
{
    struct buf name = {0};
    uint64_t number = 0;
    buf_add(&name, text);
    errno = 0;
    const struct group *found = text.len ? getgrnam(buf_cstr(&name)) : NULL;
    mem_check(errno);
    bool known = found || (sv_to_u64(text, &number) && number < UINT32_MAX);
    *group = found ? (int64_t)found->gr_gid : (int64_t)number;
    buf_release(&name);
    return known;
}

static void add_formats(struct buf *out, const struct option_row *row)
{
    (void)row;
    for (int i = 0; i < LIST_FORMAT_COUNT; i++)
        buf_printf(out, "%s%s", i ? " " : "", list_format_name((enum list_format)i));
}

/* Who may read the file: mode=0640, group=NAME. */
static int read_access(struct options *options, const struct option_row *row, const char *value,
                       sv settings, struct err *err)
{
    int *mode = &options->lists[options->list_count].mode;
    int64_t *group = &options->lists[options->list_count].group;
    while (settings.len) {
        sv setting = sv_cut(settings, ',', &settings), text;
        sv name = sv_cut(setting, '=', &text);
        bool is_mode = sv_eq(name, SV("mode")), is_group = sv_eq(name, SV("group"));
        const char *wrong = !is_mode && !is_group               ? "expected mode=0640 or group=NAME"
                            : is_mode && !read_mode(text, mode) ? "expected 0600, 0640 or 0644"
                            : is_group && !read_group(text, group) ? "there is no such group"
                                                                   : NULL;
        if (wrong)
            return err_set(err, ERR_USAGE, "--%s '%s': '%.*s': %s", row->name, value,
                           SV_FMT(setting), wrong);
    }
    return 0;
}

/* A colon that no format follows belongs to the name. */
static int add_list(struct options *options, const struct option_row *row, const char *value,
                    struct err *err)
{
    sv text = sv_from(value);
    size_t colon = sv_rfind_byte(text, ':');
    enum list_format format = list_format_of_file(text);
    const char *path = value;
    if (options->list_count == LISTS_MAX)
        return err_set(err, ERR_USAGE, "--%s: more than %d lists", row->name, LISTS_MAX);
    options->lists[options->list_count].mode = -1;
    options->lists[options->list_count].group = -1;
    if (colon != SV_NPOS) {
        sv settings, name = sv_cut(sv_skip(text, colon + 1), ',', &settings);
        bool known = list_format_from_name(name, &format);
        if (known || sv_find_byte(name, '/') == SV_NPOS) {
            char *copy = arena_alloc(&options->arena, colon + 1);
            memcpy(copy, value, colon);
            copy[colon] = 0;
            path = copy;
            if (settings.len && outfile_is_stdout(path))
                return err_set(err, ERR_USAGE, "--%s '%s': standard output has no mode or group",
                               row->name, value);
            if (read_access(options, row, value, settings, err) < 0)
                return -1;
            format = known ? format : LIST_TEMPLATE;
            options->lists[options->list_count].template = known ? SV_EMPTY : name;
        }
    }
    if (!*path)
        return err_set(err, ERR_USAGE, "--%s '%s': no file name", row->name, value);
    options->lists[options->list_count].place = options->reading;
    options->lists[options->list_count].path = path;
    options->lists[options->list_count++].format = format;
    return 0;
}

const struct type option_types[TYPE_COUNT] = {
    [TYPE_FLAG] = {"flag", false, false, false, read_flag, NULL},
    [TYPE_WORD] = {"word", true, false, false, read_text, NULL},
    [TYPE_FILE] = {"file", true, false, false, read_text, NULL},
    [TYPE_FOLDER] = {"folder", true, false, false, read_text, NULL},
    [TYPE_NUMBER] = {"number", true, false, false, read_number, NULL},
    [TYPE_CHOICE] = {"choice", true, false, false, read_choice, add_choices},
    [TYPE_WHEN] = {"choice", true, false, true, read_when, add_choices},
    [TYPE_TIME] = {"time", true, false, false, read_time, NULL},
    [TYPE_ZONE] = {"zone", true, false, false, read_zone, NULL},
    [TYPE_DISPLAY_ZONE] = {"zone", true, false, false, read_display_zone, NULL},
    [TYPE_MTA] = {"mta", true, false, false, read_text, add_mtas},
    [TYPE_TEXTS] = {"texts", true, true, false, add_text, NULL},
    [TYPE_UNITS] = {"units", true, true, true, add_units, NULL},
    [TYPE_LISTS] = {"lists", true, true, false, add_list, add_formats},
};
