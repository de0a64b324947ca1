/* The word that was probably meant, for "did you mean".
 *
 * Near is what one or two slips of the keyboard make of a word, and a word that is not typed to its
 * end. A suggestion that is far off misleads, so there is none then. */
#include "nearest.h"

#include "bouncelog/base/text.h"

enum { FAR = 3, PREFIX_MIN = 3 };

struct nearest nearest_to(sv wanted)
{
    return (struct nearest){.wanted = wanted, .word = SV_EMPTY, .distance = FAR};
}

void nearest_offer(struct nearest *nearest, sv word)
{
    sv wanted = nearest->wanted;
    size_t far = text_edits(wanted, word);
    if (far >= FAR && wanted.len >= PREFIX_MIN && sv_starts(word, wanted))
        far = FAR - 1;
    if (far >= nearest->distance || far >= word.len)
        return;
    nearest->word = word;
    nearest->distance = far;
}
