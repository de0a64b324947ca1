/* packer: compresses a stream of bytes as gzip (RFC 1952) or zstd (RFC 8878).
 *
 * The same bytes give the same result: no time and no name is in it. Thread: one each. */
#ifndef BOUNCELOG_BASE_PACKER_H
#define BOUNCELOG_BASE_PACKER_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/sv.h"

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

/* What the end of a file's name asks for: .gz, .zst, or nothing. */
enum packing packing_of(const char *path);
/* Was the program built with it? */
bool packing_is_built(enum packing packing);

struct packer;
/* Of a packing that was built. */
struct packer *packer_new(enum packing packing) __attribute__((returns_nonnull));
/* Appends to `to` what is compressed so far. */
void packer_add(struct packer *packer, sv bytes, struct buf *to);
/* Appends the rest. */
void packer_end(struct packer *packer, struct buf *to);
void packer_free(struct packer *packer);

/* In one piece (less than 2 GiB) as gzip, at its fastest; every build can undo it. */
void pack_whole(sv bytes, struct buf *to);
/* Appends the `size` bytes that were packed so. False: they are damaged, or of another size. */
bool unpack_whole(sv packed, size_t size, struct buf *to);

#endif
