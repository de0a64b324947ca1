/* table: all options of all commands (options.def), and what a row of it says. */
#ifndef BOUNCELOG_CLI_OPTIONS_TABLE_H
#define BOUNCELOG_CLI_OPTIONS_TABLE_H

#include "bouncelog/base/buf.h"
#include "options.h"
#include "types.h"

enum { OPTIONS_MAX = 64, CHOICES_MAX = 4, WORDINGS_MAX = 5 };

/* Where an option counts. */
enum counts {
    COUNTS_EVERYWHERE,   /* on the command line, and in a configuration file for all commands */
    COUNTS_NIGHTLY,      /* in a configuration file for scan alone: what a run puts where */
    COUNTS_COMMAND_LINE, /* in no configuration file */
};

struct option_row {
    const char *name;
    char letter;       /* 0: no short form */
    unsigned commands; /* that have it: bits of enum command */
    enum type_name type;
    size_t field;      /* of struct options */
    const char *value; /* what stands for its value in the help */
    unsigned least, most;
    int64_t initial; /* of a number or a time that nobody sets */
    struct choice {
        const char *word;
        unsigned value;
    } choices[CHOICES_MAX];
    enum counts counts;
    bool may_be_empty;
    const char *verb;  /* of `bouncelog history`, for which alone it is there */
    const char *group; /* heading in the help of scan */
    const char *help;  /* {words} and {range} stand for what it takes; NULL: the text before */
    struct {
        unsigned commands;
        const char *help;
    } wordings[WORDINGS_MAX];
    unsigned as_scan;    /* commands whose help sends to that of scan */
    const char *example; /* value in the first configuration file */
};

/* The row behind `option` (NULL: the first) that one of the commands has; NULL: there is none. */
const struct option_row *option_next(const struct option_row *option, unsigned commands);
/* The same in the order of the help of a command: those for which it sends to the help of scan come
 * behind the others, --help is the last. */
const struct option_row *option_next_shown(const struct option_row *row, enum command command);
/* The row of a long name among those of the commands, or NULL. */
const struct option_row *option_find(const char *name, unsigned commands);
bool option_takes_value(const struct option_row *option);
/* Can it stand without its value, too? That is joined to it then: --journal, --journal=UNIT. */
bool option_value_may_lack(const struct option_row *option);
/* Does a value add to the ones before, where that of others replaces them? */
bool option_adds(const struct option_row *option);
/* The value of one that takes a text; NULL: nobody set it. */
const char *option_text(const struct option_row *row, const struct options *options);
/* The options that nobody sets. */
void options_start(struct options *options, enum command command);

/* Appends what the help of the command says about it. */
void option_add_help(struct buf *out, const struct option_row *option, enum command command);
/* Appends the words that it takes, a blank between two; none: it takes any. */
void option_add_words(struct buf *out, const struct option_row *option);

#endif
