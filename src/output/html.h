/* html: markup with strangers' words in it.
 *
 * There is one way for bytes to get into a page: html(), whose format is a literal of ours and
 * whose %t escapes whatever comes from elsewhere. Nothing else takes a view. */
#ifndef BOUNCELOG_OUTPUT_HTML_H
#define BOUNCELOG_OUTPUT_HTML_H

#include "bouncelog/base/buf.h"

/* %t an sv, escaped for text and for attributes in double quotes, control characters, bidi controls
 *    and bytes that are not UTF-8 made visible;
 * %n an int64_t, with commas; %i an int64_t, without (coordinates, code);
 * %f a double, one decimal at most (coordinates); %p a share as "12.3 %". */
void html(struct buf *page, const char *format, ...);

/* The same escaping for a text of ours in which addresses of the web become links. */
void html_linked(struct buf *page, sv text);

#endif
