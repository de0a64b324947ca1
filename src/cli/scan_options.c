#include "scan_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "args.h"
#include "bouncelog/pattern/settings.h"
#include "cli.h"
#include "config.h"
#include "outputs.h"
#include "values.h"
#include "zone.h"

enum { TOP_DEFAULT = 50, TOP_LIMIT = 1000000, JOBS_LIMIT = 64 };
enum { MESSAGES_MIN = 64, MESSAGES_LIMIT = 100000000, WAIT_LIMIT = 86400 };

enum option_id {
    OPT_HISTORY,
    OPT_WAIT,
    OPT_DRY_RUN,
    OPT_FORCE,
    OPT_ALLOW,
    OPT_DELTA,
    OPT_OUTPUT,
    OPT_TEXT,
    OPT_EVENTS,
    OPT_EVENTS_INCLUDE,
    OPT_EVENTS_FORMAT,
    OPT_SUPPRESS,
    OPT_HTML,
    OPT_ADDRESSES,
    OPT_PROMETHEUS,
    OPT_SINCE,
    OPT_UNTIL,
    OPT_MTA,
    OPT_TIMEZONE,
    OPT_YEAR,
    OPT_HOST,
    OPT_INBOUND,
    OPT_RECIPIENTS,
    OPT_SENDER,
    OPT_FILTER,
    OPT_PATTERNS,
    OPT_PATTERNS_EXTRA,
    OPT_POLICY,
    OPT_JOBS,
    OPT_MESSAGES,
    OPT_PROGRESS,
    OPT_CONFINE,
    OPT_HASH,
    OPT_HASH_KEY,
    OPT_FAIL_ON,
    OPT_TOP,
    OPT_CONFIG,
    OPT_PRINT_CONFIG,
    OPT_HELP,
};

/* Bits of enum scan_command. */
enum { SCAN = 1 << COMMAND_SCAN, REPORT = 1 << COMMAND_REPORT, SUPPRESS = 1 << COMMAND_SUPPRESS };
enum { ALL = SCAN | REPORT | SUPPRESS };

struct option {
    struct arg_spec spec;
    unsigned commands; /* that have it */
    bool nightly;      /* in the configuration file it is for scan alone: what a run puts where */
};

static const struct option options_known[] = {
    {{"history", 'd', true, OPT_HISTORY}, ALL, false},
    {{"wait", 0, true, OPT_WAIT}, SCAN, false},
    {{"dry-run", 0, false, OPT_DRY_RUN}, SCAN, false},
    {{"force", 0, false, OPT_FORCE}, ALL, false},
    {{"allow", 0, true, OPT_ALLOW}, ALL, false},
    {{"delta", 0, false, OPT_DELTA}, SCAN, false},
    {{"output", 'o', true, OPT_OUTPUT}, SCAN | REPORT, true},
    {{"text", 't', false, OPT_TEXT}, SCAN | REPORT, true},
    {{"events", 'e', true, OPT_EVENTS}, SCAN, false},
    {{"events-include", 0, true, OPT_EVENTS_INCLUDE}, SCAN, false},
    {{"events-format", 0, true, OPT_EVENTS_FORMAT}, SCAN, false},
    {{"suppress", 's', true, OPT_SUPPRESS}, ALL, true},
    {{"html", 0, true, OPT_HTML}, SCAN | REPORT, true},
    {{"addresses", 0, false, OPT_ADDRESSES}, SCAN | REPORT, true},
    {{"prometheus", 0, true, OPT_PROMETHEUS}, SCAN | REPORT, true},
    {{"since", 0, true, OPT_SINCE}, SCAN | REPORT, true},
    {{"until", 0, true, OPT_UNTIL}, SCAN | REPORT, true},
    {{"mta", 0, true, OPT_MTA}, SCAN, false},
    {{"timezone", 0, true, OPT_TIMEZONE}, SCAN, false},
    {{"year", 0, true, OPT_YEAR}, SCAN, false},
    {{"host", 0, true, OPT_HOST}, SCAN, false},
    {{"inbound", 0, false, OPT_INBOUND}, SCAN, false},
    {{"recipients", 0, true, OPT_RECIPIENTS}, ALL, false},
    {{"sender", 0, true, OPT_SENDER}, SCAN, false},
    {{"filter-transports", 0, true, OPT_FILTER}, SCAN, false},
    {{"patterns", 0, true, OPT_PATTERNS}, ALL, false},
    {{"patterns-extra", 0, true, OPT_PATTERNS_EXTRA}, ALL, false},
    {{"policy", 0, true, OPT_POLICY}, ALL, false},
    {{"jobs", 'j', true, OPT_JOBS}, SCAN, false},
    {{"max-open-messages", 0, true, OPT_MESSAGES}, SCAN, false},
    {{"progress", 0, true, OPT_PROGRESS}, SCAN, false},
    {{"confine", 0, true, OPT_CONFINE}, SCAN, false},
    {{"hash", 0, true, OPT_HASH}, ALL, false},
    {{"hash-key-file", 0, true, OPT_HASH_KEY}, ALL, false},
    {{"fail-on", 0, true, OPT_FAIL_ON}, SCAN | REPORT, true},
    {{"top", 0, true, OPT_TOP}, SCAN | REPORT, false},
    {{"config", 0, true, OPT_CONFIG}, ALL, false},
    {{"print-config", 0, false, OPT_PRINT_CONFIG}, SCAN, false},
    {{"help", 'h', false, OPT_HELP}, ALL, false},
};
enum { OPTION_COUNT = sizeof options_known / sizeof *options_known };

