/* memo: the same question gets the same answer.
 *
 * Answers are kept by the shape of the words: texts that differ in an address or an id share one.
 * Those of words that came twice letter by letter are kept by the words themselves as well: making
 * a shape takes longer than all else. Whole questions are compared, not their hashes alone, which
 * strangers could choose. Both tables begin anew when they are full: the same answers come again, a
 * little slower. */
#ifndef BOUNCELOG_CLASSIFY_MEMO_H
#define BOUNCELOG_CLASSIFY_MEMO_H

#include "bouncelog/base/map.h"
#include "rules.h"
#include "shape.h"

enum { MEMO_ONCE = 4096, MEMO_KEY = SHAPE_MAX + 256 };

struct memo {
    struct map by_shape, by_words; /* question -> struct verdict */
    uint64_t once[MEMO_ONCE];      /* hashes of questions whose words were seen once */
};

/* A question as bytes. */
struct memo_key {
    uint64_t hash;
    size_t len; /* 0: the words are too long to be kept, and there is no hash */
    char bytes[MEMO_KEY];
};

void memo_init(struct memo *memo);
void memo_release(struct memo *memo);

/* text: the words, or their shape. dsn: what our own MTA adds to them; first: it counts before
 * them. */
void memo_key(struct memo_key *key, const struct question *question, sv dsn, bool dsn_first,
              sv text);

/* NULL: these words were not seen twice. The verdict lives until the next memo_note or memo_add. */
const struct verdict *memo_find(const struct memo *memo, const struct memo_key *words);
/* Words that memo_find did not know, and their verdict. */
void memo_note(struct memo *memo, const struct memo_key *words, const struct verdict *verdict);
/* The verdict of a shape; *added: it is a new one, and the caller's to fill in. */
struct verdict *memo_add(struct memo *memo, const struct memo_key *shape, bool *added);

#endif
