/* text_parts: parts of the table for a terminal, as whole lines of plain ASCII. */
#ifndef BOUNCELOG_OUTPUT_TEXT_PARTS_H
#define BOUNCELOG_OUTPUT_TEXT_PARTS_H

#include "bouncelog/report/report.h"

/* At most `width` columns, control characters made visible, a cut at a whole character, with "...";
 * how many columns it takes. */
size_t text_add_clipped(struct buf *out, sv text, size_t width);
/* In lines of 80 columns: `first` begins the first of them, `next` all others. */
void text_add_wrapped(struct buf *out, sv text, const char *first, const char *next);
/* "1 message", "2 messages". */
void text_add_count(struct buf *out, int64_t count, const char *one, const char *many);
/* Which part of the mail it is about, and what of that may be missing. */
void text_add_cut(struct buf *out, const struct report *report);
/* What the counts of lines do not say: nothing counts, or it was not tried. */
void text_add_lines(struct buf *out, const struct report *report);
/* Who refuses or slows which host from when to when, the first `most`; how many there are. */
size_t text_add_episodes(struct buf *out, const struct report *report, size_t most);
/* How soon others took what they deferred. */
void text_add_retries(struct buf *out, const struct report *report);

/* How sure the lists are, and which rules are held. */
void text_add_regrets(struct buf *out, const struct report *report);

/* "2026-11-22T03:11:09Z"; in another zone without the Z, and the head says which one it is. `text`
 * has DATE_TEXT bytes. */
void text_format_time(const struct report *report, int64_t time, char *text);
/* Of what is there for more than a day, whether it goes on; else nothing. Without a line feed. */
void text_add_since(struct buf *out, const struct report *report, const struct category_row *row);

#endif
