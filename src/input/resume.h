/* resume: where a source was read to before, found by content, and remembered again.
 *
 * All of it does nothing where input_options.resume is not set. */
#ifndef BOUNCELOG_INPUT_RESUME_H
#define BOUNCELOG_INPUT_RESUME_H

#include "reader.h"

/* Finds the sources that are of the same log: they are read one after the other. */
void resume_plan(struct input *input);
/* The same of files alone: where a run goes on from no other one, copies are not read twice. False:
 * none begins like another one. */
bool resume_find_alike(struct input *input);

/* What tells that a file did not change. */
struct seen resume_seen(const struct stat *file);
/* Was the file read whole, and not changed since? *before: what is remembered of it, or NULL. */
bool resume_rests(const struct input_options *options, const struct seen *now,
                  const struct seen **before);
/* The file is open, and nothing is decoded: was it read to its end, and not changed since? */
bool resume_is_unchanged(struct reader *reader);
/* The head is decoded: goes to where the log was read to. False: there is nothing to be read, for
 * the reason that stands in the source. */
bool resume_find(struct reader *reader);
/* Bytes that were decoded just now. */
void resume_saw(struct reader *reader, const char *bytes, size_t len);
/* At the end of the source, behind whose last newline so many bytes stand: must that line wait for
 * the rest of it? */
bool resume_waits(struct reader *reader, size_t rest);
/* The reader closes: what is to be remembered goes into the source. */
void resume_mark(struct reader *reader);

#endif
