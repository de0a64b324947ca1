/* The plan and the chunks. Decoded bytes gather in one buffer; a chunk is a view of its whole
 * lines, and only the part of a line behind them is moved to the front for the next one. Where a
 * chunk ends depends on chunk_bytes; where a line ends or is cut never does. */
#define _GNU_SOURCE /* memrchr */
#include <stdio.h>
#include <string.h>

#include "bouncelog/base/arena.h"
#include "bouncelog/base/map.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/input/input.h"
#include "codec.h"
#include "order.h"

enum {
    CHUNK_DEFAULT = 256 * 1024,
    CHUNK_MAX = 1024 * 1024 * 1024,  /* decoders count with 32 bits */
    BUFFER_MIN = 2 * INPUT_LINE_MAX, /* the part of a line that is carried over, and one more */
    SLACK = 64,                      /* zero bytes behind a chunk, for readers of whole vectors */
};
_Static_assert((int)BUFFER_MIN >= (int)INPUT_HEAD_MAX, "the head is taken from the first fill");

struct input {
    struct source *sources;
    size_t count, at; /* at: the source that is being read */
    const char **duplicates;
    size_t duplicate_count;
    struct arena arena; /* paths */
    size_t chunk_bytes;
    /* the source that is being read */
    bool open, first, ended;
    struct feed feed;
    const struct codec *codec;
    void *decoder;
    bool skipping; /* the rest of a line that was cut */
    /* decoded bytes: [start, end) are not given out yet */
    char *bytes;
    size_t cap, start, end;
    char *lent;         /* where SLACK bytes are zero behind the last chunk, or NULL */
    char behind[SLACK]; /* what was there */
    char *head;
    size_t head_len;
    uint64_t seq;
    int64_t consumed, known; /* compressed: of finished sources; of all */
    bool unbounded;          /* some source's size is not known */
};

static const char *keep_path(struct arena *arena, const char *path)
{
    size_t size = strlen(path) + 1;
    char *copy = arena_alloc(arena, size);
    memcpy(copy, path, size);
    return copy;
}

/* What makes a file one file whatever its names; the path when there is no file. Standard input is
 * a file only if it was redirected from one. */
static sv identity(const char *path, struct stat *file, char *key, size_t size)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int failed = is_stdin ? fstat(0, file) : stat(path, file);
    if (failed)
        *file = (struct stat){0};
    if (failed || (is_stdin && !S_ISREG(file->st_mode)))
        return sv_from(path);
    int n = snprintf(key, size, "/\n%llx %llx", (unsigned long long)file->st_dev,
                     (unsigned long long)file->st_ino);
    return sv_make(key, n > 0 ? (size_t)n : 0);
}

/* Adds each file once, in the order of mention. */
static void gather(struct input *input, struct source *sources, const char *const *paths,
                   size_t count)
{
    struct map files;
    map_init(&files, 1);
    for (size_t i = 0; i < count; i++) {
        struct stat file;
        char key[64];
        bool added;
        const char *path = keep_path(&input->arena, paths[i]);
        (void)map_add(&files, identity(path, &file, key, sizeof key), &added);
        if (!added) {
            input->duplicates[input->duplicate_count++] = path;
            continue;
        }
        int64_t size = S_ISREG(file.st_mode) ? file.st_size : 0;
        input->known += size;
        if (strcmp(path, "-") == 0 && !S_ISREG(file.st_mode))
            input->unbounded = true;
        sources[input->count++] = (struct source){.path = path, .format = "unknown", .size = size};
    }
    map_release(&files);
}

struct input *input_plan(const char *const *paths, size_t count, struct input_options options)
{
    struct input *input = mem_zero(1, sizeof *input);
    struct source *sources = mem_zero(count, sizeof *sources);
    const char **named = mem_zero(count, sizeof *named);
    size_t *order = mem_zero(count, sizeof *order);
    input->duplicates = mem_zero(count, sizeof *input->duplicates);
    gather(input, sources, paths, count);
    for (size_t i = 0; i < input->count; i++)
        named[i] = sources[i].path;
    order_paths(named, input->count, order);
    input->sources = mem_zero(count, sizeof *input->sources);
    for (size_t i = 0; i < input->count; i++)
        input->sources[i] = sources[order[i]];
    mem_free(sources);
    mem_free(named);
    mem_free(order);

