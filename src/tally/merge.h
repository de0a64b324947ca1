/* merge: what the files of this room share about samples. */
#ifndef BOUNCELOG_TALLY_MERGE_H
#define BOUNCELOG_TALLY_MERGE_H

#include "bouncelog/tally/tally.h"

/* Of what can be shown once only, the earliest is, and of those the first by its bytes. */
bool tally_shows_first(int64_t time, sv text, int64_t other_time, sv other);
void samples_insert(struct samples *samples, const struct sample *sample);

/* Of an event that has deferrals behind it. */
void tally_retry(struct tally *tally, const struct event *event);

/* Where the counters of a name are; made when new. */
void *tally_name(struct map *map, sv name);
void tally_merge_category(struct category_tally *into, const struct category_tally *from);

#endif
