/* mailboxes: each mail of the mailboxes that --mail names. */
#ifndef BOUNCELOG_CLI_MAILBOXES_H
#define BOUNCELOG_CLI_MAILBOXES_H

#include "bouncelog/notify/mailbox.h"
#include "cli.h"
#include "options/options.h"

/* Anything but EXIT_DONE ends the walk, and is its result. */
typedef int mail_visitor(void *context, const struct mail *mail);

/* What cannot be read is said on stderr, and the walk goes on; then its result is the exit code of
 * that. */
int mailboxes_each(const struct options *options, mail_visitor *visit, void *context) MUST_CHECK;

#endif
