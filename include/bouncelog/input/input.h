/* input: logs as chunks of whole lines, oldest first, whatever they are packed in.
 *
 *   input_plan     decides what is read in which order: rotated sets (mail.log, mail.log.1,
 *                  mail.log.2.gz, mail.log-20260101.xz) oldest first, sets in the order of their
 *                  first mention; a file named twice (same device and inode) is planned once.
 *   input_next     gives the next chunk: decoded bytes, whole lines. Only the last line of a
 *                  source may lack its newline. Plain, gzip (also concatenated members), zstd, xz
 *                  and bzip2 are told apart by their magic bytes, never by name. Lines end at byte
 *                  0x0A and nowhere else; NUL bytes and CR are passed on.
 *   a bad source   (missing, a directory, a FIFO or device not named "-", truncated or corrupt)
 *                  does not stop the others: all that could be decoded is given, the error stands
 *                  in its struct source.
 *
 * Memory is constant: one chunk, one read buffer, one decoder. A line longer than
 * INPUT_LINE_MAX is given cut to that length and counted in `cut_lines`.
 * Formats: RFC 1952 (gzip), RFC 8878 (zstd), the .xz file format 1.1.0, bzip2 1.0.
 * Thread: one. */
#ifndef BOUNCELOG_INPUT_INPUT_H
#define BOUNCELOG_INPUT_INPUT_H

#include "bouncelog/base/err.h"
#include "bouncelog/base/sv.h"

enum { INPUT_LINE_MAX = 64 * 1024, INPUT_HEAD_MAX = 64 * 1024 };

/* One file, or standard input; lives as long as the struct input. */
struct source {
    const char *path;   /* as named by the user; "-" is standard input */
    const char *format; /* "plain", "gzip", "zstd", "xz", "bzip2"; "unknown" before it is open */
    int64_t mtime;      /* seconds since 1970; 0 for standard input */
    int64_t bytes;      /* decoded so far */
    int64_t size;       /* on disk; 0 when unknown */
    int64_t cut_lines;  /* lines cut by the reader (the worker counts those that it cuts itself) */
    bool complete;      /* read to its end without an error */
    char error[256];    /* empty: none */
};

struct chunk {
    size_t source; /* index */
    uint64_t seq;  /* 0, 1, 2... over all sources */
    bool first;    /* the first chunk of its source */
    sv bytes;      /* whole lines; owned by the input until the next input_next */
};

struct input;

struct input_options {
    size_t chunk_bytes; /* aimed at; 0: 256 KiB. A chunk grows to hold one whole line. */
};

/* Never fails: what cannot be read is found when its turn comes. paths are copied. */
struct input *input_plan(const char *const *paths, size_t count, struct input_options options);
void input_free(struct input *input);

/* False at the end of the last source. */
bool input_next(struct input *input, struct chunk *chunk);

/* The first INPUT_HEAD_MAX decoded bytes of the chunk's source (fewer if it is shorter), the same
 * whatever the chunk size; valid while that source is being read. */
sv input_head(const struct input *input);

size_t input_source_count(const struct input *input);
struct source *input_source(struct input *input, size_t index);
/* Paths that were named more than once, or NULL after the last. */
const char *input_duplicate(const struct input *input, size_t index);

/* Compressed bytes consumed and known in all, for a progress line (known 0: unknown). */
void input_progress(const struct input *input, int64_t *consumed, int64_t *known);

/* "zlib 1.2.13, zstd 1.5.4, ..." of what was built in, for --version. */
const char *input_codecs(void);

#endif
