/* embedded: the pattern files as they were when the program was built (cmake/embed.cmake). */
#ifndef BOUNCELOG_PATTERN_EMBEDDED_H
#define BOUNCELOG_PATTERN_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name; /* below patterns/; NULL after the last */
    const char *bytes;
    size_t size;
};

extern const struct embedded_file embedded_files[];

#endif