    size_t aim = options.chunk_bytes ? options.chunk_bytes : CHUNK_DEFAULT;
    input->chunk_bytes = aim < CHUNK_MAX ? aim : CHUNK_MAX;
    input->cap = input->chunk_bytes > BUFFER_MIN ? input->chunk_bytes : BUFFER_MIN;
    input->bytes = mem_alloc(input->cap + SLACK);
    input->head = mem_zero(1, INPUT_HEAD_MAX + SLACK);
    input->feed.bytes = mem_alloc(FEED_BYTES);
    return input;
}

/* A source that is done, or could not be read, counts whole: progress reaches its end. */
static void finish_source(struct input *input)
{
    int64_t size = input->sources[input->at].size;
    if (input->decoder)
        input->codec->close(input->decoder);
    input->decoder = NULL;
    feed_close(&input->feed);
    input->consumed += input->feed.consumed > size ? input->feed.consumed : size;
    input->feed.consumed = 0;
    input->open = false;
    input->at++;
}

void input_free(struct input *input)
{
    if (!input)
        return;
    if (input->open)
        finish_source(input);
    mem_free(input->sources);
    mem_free(input->duplicates);
    mem_free(input->bytes);
    mem_free(input->head);
    mem_free(input->feed.bytes);
    arena_release(&input->arena);
    mem_free(input);
}

__attribute__((format(printf, 2, 3))) static void set_error(struct source *source,
                                                            const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(source->error, sizeof source->error, format, args);
    va_end(args);
}

static bool open_source(struct input *input)
{
    struct source *source = &input->sources[input->at];
    struct stat file;
    struct err err = {0};
    if (feed_open(&input->feed, source->path, &file, &err) != 0) {
        set_error(source, "%s", err.text);
        return false;
    }
    source->mtime = (int64_t)file.st_mtime;
    input->codec = codec_of(&input->feed);
    source->format = input->codec->format;
    if (!input->codec->open) {
        set_error(source, "this build cannot read %s", input->codec->name);
        return false;
    }
    input->decoder = input->codec->open();
    if (!input->decoder) {
        set_error(source, "cannot start the %s decoder", input->codec->name);
        return false;
    }
    input->open = input->first = true;
    input->ended = input->skipping = false;
    input->start = input->end = input->head_len = 0;
    input->lent = NULL;
    return true;
}

static void note_end(struct input *input, enum decoded how, const char *why)
{
    struct source *source = &input->sources[input->at];
    const char *name = input->codec->name;
    long long bytes = (long long)source->bytes;
    input->ended = true;
    if (input->feed.failed)
        set_error(source, "cannot read on after %lld decoded bytes: %s", bytes,
                  strerror(input->feed.failed));
    else if (how == DECODED_TRUNCATED)
        set_error(source, "truncated %s data after %lld decoded bytes", name, bytes);
    else if (how == DECODED_CORRUPT)
        set_error(source, "corrupt %s data after %lld decoded bytes (%s)", name, bytes, why);
    else if (how == DECODED_REFUSED)
        set_error(source, "cannot decode the %s data after %lld decoded bytes (%s)", name, bytes,
                  why);
    else
        source->complete = true;
}

/* Decodes until the buffer is full or the source ends; false when nothing was added. Full, also
 * from a pipe that gives a line at a time: a chunk has a price. */
static bool fill(struct input *input)
{
    struct source *source = &input->sources[input->at];
    size_t held = input->end - input->start;
    if (input->start) {
        memmove(input->bytes, input->bytes + input->start, held);
        input->start = 0;
        input->end = held;
    }
    while (!input->ended && input->end < input->cap) {
        const char *why = "";
        size_t got = 0;
        enum decoded how =
            input->codec->read(input->decoder, &input->feed, input->bytes + input->end,
                               input->cap - input->end, &got, &why);
        input->end += got;
        source->bytes += (int64_t)got;
        if (how != DECODED_BYTES)
            note_end(input, how, why);
    }
    return input->end > held;
}

/* The head is copied: what is given out of the buffer is overwritten by what follows. */
static void fill_head(struct input *input)
{
    fill(input);
    input->head_len = input->end < INPUT_HEAD_MAX ? input->end : INPUT_HEAD_MAX;
    memcpy(input->head, input->bytes, input->head_len);
    memset(input->head + input->head_len, 0, SLACK);
}

