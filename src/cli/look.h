/* look: what somebody sees who calls the program alone, at a terminal. */
#ifndef BOUNCELOG_CLI_LOOK_H
#define BOUNCELOG_CLI_LOOK_H

/* The last 24 hours of this host's mail logs, or of its journal, as a text; gives the exit code.
 * Nothing is kept and no file is written. */
int look_at_host(void);

#endif
