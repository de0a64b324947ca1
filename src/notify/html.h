/* html: the text that a reader of an HTML page sees, line by line. */
#ifndef BOUNCELOG_NOTIFY_HTML_H
#define BOUNCELOG_NOTIFY_HTML_H

#include "bouncelog/base/arena.h"

/* In the arena; never longer than the page. */
sv html_text(sv html, struct arena *arena);

#endif