/* Gives out `len` bytes and is done with `used`. The bytes behind the chunk are the next lines:
 * they are put aside while zeros stand there. */
static void give(struct input *input, size_t len, size_t used, struct chunk *chunk)
{
    char *from = input->bytes + input->start;
    *chunk = (struct chunk){input->at, input->seq++, input->first, {from, len}};
    input->first = false;
    input->start += used;
    input->lent = from + len;
    memcpy(input->behind, input->lent, SLACK);
    memset(input->lent, 0, SLACK);
}

static void take_back(struct input *input)
{
    if (input->lent)
        memcpy(input->lent, input->behind, SLACK);
    input->lent = NULL;
}

/* Takes away what is left of a line that was cut; false when more bytes are needed for that. */
static bool skip_cut_line(struct input *input)
{
    const char *from = input->bytes + input->start;
    if (!input->skipping)
        return true;
    const char *newline = memchr(from, '\n', input->end - input->start);
    input->start = newline ? (size_t)(newline - input->bytes) + 1 : input->end;
    input->skipping = newline == NULL;
    return newline != NULL;
}

/* The first line is longer than allowed: its beginning becomes a chunk, with a newline. */
static void give_cut(struct input *input, struct chunk *chunk)
{
    char *cut = input->bytes + input->start + INPUT_LINE_MAX;
    const char *newline = memchr(cut, '\n', input->end - input->start - INPUT_LINE_MAX);
    size_t used = newline ? (size_t)(newline - input->bytes) + 1 : input->end;
    input->sources[input->at].cut_lines++;
    input->skipping = newline == NULL;
    *cut = '\n';
    give(input, INPUT_LINE_MAX + 1, used - input->start, chunk);
}

/* How many unread bytes are whole lines, none of them too long, up to the size aimed at but at
 * least one line; 0 when the first line is not whole or too long. */
static size_t whole_lines(const struct input *input)
{
    const char *from = input->bytes + input->start, *newline;
    size_t len = input->end - input->start, done = 0;
    size_t limit = len < input->chunk_bytes ? len : input->chunk_bytes;
    while (done < limit) {
        /* Where the next INPUT_LINE_MAX + 1 bytes hold a newline, no line that ends in them is too
         * long: the last one is enough, most bytes are not even looked at. */
        size_t window = limit - done < INPUT_LINE_MAX + 1 ? limit - done : INPUT_LINE_MAX + 1;
        newline = memrchr(from + done, '\n', window);
        if (!newline)
            break;
        done = (size_t)(newline - from) + 1;
    }
    if (done)
        return done;
    newline = memchr(from, '\n', len < INPUT_LINE_MAX + 1 ? len : INPUT_LINE_MAX + 1);
    return newline ? (size_t)(newline - from) + 1 : 0;
}

/* The next chunk of the open source; false at its end. */
static bool next_of_source(struct input *input, struct chunk *chunk)
{
    take_back(input);
    for (;;) {
        if (skip_cut_line(input)) {
            size_t len = whole_lines(input);
            if (len) {
                give(input, len, len, chunk);
                return true;
            }
            if (input->end - input->start > INPUT_LINE_MAX) {
                give_cut(input, chunk);
                return true;
            }
        }
        if (fill(input))
            continue;
        size_t rest = input->end - input->start; /* a last line without a newline */
        if (rest)
            give(input, rest, rest, chunk);
        return rest != 0;
    }
}

bool input_next(struct input *input, struct chunk *chunk)
{
    while (input->at < input->count) {
        if (!input->open) {
            if (!open_source(input)) {
                finish_source(input);
                continue;
            }
            fill_head(input);
        }
        if (next_of_source(input, chunk))
            return true;
        finish_source(input);
    }
    return false;
}

sv input_head(const struct input *input)
{
    return sv_make(input->head, input->head_len);
}

size_t input_source_count(const struct input *input)
{
    return input->count;
}

struct source *input_source(struct input *input, size_t index)
{
    return &input->sources[index];
}

const char *input_duplicate(const struct input *input, size_t index)
{
    return index < input->duplicate_count ? input->duplicates[index] : NULL;
}

void input_progress(const struct input *input, int64_t *consumed, int64_t *known)
{
    *consumed = input->consumed + input->feed.consumed;
    *known = input->unbounded ? 0 : input->known;
}
