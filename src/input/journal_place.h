/* journal_place: the journal at hand, and where its reading begins. In builds with libsystemd. */
#ifndef BOUNCELOG_INPUT_JOURNAL_PLACE_H
#define BOUNCELOG_INPUT_JOURNAL_PLACE_H

#include <systemd/sd-journal.h>

#include "journal.h"

struct journal {
    struct reader *reader;
    sd_journal *handle;
    bool pending;    /* the entry at hand is the next one to be given */
    bool resumes;    /* where it ends is remembered */
    struct buf line; /* of an entry, from `used` on still to be given */
    size_t used;
    uint64_t first_hash; /* of the first cursor of a journal that was never read */
    int64_t unreadable;  /* entries that could not be read whole */
};

static inline const struct journal_options *journal_options_of(const struct journal *journal)
{
    return &journal->reader->input->options.journal;
}

/* Can all files be read? Else entries would be left out for good. False: the source says why. */
bool journal_is_readable(struct journal *journal);
/* Goes to where the reading begins; false as journal_open. */
bool journal_begin(struct journal *journal);
/* The cursor of the entry at hand, copied. */
bool journal_cursor(sd_journal *handle, char cursor[CURSOR_MAX]);

#endif
