/* usual_logs: where the mail logs of a host usually are. doctor looks there, and so does the
 * program that is called alone; the nightly run (packaging/nightly.in) has the same list. */
#ifndef BOUNCELOG_CLI_USUAL_LOGS_H
#define BOUNCELOG_CLI_USUAL_LOGS_H

#include "bouncelog/base/buf.h"

/* Each list ends with NULL. Where Debian, Fedora, FreeBSD and Exim put them... */
extern const char *const usual_logs[];
/* ...and what carries the same lines again, or all there is. */
extern const char *const system_logs[];

/* The log, or where it is not there, as after a rotation until the next mail comes, the newest part
 * that was rotated away (mail.log.1, mail.log-20261122). False: neither is. */
bool usual_log_find(const char *log, struct buf *path);

#endif
