/* journal: what the files of this room share about the journal that is being read. */
#ifndef BOUNCELOG_INPUT_JOURNAL_STATE_H
#define BOUNCELOG_INPUT_JOURNAL_STATE_H

#include "bouncelog/base/buf.h"
#include "reader.h"

/* False: there is nothing to be read, for the reason that stands in the source. */
bool journal_open(struct reader *reader);
/* The reader closes: what is to be remembered goes into the source. */
void journal_mark(struct reader *reader);

/* The fields of an entry that a line is made of. */
struct entry {
    int64_t microseconds;
    sv host, name, message, pid, said_pid; /* said_pid: SYSLOG_PID, of a sender without a process */
    struct entry_sender sender;
};

/* Is `KEY=VALUE` of the journal one of these, and the first of its key? */
bool entry_wants(const struct entry *entry, sv field);
/* It goes where it belongs. */
void entry_take(struct entry *entry, sv field);
/* Appends the line of the entry, with its newline. False: its name was not believed. */
bool entry_line(struct buf *line, struct entry *entry, const struct journal_options *options);

#endif
