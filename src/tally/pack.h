/* pack: tables as bytes, for the files of this room that store them. */
#ifndef BOUNCELOG_TALLY_PACK_H
#define BOUNCELOG_TALLY_PACK_H

#include "bouncelog/base/pack.h"
#include "bouncelog/tally/tally.h"

enum { LEAST_ROW = 2 }; /* bytes */

typedef void pack_value(struct buf *out, const void *value);
typedef void unpack_value(struct unpack *in, void *value);

void pack_map(struct buf *out, const struct map *map, pack_value *pack);
void unpack_map(struct unpack *in, struct map *map, unpack_value *unpack);

void pack_outcomes(struct buf *out, const void *outcomes);
void unpack_outcomes(struct unpack *in, void *outcomes);

/* The recipients of one day (since 1970), or the originals of one, and what was packed of them. */
void pack_recipients(struct buf *out, const struct fpset *set);
void unpack_recipients(struct unpack *in, struct fpset *set, int64_t day, bool with_steps);
void visit_deliveries(struct unpack *in, int64_t day, bool with_steps, delivery_visitor *visit,
                      void *context);

#endif
