/* why_words: the sentences of why.c. */
#ifndef BOUNCELOG_REPORT_WHY_WORDS_H
#define BOUNCELOG_REPORT_WHY_WORDS_H

#include "bouncelog/base/buf.h"
#include "bouncelog/report/why.h"

/* "mailbox_full needs 3 messages over 14 days; there are 3 over 10; one after 30 November 2026
 * 10:00 UTC would list it"; nothing, if nothing is missing. */
void why_add_lack(struct buf *text, const struct lack *lack, sv address,
                  const struct taxonomy *taxonomy, int64_t now);
/* Of who is held by an incident, or for mail that it took. */
void why_add_after_hold(struct buf *text, const struct decision *decision,
                        const struct address_record *record);
const char *why_never_words(enum never_listed never);
/* One more reason, behind those that the text has. */
void why_add_uncounted(struct buf *text, const struct why_uncounted *uncounted,
                       const struct taxonomy *taxonomy);
void why_add_elsewhere(struct buf *text, const struct failure *failure, size_t count,
                       const struct taxonomy *taxonomy);
/* " --history DB ADDRESS", quoted for a shell. */
void why_add_place(struct buf *text, const char *history, sv address);

#endif
