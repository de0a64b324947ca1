/* fields: which groups of a pattern somebody reads, by where the pattern stands.
 *
 * A group that nobody reads is a mistake of the pattern file: it looks as if it said something. */
#ifndef BOUNCELOG_PATTERN_FIELDS_H
#define BOUNCELOG_PATTERN_FIELDS_H

#include "bouncelog/pattern/patterns.h"

/* Bits of enum field. */
uint64_t fields_of_header(enum header_then then);
uint64_t fields_of_shape(sv mta, enum meaning meaning);
uint64_t fields_of_record(enum meaning meaning);
uint64_t fields_of_frame(void);
uint64_t fields_of_layer(void);
uint64_t fields_of_sender(void);
/* What finds the Message-ID of a line. */
uint64_t fields_of_identity(void);
uint64_t fields_of_words(void);

#endif