/* Those of a command. */
static size_t specs_of(enum scan_command command, struct arg_spec *specs)
{
    size_t count = 0;
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (options_known[i].commands >> command & 1)
            specs[count++] = options_known[i].spec;
    return count;
}

static int set_limits(struct scan_options *o, int id, const char *value, struct err *err)
{
    static const char *const whens[] = {"auto", "always", "never"};
    static const char *const hashes[] = {"sha256"};
    uint64_t number;
    size_t index;
    switch (id) {
    case OPT_YEAR:
        if (read_number("year", value, 1970, 2199, &number, err) < 0)
            return -1;
        o->year = (int)number;
        return 0;
    case OPT_TOP:
        if (read_number("top", value, 1, TOP_LIMIT, &number, err) < 0)
            return -1;
        o->top = (size_t)number;
        return 0;
    case OPT_JOBS:
        if (read_number("jobs", value, 1, JOBS_LIMIT, &number, err) < 0)
            return -1;
        o->jobs = (unsigned)number;
        return 0;
    case OPT_MESSAGES:
        if (read_number("max-open-messages", value, MESSAGES_MIN, MESSAGES_LIMIT, &number, err) < 0)
            return -1;
        o->messages_max = (size_t)number;
        return 0;
    case OPT_PROGRESS:
        if (read_choice("progress", value, whens, 3, &index, err) < 0)
            return -1;
        o->progress = (enum when)index;
        return 0;
    case OPT_HASH:
        o->hash = true;
        return read_choice("hash", value, hashes, 1, &index, err);
    case OPT_FAIL_ON:
        if (o->condition_count == CONDITIONS_MAX)
            return err_set(err, ERR_USAGE, "--fail-on: more than %d of them", CONDITIONS_MAX);
        o->conditions[o->condition_count++] = value;
        return 0;
    default:
        return err_set(err, ERR_USAGE, "option %d is not handled", id);
    }
}

static int set_output(struct scan_options *o, int id, const char *value, struct err *err)
{
    switch (id) {
    case OPT_OUTPUT:
        o->output = value;
        return 0;
    case OPT_TEXT:
        o->text = true;
        return 0;
    case OPT_EVENTS:
        o->events = value;
        return 0;
    case OPT_EVENTS_INCLUDE:
        return read_events_include(value, &o->all_events, err);
    case OPT_EVENTS_FORMAT:
        return read_events_format(value, &o->event_format, err);
    case OPT_HTML:
        o->page = value;
        return 0;
    case OPT_ADDRESSES:
        o->addresses = true;
        return 0;
    case OPT_PROMETHEUS:
        o->metrics = value;
        return 0;
    case OPT_SUPPRESS:
        return add_list(o, value, err);
    default:
        return set_limits(o, id, value, err);
    }
}

static int empty_value(int id, struct err *err)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (options_known[i].spec.id == id)
            return err_set(err, ERR_USAGE, "option '--%s' needs a value",
                           options_known[i].spec.name);
    return 0;
}

static int set_history(struct scan_options *o, int id, const char *value, struct err *err)
{
    uint64_t number;
    switch (id) {
    case OPT_HISTORY:
        o->history = value;
        return 0;
    case OPT_WAIT:
        if (read_number("wait", value, 0, WAIT_LIMIT, &number, err) < 0)
            return -1;
        o->wait_seconds = (unsigned)number;
        return 0;
    case OPT_DRY_RUN:
        o->dry_run = true;
        return 0;
    case OPT_FORCE:
        o->force = true;
        return 0;
    case OPT_ALLOW:
        o->allow = value;
        return 0;
    case OPT_DELTA:
        o->delta = true;
        return 0;
    default:
        return set_output(o, id, value, err);
    }
}

static void note_given(struct scan_options *options, int id, const char *value)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (options_known[i].spec.id == id && id != OPT_PRINT_CONFIG && id != OPT_CONFIG)
            config_note(options, options_known[i].spec.name, value);
}

