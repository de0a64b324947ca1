/* trials: what the files share that keep them. */
#ifndef BOUNCELOG_EVIDENCE_TRIALS_PARTS_H
#define BOUNCELOG_EVIDENCE_TRIALS_PARTS_H

#include "bouncelog/evidence/trials.h"

struct trial_address {
    uint32_t index;
    int64_t step; /* of its latest delivery that was noted; 0: none */
};

struct trial_words {
    sv reply;       /* of all of its shape the first by its bytes; in `words` */
    uint32_t index; /* of the shape */
    bool deferred;
};

/* In the words of a reply: the recipient, and what is in front of its @. */
enum { WORDS_RECIPIENT = 1, WORDS_LOCAL_PART = 2, WORDS_MAX = 400 };

/* A shape as bytes, all but the words themselves. */
void trial_shape_pack(struct buf *out, const struct event *event, const struct taxonomy *taxonomy,
                      uint64_t words);
bool trial_shape_is_deferred(sv packed);
/* Into an event that is zero; views of the bytes. -1: they are damaged. */
int trial_shape_unpack(struct event *event, sv bytes, const struct taxonomy *taxonomy);

/* The index of the shape. */
uint32_t trials_add_shape(struct trials *trials, sv packed, sv reply);
uint32_t trials_add_address(struct trials *trials, sv key);
/* It stands in the list already, with the times of both: of what is told once more. */
void trials_put(struct trials *trials, const struct trial *trial);
/* Puts one of another list. */
void trials_copy(struct trials *trials, const struct trials *from, const struct trial *trial);

#endif
