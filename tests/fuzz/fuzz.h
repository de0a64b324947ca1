/* fuzz: what the targets share. A target is a function of bytes that must not crash, and whose
 * checks must hold, whatever the bytes are. libFuzzer calls it with inputs that it makes up,
 * replay.c with those of folders. Choices of a target are read from the end of its input, so that a
 * log is an input as it is. */
#ifndef BOUNCELOG_TESTS_FUZZ_H
#define BOUNCELOG_TESTS_FUZZ_H

#include "testing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program with the words when the condition does not hold. */
void fuzz_check(bool holds, const char *words);

/* The last byte of the input, which is taken away; 0: there is none. */
uint8_t fuzz_choice(sv *input);

/* The name of a file of this process, which goes away with it; a few endings there may be. */
const char *fuzz_path(const char *ending);
void fuzz_write(const char *path, sv bytes);
/* A file of this process that holds the bytes; the same one each time. */
const char *fuzz_file(sv bytes);

struct patterns;
/* The embedded patterns, loaded at the first call. */
const struct patterns *fuzz_patterns(void);

/* Valid UTF-8 without control characters but the newlines: what may leave the program. */
void fuzz_check_json(sv text);

#endif
