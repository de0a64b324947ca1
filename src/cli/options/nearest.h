/* nearest: the word that was probably meant. */
#ifndef BOUNCELOG_CLI_OPTIONS_NEAREST_H
#define BOUNCELOG_CLI_OPTIONS_NEAREST_H

#include <stddef.h>

#include "bouncelog/base/sv.h"

/* Offer it all the words that there are. `word` is then the nearest of those that are near enough,
 * or empty. Of several that are equally near, the first. */
struct nearest {
    sv wanted, word;
    size_t distance;
};

struct nearest nearest_to(sv wanted);
void nearest_offer(struct nearest *nearest, sv word);

#endif
