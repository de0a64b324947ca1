/* cut: which part of the mail `report` was asked about. */
#ifndef BOUNCELOG_CLI_CUT_H
#define BOUNCELOG_CLI_CUT_H

#include "bouncelog/archive/archive.h"
#include "setup.h"

/* What the options name, in the spelling of the counters. Zero-initialise. */
struct cut_choice {
    struct cut cut;
    struct report_cut shown;
    sv names[3][TEXTS_MAX];
    struct arena texts;
};

bool cut_asked(const struct options *options);
/* ERR_USAGE: no cell of a history could tell. */
int cut_read(struct cut_choice *choice, const struct options *options, struct err *err) MUST_CHECK;
void cut_release(struct cut_choice *choice);
/* Does each provider exist, in the patterns or in the history? ERR_USAGE */
int cut_check_providers(const struct setup *setup, const struct archive_part *part,
                        struct err *err) MUST_CHECK;
/* What goes with no part of the mail. ERR_USAGE */
int cut_check(const struct options *options, struct err *err) MUST_CHECK;
/* Says why its counts may be too low. */
void cut_tell_gaps(const struct report *report);

#endif
