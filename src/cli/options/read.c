/* How the options of a command are read: first the configuration files, for the commands that have
 * any, then the command line, which overrides them and adds to what may be repeated.
 *
 * A fault of a file is told with its file, line and column. Options that are right each by itself
 * are then checked together. */
#include <stdio.h>

#include "args.h"
#include "bouncelog/pattern/settings.h"
#include "cli.h"
#include "commands.h"
#include "config.h"
#include "moment.h"
#include "outputs.h"
#include "zone.h"

enum { OF_SCAN = 1 << COMMAND_SCAN };

static int set_option(struct options *options, const struct option_row *row, const char *value,
                      struct err *err)
{
    if (value && !*value && !row->may_be_empty)
        return err_set(err, ERR_USAGE, "option '--%s' needs a value", row->name);
    config_note(options, row, value);
    return option_types[row->type].read(options, row, value, err);
}

/* `filter_transports` in a file is the option --filter-transports. */
static const struct option_row *find_setting(const char *name)
{
    char hyphens[64];
    snprintf(hyphens, sizeof hyphens, "%s", name);
    for (char *c = hyphens; *c; c++)
        if (*c == '_')
            *c = '-';
    const struct option_row *row = option_find(hyphens, OF_SCAN);
    return row && row->counts != COUNTS_COMMAND_LINE ? row : NULL;
}

static int apply_setting(struct options *options, const struct setting *setting, struct err *err)
{
    const struct option_row *row = find_setting(setting->name);
    bool takes = row && option_takes_value(row);
    bool on = strcmp(setting->value, "true") == 0, off = strcmp(setting->value, "false") == 0;
    struct place place = row ? setting->place : setting->name_place;
    int rc = 0;
    options->reading = setting->place;
    if (!row)
        rc = err_set(err, ERR_CONFIG, "unknown option '%s'", setting->name);
    else if (!takes && !on && !off)
        rc = err_set(err, ERR_CONFIG, "'%s' is true or false", setting->name);
    else if (row->counts == COUNTS_NIGHTLY && options->command != COMMAND_SCAN)
        return 0;
    else if (takes && option_value_may_lack(row) && !row->choices[0].word && (on || off))
        rc = on ? set_option(options, row, NULL, err) : 0;
    else if (takes || on)
        rc = set_option(options, row, takes ? setting->value : NULL, err);
    if (rc < 0) {
        err->kind = ERR_CONFIG;
        err_prefix(err, "%s:%d:%d: ", place.file, place.line, place.column);
    }
    return rc;
}

static int read_file(struct options *options, const char *path, struct err *err)
{
    struct settings settings;
    if (settings_load(&settings, path, &options->arena, err) < 0)
        return -1;
    int rc = 0;
    for (size_t i = 0; i < settings.count && rc == 0; i++)
        rc = apply_setting(options, &settings.list[i], err);
    settings_release(&settings);
    return rc;
}

/* Whoever only looks must not replace what the nightly run wrote, nor count for its history. */
static void keep_nothing(struct options *options)
{
    options->history = options->output = options->events = NULL;
    options->page = options->metrics = NULL;
    options->list_count = options->conditions.count = 0;
    options->dry_run = options->delta = false;
    options->wait_seconds = 0;
    options->since = (struct moment){.at = INT64_MIN};
    options->until = (struct moment){.at = INT64_MAX};
    if (!options->hash) /* the key was for a list */
        options->hash_key_file = NULL;
}

/* The command line is read once for --config alone. */
static int read_config(struct options *options, int argc, char **argv, struct err *err)
{
    struct options first = *options;
    char **copy = arena_alloc(&options->arena, ((size_t)argc + 1) * sizeof *copy);
    memcpy(copy, argv, ((size_t)argc + 1) * sizeof *copy);
    first.arena = (struct arena){0};
    int operands = args_parse(argc, copy, &first, set_option, err);
    arena_release(&first.arena);
    if (operands < 0)
        return -1;
    options->help = first.help;
    int rc = first.help ? 0 : config_read(options, first.config, read_file, err);
    options->reading = (struct place){0};
    if (options->only_looks)
        keep_nothing(options);
    return rc;
}

/* What is meant where nothing is said: the log on standard input, the plain list. */
static void complete(struct options *options)
{
    static const char *const standard_input[] = {"-"};
    options->journal = options->journal || options->journal_folder;
    if (!options->operand_count && options->command == COMMAND_SCAN && !options->journal) {
        options->operands = standard_input;
        options->operand_count = 1;
    }
    if (!options->list_count && options->command == COMMAND_SUPPRESS) {
        options->lists[0].path = "-";
        options->lists[0].format = LIST_PLAIN;
        options->list_count = 1;
    }
}

/* In the zone that logs are read in; a report counts by days of UTC. */
static int settle_times(struct options *options, struct err *err)
{
    struct moment *const moments[] = {&options->since, &options->until};
    bool local = options->command == COMMAND_SCAN;
    if (local && zone_set(options->zone, err) < 0)
        return -1;
    for (size_t i = 0; i < 2; i++)
        if (moments[i]->text)
            (void)moment_parse(sv_from(moments[i]->text), now_seconds(), local, &moments[i]->at);
    return 0;
}

static int read_all(struct options *options, int argc, char **argv, struct err *err)
{
    bool configured = command_rows[options->command].reads_config;
    if (configured && read_config(options, argc, argv, err) < 0)
        return -1;
    if (options->help)
        return 0;
    int operands = args_parse(argc, argv, options, set_option, err);
    if (operands < 0)
        return -1;
    options->operands = (const char *const *)(argv + 1);
    options->operand_count = (size_t)operands;
    if (options->help || options->print_config || !configured)
        return 0;
    if (settle_times(options, err) < 0 || options_check(options, err) < 0)
        return -1;
    complete(options);
    return outputs_check(options, err);
}

int options_read(struct options *options, enum command command, int argc, char **argv,
                 struct err *err)
{
    options_start(options, command);
    return read_all(options, argc, argv, err);
}

int options_look(struct options *options, int argc, char **argv, struct err *err)
{
    options_start(options, COMMAND_SCAN);
    options->only_looks = true;
    return read_all(options, argc, argv, err);
}

void options_release(struct options *options)
{
    arena_release(&options->arena);
}
