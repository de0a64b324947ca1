/* input: logs as chunks of whole lines, oldest first, whatever they are packed in.
 *
 *   input_plan     decides what is read in which order: rotated sets (mail.log, mail.log.1,
 *                  mail.log.2.gz, mail.log-20260101.xz) oldest first, sets in the order of their
 *                  first mention; a file named twice (same device and inode) is planned once.
 *   reader_next    gives the next chunk of one source: decoded bytes, whole lines. Only the last
 *                  line of a source may lack its newline. Plain, gzip (also concatenated members),
 *                  zstd, xz and bzip2 are told apart by their magic bytes, never by name. Lines end
 *                  at byte 0x0A and nowhere else; NUL bytes and CR are passed on.
 *   a bad source   (missing, a directory, a FIFO or device not named "-", truncated or corrupt)
 *                  does not stop the others: all that could be decoded is given, the error stands
 *                  in its struct source.
 *
 * Memory is constant: the chunks, and for each open reader one read buffer and one decoder. A line
 * longer than INPUT_LINE_MAX is given cut to that length and counted in `cut_lines`.
 * Formats: RFC 1952 (gzip), RFC 8878 (zstd), the .xz file format 1.1.0, bzip2 1.0.
 * Thread: the plan belongs to one; readers of different sources may be at work in several, each
 * reader and each chunk with one thread at a time. */
#ifndef BOUNCELOG_INPUT_INPUT_H
#define BOUNCELOG_INPUT_INPUT_H

#include "bouncelog/base/err.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/input/journal.h"

enum {
    INPUT_LINE_MAX = 64 * 1024,
    INPUT_HEAD_MAX = 64 * 1024,
    INPUT_SLACK = 64, /* zero bytes behind a chunk, for readers of whole vectors */
};

/* So many lines are remembered from run to run: of runs that read standard input or a window, and
 * of those that read logs alone; of a plain log those in its last bytes. */
enum {
    INPUT_LINES_KEPT = 1000000,
    INPUT_LINES_KEPT_OF_LOGS = 100000,
    INPUT_BYTES_KEPT_OF_LOG = 32 * 1024 * 1024
};

/* How far a log was read, in decoded bytes, and what stood there: its beginning and the bytes
 * before the offset say whether a file is that log, whatever its name, inode or packing is by now;
 * the points between tell logs apart that begin alike.
 */
enum {
    MARK_LINES_MAX = 64,
    MARK_HASHED_MAX = 4096,
    MARK_POINTS_MAX = 104,
    MARK_POINT_BYTES = 1024
};
struct mark {
    int64_t offset;     /* behind the last line that was read */
    int64_t lines;      /* before it */
    uint64_t set;       /* fingerprint of the rotated set that it was read in */
    uint64_t head_hash; /* of the first head_len bytes */
    uint64_t tail_hash; /* of the tail_len bytes before the offset */
    uint32_t head_len, tail_len;
    bool skipping; /* in the middle of a line that was cut */
    /* Behind the offset: bytes of a last line that has no newline, and counted all the same. It was
     * understood: the rest of it, should it ever come, does not count. Else it would. */
    uint32_t unfinished;
    bool understood;
    bool remembered;   /* all its lines are among input_options.lines_read */
    uint64_t replaced; /* hash of its path, where another log was read since; 0: it was not */
    /* Hashes of MARK_POINT_BYTES each, along the log (mark_point_at), as far as it was read. */
    size_t point_count;
    uint64_t point[MARK_POINTS_MAX];
    /* The first lines, by where each ends, with the hash of all up to there: a short copy ends at
     * one of them. */
    size_t line_count;
    struct {
        uint32_t end;
        uint64_t hash;
    } line[MARK_LINES_MAX];
};

/* Four points from each power of two to the next, so that the last one is never far from the end.
 */
static inline int64_t mark_point_at(size_t i)
{
    return (INT64_C(1024) * (4 + (int64_t)(i % 4))) << (i / 4);
}

/* A file whose metadata did not change since it was read to its end holds nothing new. */
struct seen {
    uint64_t device, inode;
    int64_t size, mtime_ns, ctime_ns;
    size_t mark; /* index; the log that it held then */
    bool whole;  /* all of it was read */
};

