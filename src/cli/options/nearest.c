/* The word that was probably meant, for "did you mean".
 *
 * Near is what one or two slips of the keyboard make of a word, and a word that is not typed to its
 * end. A suggestion that is far off misleads, so there is none then. */
#include "nearest.h"

enum { LENGTH_MAX = 64, FAR = 3, PREFIX_MIN = 3 };

/* How far two words differ: insertions, deletions, changes. */
static size_t distance(sv a, sv b)
{
    size_t row[LENGTH_MAX];
    if (a.len >= LENGTH_MAX || b.len >= LENGTH_MAX)
        return LENGTH_MAX;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 0; i < a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 1; j <= b.len; j++) {
            size_t change = diagonal + (a.ptr[i] != b.ptr[j - 1]);
            diagonal = row[j];
            size_t least = row[j] + 1 < row[j - 1] + 1 ? row[j] + 1 : row[j - 1] + 1;
            row[j] = least < change ? least : change;
        }
    }
    return row[b.len];
}

struct nearest nearest_to(sv wanted)
{
    return (struct nearest){.wanted = wanted, .word = SV_EMPTY, .distance = FAR};
}

void nearest_offer(struct nearest *nearest, sv word)
{
    sv wanted = nearest->wanted;
    size_t far = distance(wanted, word);
    if (far >= FAR && wanted.len >= PREFIX_MIN && sv_starts(word, wanted))
        far = FAR - 1;
    if (far >= nearest->distance || far >= word.len)
        return;
    nearest->word = word;
    nearest->distance = far;
}
