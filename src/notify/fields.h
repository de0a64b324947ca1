/* fields: header fields, and the fields of reports, which are written alike.
 *
 * A field is `Name: value` and the lines behind it that begin with a blank (RFC 5322, 2.2). Names
 * are compared without their case. Values are unfolded and trimmed; they are views where they stand
 * in one line, else copies in the arena. */
#ifndef BOUNCELOG_NOTIFY_FIELDS_H
#define BOUNCELOG_NOTIFY_FIELDS_H

#include "bouncelog/base/arena.h"

struct field_reader {
    sv rest;
    struct arena *arena;
    uint32_t *limits; /* bits of enum notice_limit */
    sv name, value;
};

/* The header block at the start of a mail, without the empty line. */
sv fields_head(sv mail, uint32_t *limits);

/* The next field of the block, in name and value; a line that is none is passed over. False: an
 * empty line, which is taken away, or the end. */
bool fields_next(struct field_reader *reader);

/* The first value under this name, or the last one; empty: none. */
sv fields_first(sv block, sv name, struct arena *arena, uint32_t *limits);
sv fields_last(sv block, sv name, struct arena *arena, uint32_t *limits);

/* Does the text begin with a field? */
bool fields_begin(sv text);

#endif
