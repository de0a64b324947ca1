/* events: attempts as lines of JSON, as --events asks for them: those of a run while it reads logs,
 * or those that earlier runs have kept. */
#ifndef BOUNCELOG_CLI_EVENTS_H
#define BOUNCELOG_CLI_EVENTS_H

#include "bouncelog/archive/archive.h"
#include "setup.h"

/* Starts as zeros, but for the setup and the file, which must outlive it. */
struct event_writer {
    struct setup *setup;
    struct outfile *out; /* NULL: nothing is written */
    struct buf line;     /* the event being written */
    struct arena arena;  /* what its redaction makes */
};

/* Deliveries alone are left out, where nobody asked for them. */
bool events_asked(const struct options *options, const struct event *event);
void event_write(struct event_writer *writer, const struct event *event);
void event_writer_release(struct event_writer *writer);

/* Writes what the history keeps of these days and of that part of the mail (NULL: all). *missing:
 * so many attempts of their counters are not among it, as far as anybody knows. */
int events_of_past(struct event_writer *writer, struct archive *archive,
                   struct archive_window window, const struct cut *cut, const struct tally *counted,
                   int64_t *missing, struct err *err) MUST_CHECK;

#endif
