/* reading: log files made and read through the contract of the input room. */
#ifndef BOUNCELOG_TESTS_READING_H
#define BOUNCELOG_TESTS_READING_H

#include "bouncelog/input/input.h"
#include "testing.h"

/* A folder of the test's own: set up and torn down with the group. */
int make_folder(void **state);
int remove_folder(void **state);

/* A file in it; the last eight stay valid. save writes one. */
const char *path_of(const char *name);
const char *save(const char *name, sv bytes);

/* What came out of one run over some sources. */
struct got {
    struct buf bytes;
    char format[16], error[256]; /* of the last source */
    bool complete;
    int64_t cut_lines, decoded;
};

/* Checks the promises that hold for every chunk on the way. */
struct got read_paths(const char *const *paths, size_t count, size_t chunk_bytes);
struct got read_one(const char *path, size_t chunk_bytes);

/* Format, error and bytes of one source, as a whole. */
void expect_in(const char *file, int line, const char *path, size_t chunk_bytes, const char *format,
               const char *error, sv bytes);
#define expect(...) expect_in(__FILE__, __LINE__, __VA_ARGS__)

/* Lines of 0 to 199 bytes that do not pack well; the same in every run. */
void add_text(struct buf *buf, size_t size);

/* Below, at and above every limit of the reader; 0 is its default. */
enum { CHUNK_SIZES = 10 };
extern const size_t chunk_sizes[CHUNK_SIZES];

#endif
