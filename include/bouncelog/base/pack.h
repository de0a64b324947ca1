/* pack: values as bytes that a file keeps, and back.
 *
 * Numbers are LEB128, signed ones in zigzag form; texts have their length in front. The reader is
 * total: bytes that are damaged make it `failed`, after which it gives zeros and empty texts, and
 * a count never exceeds the bytes that are left. Views live as long as the bytes. */
#ifndef BOUNCELOG_BASE_PACK_H
#define BOUNCELOG_BASE_PACK_H

#include "bouncelog/base/buf.h"

void pack_number(struct buf *out, int64_t number);
void pack_unsigned(struct buf *out, uint64_t number);
/* Eight bytes, for fingerprints. */
void pack_hash(struct buf *out, uint64_t hash);
void pack_text(struct buf *out, sv text);

struct unpack {
    sv rest;
    bool failed;
};

static inline struct unpack unpack_of(sv bytes)
{
    return (struct unpack){bytes, false};
}

/* Less than PACK_NUMBER_MAX either way, so that sums of what was damaged do not overflow; INT64_MIN
 * and INT64_MAX stand for none. */
#define PACK_NUMBER_MAX (INT64_C(1) << 52)
int64_t unpack_number(struct unpack *in);
/* Never one of these two. */
int64_t unpack_finite(struct unpack *in);
uint64_t unpack_unsigned(struct unpack *in);
/* Of things that take at least `least` bytes each. */
size_t unpack_count(struct unpack *in, size_t least);
uint64_t unpack_hash(struct unpack *in);
sv unpack_text(struct unpack *in);

#endif
