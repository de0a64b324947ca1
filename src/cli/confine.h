/* confine: takes away from the process what a run does not need, before it reads a byte that
 * strangers wrote (Landlock, Linux 5.13). What is left: reading in the folders of the logs, writing
 * in those of the outputs and of the history. Threads that start later are confined, too. */
#ifndef BOUNCELOG_CLI_CONFINE_H
#define BOUNCELOG_CLI_CONFINE_H

#include "options/options.h"

/* Does what the kernel can; never fails, since a run counts more than its fence. After everything
 * outside of those folders was read, and all outputs are open. */
void confine(const struct options *options);

/* For --version; appended. */
void confine_describe(struct buf *out);

#endif
