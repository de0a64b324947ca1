/* unread: logs that nobody understands, named for what they are. */
#ifndef BOUNCELOG_CLI_UNREAD_H
#define BOUNCELOG_CLI_UNREAD_H

#include "bouncelog/archive/archive.h"
#include "bouncelog/base/arena.h"
#include "bouncelog/pipeline/pipeline.h"

/* What is wrong with a source of which no line is an MTA's, and most have no header that is known;
 * in the arena. Empty: nothing is. `lines`: how many it has. */
sv unread_words(const struct source_seen *seen, int64_t lines, struct arena *arena);

/* What a text is that begins so and is no log; NULL: nobody knows. */
const char *unread_kind(sv text);

/* The same of a log that was read before: its mail is gone, and what nobody knows has come. */
sv unread_share_words(const struct source_seen *seen, int64_t lines, const struct log_share *before,
                      struct arena *arena);

/* What to type instead, where a log could not be read for how it was named or for who asks; NULL:
 * nobody knows better. */
const char *unread_hint(const char *path);

#endif
