/* testing: what every test includes first; views compared as a whole and shown when they differ. */
#ifndef BOUNCELOG_TESTS_TESTING_H
#define BOUNCELOG_TESTS_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/sv.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* Both must be the same bytes; `what` (may be empty) says which row of a table it was. */
#define expect_sv(got, want, what) expect_sv_at(__FILE__, __LINE__, got, want, what)
void expect_sv_at(const char *file, int line, sv got, sv want, sv what);

/* As assert_int_equal, and says which row of a table it was. */
#define expect_int(got, want, what)                                                                \
    expect_int_at(__FILE__, __LINE__, (int64_t)(got), (int64_t)(want), what)
void expect_int_at(const char *file, int line, int64_t got, int64_t want, sv what);

/* A whole file, added to the buffer. */
void add_file(struct buf *buf, const char *path);

/* A line in which \xNN stands for a byte, as the bytes that it stands for. */
void add_unescaped(struct buf *buf, sv line);

/* What a program would be given to read: a whole file, of a file of cases (casefiles.py) the
 * inputs. */
void add_inputs(struct buf *buf, const char *path);

/* The next number of a sequence that is the same in every run; the seed must not be 0. */
uint32_t next_random(uint32_t *seed);

/* Copies of bytes whose last readable byte is followed by a page that must not be touched. */
struct guarded {
    char *pages;
    size_t size; /* of the readable part */
};
void guarded_init(struct guarded *guarded, size_t size);
/* The bytes, then `slack` newlines and zeros, then the forbidden page. */
sv guarded_put(const struct guarded *guarded, sv bytes, size_t slack);
void guarded_release(struct guarded *guarded);

#endif
