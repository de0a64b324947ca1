/* window: what a source that cannot be resumed has of lines that earlier runs read. */
#ifndef BOUNCELOG_INPUT_WINDOW_H
#define BOUNCELOG_INPUT_WINDOW_H

#include "reader.h"

/* Standard input, or a file that is written anew time and again, and all lines of the mark's log
 * are remembered: what is new is told by the lines, since those behind the offset may have come in
 * another window. */
bool window_is_told(const struct reader *reader, const struct mark *mark);
/* A file that begins before the lines that are remembered, and has some of them: nobody knows what
 * else of it was read. Says so in the source. */
bool window_is_refused(struct reader *reader);
/* Makes lines that were read before empty; gives the end of what is left, and their number. */
char *window_drop(struct reader *reader, char *from, char *end, size_t *known);

#endif
