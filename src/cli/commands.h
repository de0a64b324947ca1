/* commands: one row a command: how it is called, what its help says, what runs it. */
#ifndef BOUNCELOG_CLI_COMMANDS_H
#define BOUNCELOG_CLI_COMMANDS_H

#include "bouncelog/base/sv.h"
#include "options/options.h"

enum { USAGES_MAX = 7, VERBS_MAX = 7, EXITS_MAX = 13 };

struct command_row {
    const char *name;
    const char *operands; /* in the list of commands */
    const char *summary;
    const char *usages[USAGES_MAX]; /* without the program's name */
    const char *about;              /* paragraphs; an empty line between two */
    struct verb {
        const char *name, *help; /* NULL: the paragraphs say it */
    } verbs[VERBS_MAX];
    const char *example;
    struct exit_row {
        int code;
        const char *help;
    } exits[EXITS_MAX]; /* NULL: those of scan */
    bool takes_files;   /* its operands are files */
    bool reads_config;  /* the configuration files are read for it */
    int (*run)(const struct options *options);
};

extern const struct command_row command_rows[COMMAND_COUNT];
/* What the program's own help says. */
extern const char program_about[], program_example[];

/* COMMAND_COUNT: there is no such command. */
enum command command_find(sv name);
/* Says that there is no such command, and which one was probably meant; gives the exit code. */
int command_unknown(sv name);
/* "scan, explain or codes", for messages. */
const char *command_names(void);

#endif
