/* points: hashes along a log, which tell logs apart that begin alike. */
#ifndef BOUNCELOG_INPUT_POINTS_H
#define BOUNCELOG_INPUT_POINTS_H

#include "reader.h"

/* Bytes that cannot be read again are about to go behind the window of the reader; `end` is where
 * they end in the log. */
void points_saw(struct reader *reader, const char *bytes, size_t len, int64_t end);
/* Of the log up to the mark's offset, and its first lines, into the mark; `before` is the mark that
 * it continues, or NULL. */
void points_mark(struct reader *reader, struct mark *mark, const struct mark *before);
/* How the source compares with the log of a mark that begins like it, and which it is shorter than
 * or differs from somewhere. */
enum alike {
    ALIKE_WHOLE,  /* all of its lines are those of that log */
    ALIKE_SO_FAR, /* wherever it was looked at; the rest is not known */
    ALIKE_PARTS,  /* for a while behind the head, then no more */
    ALIKE_HEAD    /* at the head alone: it is another log */
};
enum alike points_compare(struct reader *reader, const struct mark *mark);
/* The same, of a source that is shorter, with the file of that log: by the bytes before its end.
 * ALIKE_SO_FAR: the file cannot be asked. */
enum alike points_compare_ends(struct reader *reader, const struct source *log);

#endif
