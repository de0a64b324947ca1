/* past: what the whole of a history decides, for commands that read no logs. */
#ifndef BOUNCELOG_CLI_PAST_H
#define BOUNCELOG_CLI_PAST_H

#include "held.h"
#include "setup.h"

struct past {
    struct archive *archive;
    struct archive_view view;
    struct suppress_source source;
    struct suppress_options how;
    struct held held;
    struct decisions decisions;
};

void past_init(struct past *past);
void past_release(struct past *past);
/* Opens the history that the setup names, to be read; the setup must outlive it. */
int past_open(struct archive **archive, const struct setup *setup, const char *what,
              struct err *err) MUST_CHECK;
/* Sets what decisions over it are asked for by, once it was viewed; how: see held_load. Adds to the
 * setup what the history allows. */
int past_ask(struct archive *archive, struct setup *setup, struct held *held,
             struct suppress_options *how, struct err *err) MUST_CHECK;
/* Decides over all evidence; the view is of the days in the window, and who was cleared then is
 * told. */
int past_decide(struct past *past, struct setup *setup, struct archive_window window,
                struct err *err) MUST_CHECK;

#endif
