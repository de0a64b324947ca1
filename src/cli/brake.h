/* brake: what the lists that are there hold, so that a run out of line does not replace them. */
#ifndef BOUNCELOG_CLI_BRAKE_H
#define BOUNCELOG_CLI_BRAKE_H

#include "options/options.h"

/* Adds the addresses on all lists of the options that exist, whatever their format; false: none
 * exists. A list of fingerprints tells nothing. */
bool brake_read_lists(struct map *listed, const struct options *options);

#endif