/* One file, or standard input; lives as long as the struct input. */
struct source {
    const char *path;   /* as named by the user; "-" is standard input; "journal", "journal:UNIT" */
    const char *format; /* "plain", "gzip", "zstd", "xz", "bzip2", "journal"; "unknown" before it is
                         * open */
    uint64_t set;       /* fingerprint of the rotated set that it is of */
    bool rotated;       /* by its name, nobody writes to it any more */
    int64_t mtime;      /* seconds since 1970; 0 for standard input */
    int64_t bytes;      /* decoded so far */
    int64_t size;       /* on disk; 0 when unknown */
    int64_t cut_lines;  /* lines cut to INPUT_LINE_MAX */
    bool complete;      /* read to its end without an error */
    char error[256];    /* empty: none */
    /* Where marks are kept (input_options.marks): */
    int64_t resumed_at;   /* decoded bytes that were read before; 0: none */
    struct mark mark;     /* once it is closed; offset 0: nothing to remember */
    struct seen seen;     /* its `mark` has no meaning */
    int64_t lines_before; /* lines that were read before */
    int64_t lines_total;  /* ...and those of this run: written by whoever counts them, before a
                           * source that follows is opened */
    size_t known;         /* index of the mark that it continues; INPUT_NEW: none */
    size_t continues;     /* index of the source of this run that it continues; INPUT_NEW: none */
    size_t follows;       /* index of a source of the same log before it; INPUT_NEW: none */
    bool shorter;         /* a copy that ends before the offset: nothing new is in it */
    bool partial;         /* its last line has no newline yet, and waits */
    /* Of the journal: */
    bool journal;
    const char *folder;      /* journal_options.folder */
    char cursor[CURSOR_MAX]; /* of the last entry that was given; empty: nothing was read */
    int64_t disbelieved;     /* entries whose name is not theirs */
    int64_t begins_behind; /* journal_options.begins_behind, where it was heeded; INT64_MIN: not */
    bool understood;     /* its last line, which has no newline, said something: written by whoever
                          * reads it, and part of its mark */
    int64_t known_lines; /* lines of it that an earlier run read: they do not count */
};
enum { INPUT_NEW = INT32_MAX };

/* Whole lines of one source, in memory of their own that is filled again and again. */
struct chunk {
    size_t source;    /* index */
    bool first;       /* the first chunk of its source */
    bool unfinished;  /* its last line has no newline, and counts all the same: see struct mark */
    bool forgotten;   /* its lines need not be remembered */
    size_t known;     /* so many of its lines were read in an earlier run: they are empty now */
    sv bytes;         /* writable; INPUT_SLACK readable zero bytes behind it */
    int64_t consumed; /* raw bytes of the source that were read by then */
    unsigned open;    /* what the chunk before left open, as its cut said */
    char *block;
    size_t cap;
};

struct input;

struct input_options {
    size_t chunk_bytes; /* aimed at; 0: 128 KiB. A chunk grows to hold one whole line. */
    /* Every source goes on where one of these says that it was read to; must outlive the input. */
    bool resume;
    bool whole; /* no run comes after this one: the last line of a log counts as it is */
    const struct mark *marks;
    size_t mark_count;
    const struct seen *seen;
    size_t seen_count;
    /* Seconds since 1970: a partial line of a file that rests since a day is its last. */
    int64_t now;
    /* Lines that earlier runs read (input_line); flags: how many more of the same. A source that
     * continues no mark may be a window into a log that was read: what it has of them is made
     * empty. NULL: none. */
    const struct fpset *lines_read;
    bool lines_forgotten;           /* earlier runs read more than that */
    uint64_t lines_seed;            /* of whose lines they are */
    struct journal_options journal; /* read behind all others */
};

/* The fingerprint of a line, without its newline; INPUT_LINE_NONE: an empty one has none. */
enum { INPUT_LINE_BITS = 56, INPUT_LINE_NONE = 0 };
static inline uint64_t input_line(sv line, uint64_t seed)
{
    return line.len ? hash_mix(hash_bytes(line), seed) >> (64 - INPUT_LINE_BITS)
                                                              << (64 - INPUT_LINE_BITS)
                    : INPUT_LINE_NONE;
}

/* Never fails: what cannot be read is found when its turn comes. paths are copied. */
struct input *input_plan(const char *const *paths, size_t count, struct input_options options);
void input_free(struct input *input);

size_t input_source_count(const struct input *input);
/* Its reader writes to it until it is closed. */
struct source *input_source(struct input *input, size_t index);
/* Paths that were named more than once, or NULL after the last. */
const char *input_duplicate(const struct input *input, size_t index);
/* Bytes on disk of all sources; 0: unknown. */
int64_t input_size(const struct input *input);

/* Looks at the beginning of each source, before any is read; standard input has none yet. */
void input_heads(struct input *input, void (*visit)(void *context, size_t source, sv head),
                 void *context);

void chunk_init(struct chunk *chunk, const struct input *input);
void chunk_release(struct chunk *chunk);

struct reader;

/* Never fails: the reader of a source that cannot be read has no chunks. A source that follows
 * another one is opened after that one is closed. */
struct reader *reader_open(struct input *input, size_t source);
/* Where a chunk may end, which otherwise ends with any line: how many of these bytes, whole lines,
 * need nothing of what follows them; and what is left open behind the last of them (0: nothing),
 * where a chunk has to end all the same because there is more than a line may hold. `cut` lives as
 * long as the next call of reader_next. */
struct input_cut {
    size_t (*whole)(void *context, sv lines, unsigned *open);
    void *context;
};
void reader_cut(struct reader *reader, const struct input_cut *cut);
/* False at the end of the source. */
bool reader_next(struct reader *reader, struct chunk *chunk);
/* The first INPUT_HEAD_MAX decoded bytes of the source (fewer if it is shorter), the same whatever
 * the chunk size; lives as long as the reader. */
sv reader_head(const struct reader *reader);
void reader_close(struct reader *reader);

/* "zlib 1.2.13, zstd 1.5.4, ..." of what was built in, for --version. */
const char *input_codecs(void);

#endif