static int set_option(void *context, int id, const char *value, struct err *err)
{
    struct scan_options *o = context;
    if (value && !*value && id != OPT_SENDER) /* the null sender is one */
        return empty_value(id, err);
    note_given(o, id, value);
    switch (id) {
    case OPT_HELP:
        o->help = true;
        return 0;
    case OPT_SINCE:
        return read_time("since", value, &o->since, err);
    case OPT_UNTIL:
        return read_time("until", value, &o->until, err);
    case OPT_MTA:
        o->mta = value;
        o->mta_place = (struct place){0};
        return 0;
    case OPT_TIMEZONE:
        o->zone = value;
        return 0;
    case OPT_HOST:
        o->host = value;
        return 0;
    case OPT_INBOUND:
        o->inbound = true;
        return 0;
    case OPT_RECIPIENTS:
        o->recipients = value;
        return 0;
    case OPT_SENDER:
        return add_glob("sender", o->senders, &o->sender_count, value, err);
    case OPT_FILTER:
        return add_glob("filter-transports", o->filters, &o->filter_count, value, err);
    case OPT_PATTERNS:
        o->patterns.dir = value;
        return 0;
    case OPT_PATTERNS_EXTRA:
        o->patterns.extra = value;
        return 0;
    case OPT_POLICY:
        o->patterns.policy = value;
        return 0;
    case OPT_CONFINE:
        return read_confine(value, &o->unconfined, err);
    case OPT_HASH_KEY:
        o->hash_key_file = value;
        return 0;
    case OPT_CONFIG:
        o->config = value;
        return 0;
    case OPT_PRINT_CONFIG:
        o->print_config = true;
        return 0;
    default:
        return set_history(o, id, value, err);
    }
}

/* What only a later step would find wrong, while it is known where it stands. */
static int check_setting(struct scan_options *options, const struct arg_spec *spec,
                         const struct setting *setting, struct err *err)
{
    if (spec->id == OPT_TIMEZONE)
        return zone_check(setting->value, err);
    if (spec->id == OPT_MTA)
        options->mta_place = setting->place;
    if (spec->id == OPT_FAIL_ON)
        options->condition_places[options->condition_count - 1] = setting->place;
    return 0;
}

/* `filter_transports` in a file is the option --filter-transports. */
static const struct option *option_of(const char *name)
{
    char hyphens[64];
    snprintf(hyphens, sizeof hyphens, "%s", name);
    for (char *c = hyphens; *c; c++)
        if (*c == '_')
            *c = '-';
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(options_known[i].spec.name, hyphens) == 0)
            return &options_known[i];
    return NULL;
}

static int apply_setting(struct scan_options *options, const struct setting *setting,
                         struct err *err)
{
    const struct option *option = option_of(setting->name);
    const struct arg_spec *spec = option ? &option->spec : NULL;
    bool on = strcmp(setting->value, "true") == 0, off = strcmp(setting->value, "false") == 0;
    struct place place = spec ? setting->place : setting->name_place;
    int rc = 0;
    options->reading = setting->place;
    if (!spec || spec->id == OPT_CONFIG || spec->id == OPT_HELP || spec->id == OPT_PRINT_CONFIG)
        rc = err_set(err, ERR_CONFIG, "unknown option '%s'", setting->name);
    else if (!spec->takes_value && !on && !off)
        rc = err_set(err, ERR_CONFIG, "'%s' is true or false", setting->name);
    else if (option->nightly && options->command != COMMAND_SCAN)
        return 0;
    else if (spec->takes_value || on)
        rc = set_option(options, spec->id, spec->takes_value ? setting->value : NULL, err);
    if (rc == 0)
        rc = check_setting(options, spec, setting, err);
    if (rc < 0) {
        err->kind = ERR_CONFIG;
        err_prefix(err, "%s:%d:%d: ", place.file, place.line, place.column);
    }
    return rc;
}

static int read_config(struct scan_options *options, const char *path, struct err *err)
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

int scan_options_read(struct scan_options *options, enum scan_command command, int argc,
                      char **argv, struct err *err)
{
    static const char *const standard_input[] = {"-"};
    struct arg_spec specs[OPTION_COUNT];
    size_t spec_count = specs_of(command, specs);
    *options = (struct scan_options){
        .command = command, .since = INT64_MIN, .until = INT64_MAX, .top = TOP_DEFAULT};
    /* Once for --config alone; then the file, then what overrides it. */
    struct scan_options first = *options;
    char **copy = arena_alloc(&options->arena, ((size_t)argc + 1) * sizeof *copy);
    memcpy(copy, argv, ((size_t)argc + 1) * sizeof *copy);
    int operands = args_parse(argc, copy, specs, spec_count, set_option, &first, err);
    arena_release(&first.arena);
    if (operands < 0)
        return -1;
    options->help = first.help;
    if (first.help)
        return 0;
    if (config_read(options, first.config, read_config, err) < 0)
        return -1;
    options->reading = (struct place){0};
    operands = args_parse(argc, argv, specs, spec_count, set_option, options, err);
    if (operands < 0)
        return -1;
    options->paths = (const char *const *)(argv + 1);
    options->path_count = (size_t)operands;
    if (options->print_config)
        return 0;
    if (scan_options_check(options, err) < 0)
        return -1;
    if (!options->path_count && command == COMMAND_SCAN) {
        options->paths = standard_input;
        options->path_count = 1;
    }
    return outputs_check(options, err);
}
