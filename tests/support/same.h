/* same: what two readings of one line gave, compared field by field. */
#ifndef BOUNCELOG_TESTS_SAME_H
#define BOUNCELOG_TESTS_SAME_H

#include "bouncelog/parse/parse.h"

/* The name of the first field that differs, or NULL. */
const char *differing_field(const struct record *a, const struct record *b);
const char *differing_records(const struct records *a, const struct records *b);

#endif
