/* outputs: where the outputs of `scan` go. */
#ifndef BOUNCELOG_CLI_OUTPUTS_H
#define BOUNCELOG_CLI_OUTPUTS_H

#include "scan_options.h"

/* Where the summary goes: "-" is standard output, NULL nowhere (something else goes there). */
const char *outputs_summary(const struct scan_options *options);
/* ERR_USAGE when two outputs go to one place, or one to a log that is to be read. */
int outputs_check(const struct scan_options *options, struct err *err) MUST_CHECK;

#endif
