/* scan_options: the command line and the configuration file of `scan`, and of `report` and
 * `suppress`, which have some of its options and no logs. */
#ifndef BOUNCELOG_CLI_SCAN_OPTIONS_H
#define BOUNCELOG_CLI_SCAN_OPTIONS_H

#include "bouncelog/base/arena.h"
#include "bouncelog/output/output.h"
#include "bouncelog/pattern/patterns.h"
#include "bouncelog/pipeline/pipeline.h"

enum { LISTS_MAX = 32, CONDITIONS_MAX = 32, GLOBS_MAX = 64 };
enum scan_command { COMMAND_SCAN, COMMAND_REPORT, COMMAND_SUPPRESS };
enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

/* An option that somebody set, and where; without a file: on the command line. */
struct given {
    const char *name, *value; /* NULL: it takes none */
    struct place place;
};
enum { GIVEN_MAX = 256 };

struct scan_options {
    struct given given[GIVEN_MAX]; /* in order; the last one of a name that does not add counts */
    size_t given_count;
    struct place reading; /* of the setting that is being applied */
    bool print_config;
    enum scan_command command;
    const char *history, *allow; /* NULL: none */
    unsigned wait_seconds;
    bool dry_run, force, delta, unconfined;
    bool help, text, all_events, inbound, zone_given, addresses;
    enum event_format event_format;
    const char *output, *events, *page, *metrics; /* NULL: not asked for */
    struct {
        const char *path;
        enum list_format format;
    } lists[LISTS_MAX];
    size_t list_count;
    const char *conditions[CONDITIONS_MAX];
    struct place condition_places[CONDITIONS_MAX]; /* without a file: the command line */
    size_t condition_count;
    sv senders[GLOBS_MAX], filters[GLOBS_MAX];
    size_t sender_count, filter_count;
    int64_t since, until;
    const char *mta; /* NULL: auto */
    struct place mta_place;
    const char *zone, *host, *recipients, *hash_key_file, *config;
    bool hash;
    int year;
    size_t top, messages_max; /* messages_max 0: the default */
    unsigned jobs;            /* 0: all cores */
    enum when progress;
    struct patterns_options patterns;
    const char *const *paths;
    size_t path_count;
    struct arena arena; /* what came from the configuration file */
};

/* ERR_USAGE, or ERR_CONFIG when the configuration file is wrong. */
int scan_options_read(struct scan_options *options, enum scan_command command, int argc,
                      char **argv, struct err *err) MUST_CHECK;

/* Do they go together? ERR_USAGE. */
int scan_options_check(const struct scan_options *options, struct err *err) MUST_CHECK;

#endif
