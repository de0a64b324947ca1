/* loaded: the embedded patterns, and log lines and replies read with them. */
#ifndef BOUNCELOG_TESTS_LOADED_H
#define BOUNCELOG_TESTS_LOADED_H

#include "bouncelog/parse/parse.h"
#include "testing.h"

extern struct patterns patterns;

/* Set up and torn down with the group. */
int load_patterns(void **state);
int release_patterns(void **state);

uint8_t category_of(const char *name); /* fails the test when there is none */

uint8_t mta_of(const char *name); /* the same */

/* The UTC second of an RFC 3339 text; fails the test when it is none. */
int64_t at(const char *text);

#endif
