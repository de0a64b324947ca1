#include "scan_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "args.h"
#include "bouncelog/base/date.h"
#include "bouncelog/pattern/settings.h"
#include "cli.h"
#include "outputs.h"
#include "zone.h"

enum { TOP_DEFAULT = 50, TOP_LIMIT = 1000000, JOBS_LIMIT = 64 };
enum { MESSAGES_MIN = 64, MESSAGES_LIMIT = 100000000 };

enum option {
    OPT_OUTPUT,
    OPT_TEXT,
    OPT_EVENTS,
    OPT_EVENTS_INCLUDE,
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
    OPT_HASH,
    OPT_HASH_KEY,
    OPT_FAIL_ON,
    OPT_TOP,
    OPT_CONFIG,
    OPT_HELP,
};

static const struct arg_spec specs[] = {
    {"output", 'o', true, OPT_OUTPUT},
    {"text", 't', false, OPT_TEXT},
    {"events", 'e', true, OPT_EVENTS},
    {"events-include", 0, true, OPT_EVENTS_INCLUDE},
    {"suppress", 's', true, OPT_SUPPRESS},
    {"html", 0, true, OPT_HTML},
    {"addresses", 0, false, OPT_ADDRESSES},
    {"prometheus", 0, true, OPT_PROMETHEUS},
    {"since", 0, true, OPT_SINCE},
    {"until", 0, true, OPT_UNTIL},
    {"mta", 0, true, OPT_MTA},
    {"timezone", 0, true, OPT_TIMEZONE},
    {"year", 0, true, OPT_YEAR},
    {"host", 0, true, OPT_HOST},
    {"inbound", 0, false, OPT_INBOUND},
    {"recipients", 0, true, OPT_RECIPIENTS},
    {"sender", 0, true, OPT_SENDER},
    {"filter-transports", 0, true, OPT_FILTER},
    {"patterns", 0, true, OPT_PATTERNS},
    {"patterns-extra", 0, true, OPT_PATTERNS_EXTRA},
    {"policy", 0, true, OPT_POLICY},
    {"jobs", 'j', true, OPT_JOBS},
    {"max-open-messages", 0, true, OPT_MESSAGES},
    {"progress", 0, true, OPT_PROGRESS},
    {"hash", 0, true, OPT_HASH},
    {"hash-key-file", 0, true, OPT_HASH_KEY},
    {"fail-on", 0, true, OPT_FAIL_ON},
    {"top", 0, true, OPT_TOP},
    {"config", 0, true, OPT_CONFIG},
    {"help", 'h', false, OPT_HELP},
};
enum { SPEC_COUNT = sizeof specs / sizeof *specs };

int read_mta(const char *name, enum mta *mta, struct err *err)
{
    *mta = MTA_UNKNOWN;
    if (strcmp(name, "auto") == 0)
        return 0;
    if (!mta_from_name(sv_from(name), mta) || *mta == MTA_UNKNOWN)
        return err_set(err, ERR_USAGE, "--mta '%s': expected auto, postfix, exim or sendmail",
                       name);
    return 0;
}

/* RFC 3339, a day, or so long ago: 24h, 7d, 30m, 2w. */
static int read_time(const char *name, const char *value, int64_t *time, struct err *err)
{
    sv text = sv_from(value);
    uint64_t n;
    char unit = text.len ? text.ptr[text.len - 1] : 0;
    int64_t seconds = unit == 'w'   ? 604800
                      : unit == 'd' ? 86400
                      : unit == 'h' ? 3600
                      : unit == 'm' ? 60
                                    : 0;
    if (date_parse(text, time))
        return 0;
    if (seconds && sv_to_u64(sv_sub(text, 0, text.len - 1), &n) && n < 1000000) {
        *time = now_seconds() - (int64_t)n * seconds;
        return 0;
    }
    return err_set(err, ERR_USAGE,
                   "--%s '%s': expected 2026-11-22, 2026-11-22T03:00:00Z, 24h or 7d", name, value);
}

static int read_number(const char *name, const char *value, uint64_t least, uint64_t most,
                       uint64_t *number, struct err *err)
{
    if (!sv_to_u64(sv_from(value), number) || *number < least || *number > most)
        return err_set(err, ERR_USAGE, "--%s '%s': expected a number from %llu to %llu", name,
                       value, (unsigned long long)least, (unsigned long long)most);
    return 0;
}

