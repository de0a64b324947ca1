/* config: the configuration files, and what is in force. */
#ifndef BOUNCELOG_CLI_OPTIONS_CONFIG_H
#define BOUNCELOG_CLI_OPTIONS_CONFIG_H

#include "options.h"

#define CONFIG_FILE "/etc/bouncelog/bouncelog.yaml"
#define CONFIG_FOLDER "/etc/bouncelog/conf.d"

typedef int config_reader(struct options *options, const char *path, struct err *err);

/* The file that was named; else CONFIG_FILE, if there is one, and then the *.yaml of CONFIG_FOLDER
 * in the order of their names. */
int config_read(struct options *options, const char *named, config_reader *read,
                struct err *err) MUST_CHECK;

/* Remembers that an option was set. */
void config_note(struct options *options, const struct option_row *row, const char *value);
/* What was set, as YAML that could be such a file, with where it comes from. */
int config_print(const struct options *options);

#endif
