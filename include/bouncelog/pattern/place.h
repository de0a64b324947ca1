/* place: where something stands in a pattern file, for messages. */
#ifndef BOUNCELOG_PATTERN_PLACE_H
#define BOUNCELOG_PATTERN_PLACE_H

struct place {
    const char *file; /* lives as long as the patterns */
    int line, column; /* from 1 */
};

#endif
