/* packing: the compressed formats that the input room may have been built with. */
#ifndef BOUNCELOG_TESTS_PACKING_H
#define BOUNCELOG_TESTS_PACKING_H

#include "testing.h"

enum { PACK_GZIP, PACK_ZSTD, PACK_XZ, PACK_BZIP2, PACKERS };

extern const struct packer {
    const char *format;
    void (*pack)(struct buf *to, sv from);
    sv magic; /* with a little more, of a file that is cut there */
} packers[PACKERS];

/* Does the program say that it can read it, and is the library there? */
bool is_built(size_t packer);
bool is_linked(size_t packer);

#endif
