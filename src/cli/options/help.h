/* help: what --help prints, made of the tables of commands and options. */
#ifndef BOUNCELOG_CLI_OPTIONS_HELP_H
#define BOUNCELOG_CLI_OPTIONS_HELP_H

#include "bouncelog/base/buf.h"
#include "options.h"

/* Appends the help of the program itself, or of a command. */
void help_add_program(struct buf *out);
void help_add_command(struct buf *out, enum command command);

/* Appends all that the tables say as one JSON document, for whoever makes manuals and completions
 * (scripts/manuals). */
void dump_add(struct buf *out);

#endif
