/* marks: does a text that no shape takes speak of an attempt to deliver? Then it was not
 * understood, which is another thing than of no interest. Thread: the parser's. */
#ifndef BOUNCELOG_PARSE_MARKS_H
#define BOUNCELOG_PARSE_MARKS_H

#include "parser.h"

/* Does a mark of this MTA, or of any that is read, begin in the first bytes of the text? */
bool marks_of_mta_in(const struct parser *parser, uint8_t at, sv text, size_t first);
bool marks_in(const struct parser *parser, sv text, size_t first);

/* How far the text goes before a bracket, a quote, a sign of equality: a stranger's words stand
 * behind one of them. */
size_t marks_plain_length(sv text);

#endif
