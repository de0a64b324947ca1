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

void pack_hours(struct buf *out, struct activity *activity);
void unpack_hours(struct unpack *in, struct activity *activity);

void pack_messages(struct buf *out, const void *message_counts);
void unpack_messages(struct unpack *in, void *message_counts);
void pack_sender_domain(struct buf *out, const void *sender_domain);
void unpack_sender_domain(struct unpack *in, void *sender_domain);
void pack_streams(struct buf *out, const struct streams *streams);
void unpack_streams(struct unpack *in, struct streams *streams);

void pack_retries(struct buf *out, const void *retries);
void unpack_retries(struct unpack *in, void *retries);

/* As one text, which whoever does not count cells passes over. */
void pack_cells(struct buf *out, const struct cells *cells, const struct taxonomy *taxonomy);
void unpack_cells(struct unpack *in, struct cells *cells, const struct taxonomy *taxonomy);
/* Of a name that the taxonomy does not have any more: unclassified. */
uint8_t category_named(const struct taxonomy *taxonomy, sv name);

void pack_sighting(struct buf *out, struct sighting *seen);
void unpack_sighting(struct unpack *in, struct sighting *seen);
void pack_paths(struct buf *out, const struct map *paths);
void unpack_paths(struct unpack *in, struct tally *tally);

/* The recipients of one day (since 1970), or the originals of one, and what was packed of them. */
void pack_recipients(struct buf *out, const struct fpset *set);
void unpack_recipients(struct unpack *in, struct fpset *set, int64_t day, bool with_steps);
void visit_deliveries(struct unpack *in, int64_t day, bool with_steps, delivery_visitor *visit,
                      void *context);

#endif
