/* merge: what the files of this room share about samples. */
#ifndef BOUNCELOG_TALLY_MERGE_H
#define BOUNCELOG_TALLY_MERGE_H

#include "bouncelog/tally/tally.h"

/* Of what can be shown once only, the earliest is, and of those the first by its bytes. */
bool tally_shows_first(int64_t time, sv text, int64_t other_time, sv other);

static inline void outcomes_count(struct outcomes *counts, enum outcome outcome)
{
    counts->count++;
    if (outcome == OUTCOME_DELIVERED) { /* most are */
        counts->delivered++;
        return;
    }
    counts->deferred += outcome == OUTCOME_DEFERRED;
    counts->bounced += outcome == OUTCOME_BOUNCED;
    counts->expired += outcome == OUTCOME_EXPIRED;
}

/* Provider, operator and domain that the event's mail went to. */
void tally_destinations(struct tally *tally, const struct event *event);
void tally_release_destinations(struct tally *tally);
/* Names are counted in lower case; fingerprints of them are as good as the names themselves. */
void *tally_find_name(struct map *map, sv name, uint64_t hash);
/* The domain of an address, which is looked for only where it is new. */
void *tally_find_domain(struct map *map, sv address, uint64_t hash);

/* What stops a sender, and what was taken all the same. */
void tally_block(struct tally *tally, const struct taxonomy *taxonomy, const struct event *event);
void tally_path(struct tally *tally, const struct event *event);
void tally_merge_blocks(struct tally *into, const struct tally *from);
void tally_release_blocks(struct tally *tally);

void sighting_count(struct sighting *seen, int64_t time);
void sighting_merge(struct sighting *into, const struct sighting *from);
/* Keeps what fits into a sample; its length. */
size_t tally_keep(char *to, sv text);

/* Of an event that has deferrals behind it. */
void tally_retry(struct tally *tally, const struct event *event);

/* Where the counters of a name are; made when new. */
void *tally_name(struct map *map, sv name);
void tally_merge_category(struct category_tally *into, const struct category_tally *from);

#endif