static int read_choice(const char *name, const char *value, const char *const *choices,
                       size_t count, size_t *index, struct err *err)
{
    char list[128] = "";
    for (*index = 0; *index < count; ++*index) {
        if (strcmp(value, choices[*index]) == 0)
            return 0;
        size_t len = strlen(list);
        snprintf(list + len, sizeof list - len, "%s%s", len ? ", " : "", choices[*index]);
    }
    return err_set(err, ERR_USAGE, "--%s '%s': expected one of %s", name, value, list);
}

static int unknown_format(const char *value, sv name, struct err *err)
{
    char known[256] = "";
    for (int i = 0; i < LIST_FORMAT_COUNT; i++) {
        size_t len = strlen(known);
        snprintf(known + len, sizeof known - len, "%s%s", i ? ", " : "",
                 list_format_name((enum list_format)i));
    }
    return err_set(err, ERR_USAGE, "--suppress '%s': unknown format '%.*s' (%s)", value,
                   SV_FMT(name), known);
}

/* FILE, or FILE:FORMAT; a colon that no format follows belongs to the name. */
static int add_list(struct scan_options *options, const char *value, struct err *err)
{
    sv text = sv_from(value);
    size_t colon = sv_rfind_byte(text, ':');
    enum list_format format = LIST_PLAIN;
    const char *path = value;
    if (options->list_count == LISTS_MAX)
        return err_set(err, ERR_USAGE, "--suppress: more than %d lists", LISTS_MAX);
    if (colon != SV_NPOS) {
        sv name = sv_skip(text, colon + 1);
        if (list_format_from_name(name, &format)) {
            char *copy = arena_alloc(&options->arena, colon + 1);
            memcpy(copy, value, colon);
            copy[colon] = 0;
            path = copy;
        } else if (sv_find_byte(name, '/') == SV_NPOS) {
            return unknown_format(value, name, err);
        }
    }
    if (!*path)
        return err_set(err, ERR_USAGE, "--suppress '%s': no file name", value);
    options->lists[options->list_count].path = path;
    options->lists[options->list_count++].format = format;
    return 0;
}

static int add_glob(const char *name, sv *list, size_t *count, const char *value, struct err *err)
{
    if (*count == GLOBS_MAX)
        return err_set(err, ERR_USAGE, "--%s: more than %d of them", name, GLOBS_MAX);
    list[(*count)++] = sv_from(value);
    return 0;
}

static int set_limits(struct scan_options *o, int id, const char *value, struct err *err)
{
    static const char *const whens[] = {"auto", "always", "never"};
    static const char *const includes[] = {"failures", "all"};
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
    case OPT_EVENTS_INCLUDE:
        if (read_choice("events-include", value, includes, 2, &index, err) < 0)
            return -1;
        o->all_events = index == 1;
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
    for (size_t i = 0; i < SPEC_COUNT; i++)
        if (specs[i].id == id)
            return err_set(err, ERR_USAGE, "option '--%s' needs a value", specs[i].name);
    return 0;
}

static int set_option(void *context, int id, const char *value, struct err *err)
{
    struct scan_options *o = context;
    if (value && !*value && id != OPT_SENDER) /* the null sender is one */
        return empty_value(id, err);
    switch (id) {
    case OPT_HELP:
        o->help = true;
        return 0;
    case OPT_SINCE:
        return read_time("since", value, &o->since, err);
    case OPT_UNTIL:
        return read_time("until", value, &o->until, err);
    case OPT_MTA:
        return read_mta(value, &o->only, err);
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
    case OPT_HASH_KEY:
        o->hash_key_file = value;
        return 0;
    case OPT_CONFIG:
        o->config = value;
        return 0;
    default:
        return set_output(o, id, value, err);
    }
}

/* What only a later step would find wrong, while it is known where it stands. */
static int check_setting(struct scan_options *options, const struct arg_spec *spec,
                         const struct setting *setting, struct err *err)
{
    if (spec->id == OPT_TIMEZONE)
        return zone_check(setting->value, err);
    if (spec->id == OPT_FAIL_ON)
        options->condition_places[options->condition_count - 1] = setting->place;
    return 0;
}

