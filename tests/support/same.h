/* same: what two readings of one line gave, compared field by field. */
#ifndef BOUNCELOG_TESTS_SAME_H
#define BOUNCELOG_TESTS_SAME_H

#include "bouncelog/parse/parse.h"

/* The name of the first field that differs, or NULL. */
const char *differing_field(const struct record *a, const struct record *b);
const char *differing_records(const struct records *a, const struct records *b);

/* Reads the line with a parser that has read others, and with a fresh one: what differs ("class"
 * or a field), or NULL. The class and the records (which the caller releases) are the former's. */
const char *reads_otherwise_alone(const struct parser_options *options, struct parser *shared,
                                  const struct clock *clock, sv line, enum line_class *class,
                                  struct records *records);

#endif
