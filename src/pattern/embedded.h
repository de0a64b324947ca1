/* embedded: the pattern files as they were when the program was built (cmake/embed.cmake). */
#ifndef BOUNCELOG_PATTERN_EMBEDDED_H
#define BOUNCELOG_PATTERN_EMBEDDED_H

#include <stdbool.h>
#include <stddef.h>

struct embedded_file {
    const char *name; /* below patterns/; NULL after the last */
    const char *bytes;
    size_t size;
};

extern const struct embedded_file embedded_files[];
/* They were read already (document_of_tree); false where the machine that builds the program cannot
 * run what does that: they are texts. */
extern const bool embedded_are_trees;

#endif