/* `filter_transports` in a file is the option --filter-transports. */
static const struct arg_spec *spec_of(const char *name)
{
    char hyphens[64];
    snprintf(hyphens, sizeof hyphens, "%s", name);
    for (char *c = hyphens; *c; c++)
        if (*c == '_')
            *c = '-';
    return args_find(specs, SPEC_COUNT, hyphens);
}

static int apply_setting(struct scan_options *options, const struct setting *setting,
                         struct err *err)
{
    const struct arg_spec *spec = spec_of(setting->name);
    bool on = strcmp(setting->value, "true") == 0, off = strcmp(setting->value, "false") == 0;
    int rc = 0;
    if (!spec || spec->id == OPT_CONFIG || spec->id == OPT_HELP)
        rc = err_set(err, ERR_CONFIG, "unknown option '%s'", setting->name);
    else if (!spec->takes_value && !on && !off)
        rc = err_set(err, ERR_CONFIG, "'%s' is true or false", setting->name);
    else if (spec->takes_value || on)
        rc = set_option(options, spec->id, spec->takes_value ? setting->value : NULL, err);
    if (rc == 0)
        rc = check_setting(options, spec, setting, err);
    if (rc < 0) {
        err->kind = ERR_CONFIG;
        err_prefix(err, "%s:%d:%d: ", setting->place.file, setting->place.line,
                   setting->place.column);
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

/* A key serves --hash, or lists of the format hash alone. */
static int check_hash(const struct scan_options *o, struct err *err)
{
    bool hash_list = false;
    for (size_t i = 0; i < o->list_count; i++) {
        enum list_format format = o->lists[i].format;
        hash_list = hash_list || format == LIST_HASH;
        if (o->hash && !list_format_takes_fingerprints(format))
            return err_set(
                err, ERR_USAGE,
                "--suppress '%s:%s': this format needs addresses, and --hash leaves none",
                o->lists[i].path, list_format_name(format));
    }
    if (o->hash && !o->hash_key_file)
        return err_set(err, ERR_USAGE, "--hash and --hash-key-file go together");
    if (o->hash_key_file && !o->hash && !hash_list)
        return err_set(err, ERR_USAGE,
                       "--hash-key-file goes with --hash, or with a list of the format hash");
    return 0;
}

static int check(struct scan_options *o, struct err *err)
{
    if (check_hash(o, err) < 0)
        return -1;
    if (o->since >= o->until)
        return err_set(err, ERR_USAGE, "--since is not before --until");
    if (o->path_count == 0 && isatty(STDIN_FILENO))
        return err_set(err, ERR_USAGE, "no log file (\"-\" is standard input; see --help)");
    return 0;
}

int scan_options_read(struct scan_options *options, int argc, char **argv, struct err *err)
{
    static const char *const standard_input[] = {"-"};
    *options = (struct scan_options){.since = INT64_MIN, .until = INT64_MAX, .top = TOP_DEFAULT};
    /* Once for --config alone; then the file, then what overrides it. */
    struct scan_options first = *options;
    char **copy = arena_alloc(&options->arena, ((size_t)argc + 1) * sizeof *copy);
    memcpy(copy, argv, ((size_t)argc + 1) * sizeof *copy);
    int operands = args_parse(argc, copy, specs, SPEC_COUNT, set_option, &first, err);
    arena_release(&first.arena);
    if (operands < 0)
        return -1;
    options->help = first.help;
    if (first.help)
        return 0;
    const char *config = first.config;
    if (!config && access(DEFAULT_CONFIG, F_OK) == 0)
        config = DEFAULT_CONFIG;
    if (config && read_config(options, config, err) < 0)
        return -1;
    operands = args_parse(argc, argv, specs, SPEC_COUNT, set_option, options, err);
    if (operands < 0)
        return -1;
    options->paths = (const char *const *)(argv + 1);
    options->path_count = (size_t)operands;
    if (check(options, err) < 0)
        return -1;
    if (!options->path_count) {
        options->paths = standard_input;
        options->path_count = 1;
    }
    return outputs_check(options, err);
}
