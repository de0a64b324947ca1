/* args: GNU long options as the table has them, for every command alike. */
#ifndef BOUNCELOG_CLI_OPTIONS_ARGS_H
#define BOUNCELOG_CLI_OPTIONS_ARGS_H

#include "table.h"

/* Called for each option; value is NULL for options without one. */
typedef int arg_handler(struct options *options, const struct option_row *row, const char *value,
                        struct err *err);

/* Walks argv (argv[0] is skipped) by the options of options->command and moves the operands to the
 * front of argv[1...]; returns how many there are, or -1 with ERR_USAGE. */
int args_parse(int argc, char **argv, struct options *options, arg_handler *handler,
               struct err *err) MUST_CHECK;

#endif
