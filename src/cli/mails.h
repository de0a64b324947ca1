/* mails: the bounces and complaints of the mailboxes that --mail names. */
#ifndef BOUNCELOG_CLI_MAILS_H
#define BOUNCELOG_CLI_MAILS_H

#include "bouncelog/late/late.h"
#include "bouncelog/report/report.h"
#include "setup.h"

struct mails {
    struct late_notice *list;
    struct mail_counts counts;
    struct arena texts; /* of them */
};

/* Reads them all. False: some could not be read, in whole or in part; it has been said. */
bool mails_read(struct mails *mails, const struct setup *setup) MUST_CHECK;
void mails_release(struct mails *mails);

#endif
