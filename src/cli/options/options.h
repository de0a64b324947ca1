/* options: what a command was asked for, on its command line and in the configuration files. Each
 * option is one row of options.def; the program passes this struct on, and nobody changes it. */
#ifndef BOUNCELOG_CLI_OPTIONS_OPTIONS_H
#define BOUNCELOG_CLI_OPTIONS_OPTIONS_H

#include "bouncelog/base/arena.h"
#include "bouncelog/output/output.h"
#include "bouncelog/pattern/patterns.h"
#include "bouncelog/pipeline/pipeline.h"

enum { LISTS_MAX = 32, CONDITIONS_MAX = 32, TEXTS_MAX = 64, GIVEN_MAX = 256 };

enum command {
    COMMAND_SCAN,
    COMMAND_EXPLAIN,
    COMMAND_WHY,
    COMMAND_CODES,
    COMMAND_CATEGORIES,
    COMMAND_SUPPRESS,
    COMMAND_REPORT,
    COMMAND_MERGE,
    COMMAND_HISTORY,
    COMMAND_PATTERNS,
    COMMAND_DOCTOR,
    COMMAND_CHANGES,
    COMMAND_BACKTEST,
    COMMAND_RECONCILE,
    COMMAND_COUNT
};

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };
enum events_which { EVENTS_FAILURES, EVENTS_ALL };
enum hash_kind { HASH_NONE, HASH_SHA256 };

struct option_row;

/* An option that somebody set, and where; without a file: on the command line. */
struct given {
    const struct option_row *row;
    const char *value; /* NULL: it takes none */
    struct place place;
};

/* The values of an option that may be repeated, and where each stands. */
struct texts {
    sv list[TEXTS_MAX];
    struct place places[TEXTS_MAX];
    size_t count;
};

/* A time that an option names. Of what zone it is, is known when all options are. */
struct moment {
    int64_t at;
    const char *text; /* NULL: nobody set it */
};

struct options {
    enum command command;
    struct given
        given[GIVEN_MAX]; /* in order; the last one of an option that does not add counts */
    size_t given_count;
    struct place reading; /* of the setting that is being applied */
    struct arena arena;   /* what came from the configuration files */
    bool help, print_config;
    bool only_looks; /* see options_look */
    const char *config;

    const char *history, *allow; /* NULL: none */
    unsigned wait_seconds, days, evidence_days, event_days;
    bool dry_run, force, delta, remove, accept_change;

    const char *output, *events, *page, *metrics; /* NULL: not asked for */
    bool text, addresses, json, rules;
    const char *display_zone; /* NULL: UTC */
    enum suppress_part suppress_part;
    enum events_which events_which;
    unsigned keep_events; /* days; 0: none are kept */
    enum event_format event_format;
    struct {
        const char *path;
        enum list_format format;
        sv template;        /* of LIST_TEMPLATE: its name, which list_forms looks up */
        struct place place; /* in a configuration file; no file: of the command line */
        int mode;           /* -1: nobody set it */
        int64_t group;      /* -1: nobody set it */
    } lists[LISTS_MAX];
    size_t list_count;
    enum hash_kind hash;
    const char *hash_key_file;
    struct texts conditions;
    unsigned top, jobs, messages_max; /* jobs 0: all cores; messages_max 0: the default */
    enum when progress, confine, color;

    struct moment since, until;
    struct texts mails; /* mailboxes */
    struct texts their_lists;
    const char *tag_key_file;
    struct texts tier_names;
    unsigned tiers; /* bits of enum tier; 0: what each format has */
    struct texts senders, filters, relays;
    struct texts rivals, policies, rules_of;              /* of a backtest */
    struct texts cut_senders, cut_providers, cut_domains; /* of a report */
    const char *recipients;
    bool inbound;

    const char *mta; /* NULL: auto */
    const char *zone, *host;
    unsigned year; /* 0: not said */
    struct patterns_options patterns;

    bool journal;
    struct texts journal_units;
    const char *journal_folder; /* NULL: this machine's */

    const char *const *operands;
    size_t operand_count;
};

/* ERR_USAGE, or ERR_CONFIG when a configuration file is wrong. What does not go together is found
 * here, too. */
int options_read(struct options *options, enum command command, int argc, char **argv,
                 struct err *err) MUST_CHECK;
/* For a run of scan that changes nothing: of the configuration files counts what says how logs are
 * read and judged, not what a run keeps or puts where. */
int options_look(struct options *options, int argc, char **argv, struct err *err) MUST_CHECK;
void options_release(struct options *options);
/* Where the value of an option that does not add stands; without a file: on the command line. */
struct place option_place(const struct options *options, const char *name);
/* A fault of what stands there, found late: names the place, if there is one; returns -1. */
int place_error(struct place place, struct err *err);

/* Do they go together? ERR_USAGE. */
int options_check(struct options *options, struct err *err) MUST_CHECK;

#endif
