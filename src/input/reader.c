#define _GNU_SOURCE /* memrchr */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/arena.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/input/input.h"
#include "codec.h"
#include "order.h"

enum { CHUNK_DEFAULT = 256 * 1024, SLACK = 64 };

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
    char *head;
    size_t head_len;
    uint64_t seq;
    int64_t consumed, known; /* of finished sources; of all */
};

static const char *keep_path(struct arena *arena, const char *path)
{
    size_t size = strlen(path) + 1;
    char *copy = arena_alloc(arena, size);
    memcpy(copy, path, size);
    return copy;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Was this path, or this file under another name, planned already? */
static bool is_planned(const struct input *input, const struct stat *files, const char *path,
                       const struct stat *file)
{
    for (size_t i = 0; i < input->count; i++)
        if (strcmp(input->sources[i].path, path) == 0 ||
            (file->st_ino && same_file(&files[i], file)))
            return true;
    return false;
}

struct input *input_plan(const char *const *paths, size_t count, struct input_options options)
{
    struct input *input = mem_zero(1, sizeof *input);
    const char **ordered = mem_zero(count + 1, sizeof *ordered);
    struct stat *files = mem_zero(count + 1, sizeof *files);
    input->sources = mem_zero(count + 1, sizeof *input->sources);
    input->duplicates = mem_zero(count + 1, sizeof *input->duplicates);
    for (size_t i = 0; i < count; i++)
        ordered[i] = keep_path(&input->arena, paths[i]);
    order_paths(ordered, count);
    for (size_t i = 0; i < count; i++) {
        struct stat file = {0};
        bool regular =
            strcmp(ordered[i], "-") != 0 && stat(ordered[i], &file) == 0 && S_ISREG(file.st_mode);
        if (!regular)
            file = (struct stat){0};
        if (is_planned(input, files, ordered[i], &file)) {
            input->duplicates[input->duplicate_count++] = ordered[i];
            continue;
        }
        files[input->count] = file;
        input->known += file.st_size;
        input->sources[input->count++] =
            (struct source){.path = ordered[i], .format = "unknown", .size = file.st_size};
    }
    mem_free(ordered);
    mem_free(files);
    input->chunk_bytes = options.chunk_bytes ? options.chunk_bytes : CHUNK_DEFAULT;
    input->cap = input->chunk_bytes + INPUT_HEAD_MAX;
    input->bytes = mem_alloc(input->cap + SLACK);
    input->head = mem_alloc(INPUT_HEAD_MAX + SLACK);
    input->feed.bytes = mem_alloc(FEED_BYTES);
    return input;
}

static void close_source(struct input *input)
{
    if (input->decoder)
        input->codec->close(input->decoder);
    input->decoder = NULL;
    if (input->feed.fd > STDIN_FILENO)
        close(input->feed.fd);
    input->consumed += input->feed.consumed;
    input->feed.consumed = 0;
    input->open = false;
    input->at++;
}

void input_free(struct input *input)
{
    if (!input)
        return;
    if (input->open)
        close_source(input);
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
    vsnprintf(source->error, sizeof source->error, format, args);
    va_end(args);
}

static const char *refusal(const struct stat *file)
{
    if (S_ISDIR(file->st_mode))
        return "is a directory";
    if (S_ISFIFO(file->st_mode))
        return "is a FIFO (read it through standard input: -)";
    if (S_ISREG(file->st_mode))
        return NULL;
    return "is a device (read it through standard input: -)";
}

static int open_path(struct source *source)
{
    struct stat file;
    if (strcmp(source->path, "-") == 0)
        return STDIN_FILENO;
    int fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &file) != 0) {
        set_error(source, "cannot open: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    const char *why = refusal(&file);
    if (why) {
        set_error(source, "%s", why);
        close(fd);
        return -1;
    }
    source->mtime = file.st_mtime;
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return fd;
}

static bool open_source(struct input *input)
{
    struct source *source = &input->sources[input->at];
    int fd = open_path(source);
    unsigned char *buffer = input->feed.bytes;
    input->feed = (struct feed){.fd = fd, .bytes = buffer};
    if (fd < 0)
        return false;
    input->codec = codec_of(&input->feed);
    source->format = input->codec->format;
    input->decoder = input->codec->open ? input->codec->open() : NULL;
    if (!input->decoder) {
        set_error(source, "this build cannot read %s", input->codec->format);
        if (fd > STDIN_FILENO)
            close(fd);
        return false;
    }
    input->open = input->first = true;
    input->ended = input->skipping = false;
    input->start = input->end = input->head_len = 0;
    return true;
}

static void note_end(struct input *input, enum decoded how, const char *why)
{
    struct source *source = &input->sources[input->at];
    long long bytes = (long long)source->bytes;
    input->ended = true;
    if (input->feed.failed)
        set_error(source, "cannot read after %lld decoded bytes: %s", bytes,
                  strerror(input->feed.failed));
    else if (how == DECODED_TRUNCATED)
        set_error(source, "truncated %s data after %lld decoded bytes", source->format, bytes);
    else if (how == DECODED_CORRUPT)
        set_error(source, "corrupt %s data after %lld decoded bytes: %s", source->format, bytes,
                  why);
    else
        source->complete = true;
}

/* Plain bytes come straight from the file once the feed is empty. */
static bool read_straight(struct input *input, size_t room, size_t *got)
{
    struct feed *feed = &input->feed;
    if (input->codec != &codec_plain || feed->pos < feed->len || feed->at_end)
        return false;
    ssize_t n;
    do
        n = read(feed->fd, input->bytes + input->end, room);
    while (n < 0 && errno == EINTR);
    if (n <= 0) {
        feed->failed = n < 0 ? errno : 0;
        feed->at_end = true;
        return false;
    }
    feed->consumed += n;
    *got = (size_t)n;
    return true;
}

/* Adds decoded bytes behind `end`; false at the end of the source. */
static bool decode_more(struct input *input)
{
    struct source *source = &input->sources[input->at];
    size_t got = 0, room = input->cap - input->end;
    const char *why = "";
    if (input->ended)
        return false;
    if (!read_straight(input, room, &got)) {
        enum decoded how = input->codec->read(input->decoder, &input->feed,
                                              input->bytes + input->end, room, &got, &why);
        if (how != DECODED_BYTES) {
            note_end(input, how, why);
            return false;
        }
    }
    source->bytes += (int64_t)got;
    input->end += got;
    return true;
}

/* Decodes the source's first bytes before any of them is given out. */
static void fill_head(struct input *input)
{
    while (input->end < INPUT_HEAD_MAX && decode_more(input))
        ;
    input->head_len = input->end < INPUT_HEAD_MAX ? input->end : INPUT_HEAD_MAX;
    memcpy(input->head, input->bytes, input->head_len);
    memset(input->head + input->head_len, 0, SLACK);
}

static void make_room(struct input *input)
{
    if (!input->start)
        return;
    memmove(input->bytes, input->bytes + input->start, input->end - input->start);
    input->end -= input->start;
    input->start = 0;
}

/* Takes away what is left of a line that was cut; false when more bytes are needed for that. */
static bool skip_cut_line(struct input *input)
{
    if (!input->skipping)
        return true;
    const char *from = input->bytes + input->start;
    const char *newline = memchr(from, '\n', input->end - input->start);
    input->start = newline ? (size_t)(newline - input->bytes) + 1 : input->end;
    input->skipping = newline == NULL;
    return newline != NULL;
}

/* One line is longer than allowed: its beginning becomes the chunk, with a newline. */
static size_t cut_line(struct input *input)
{
    struct source *source = &input->sources[input->at];
    char *cut = input->bytes + input->start + INPUT_LINE_MAX;
    const char *newline = memchr(cut, '\n', input->end - input->start - INPUT_LINE_MAX);
    source->cut_lines++;
    input->skipping = newline == NULL;
    /* The bytes between the cut and the newline are dropped: the newline moves up. */
    if (newline) {
        size_t drop = (size_t)(newline - cut);
        memmove(cut, newline, input->end - (size_t)(newline - input->bytes));
        input->end -= drop;
    } else {
        *cut = '\n';
        input->end = (size_t)(cut - input->bytes) + 1;
    }
    return INPUT_LINE_MAX + 1;
}

/* How many unread bytes are whole lines, none of them too long; 0: more are needed. */
static size_t whole_lines(struct input *input)
{
    char *from = input->bytes + input->start;
    size_t len = input->end - input->start, done = 0, limit = len;
    if (limit > input->chunk_bytes)
        limit = input->chunk_bytes;
    while (done < len) {
        char *newline = memchr(from + done, '\n', len - done);
        size_t line = newline ? (size_t)(newline - from) - done : len - done;
        if (line > INPUT_LINE_MAX)
            return done ? done : cut_line(input);
        if (!newline || (done && (size_t)(newline - from) + 1 > limit))
            break;
        done = (size_t)(newline - from) + 1;
        if (done >= limit)
            break;
        /* The last newline within the limit ends the chunk, if no line before it is too long. */
        char *last = memrchr(from + done, '\n', limit - done);
        if (last && (size_t)(last - from) - done <= INPUT_LINE_MAX)
            return (size_t)(last - from) + 1;
    }
    return done;
}

static void give(struct input *input, size_t len, struct chunk *chunk)
{
    *chunk =
        (struct chunk){input->at, input->seq++, input->first, {input->bytes + input->start, len}};
    input->first = false;
    input->start += len;
}

/* The next chunk of the open source; false at its end. */
static bool next_of_source(struct input *input, struct chunk *chunk)
{
    for (;;) {
        size_t len = skip_cut_line(input) ? whole_lines(input) : 0;
        if (len) {
            give(input, len, chunk);
            return true;
        }
        make_room(input);
        if (decode_more(input))
            continue;
        if (input->skipping || input->start == input->end)
            return false;
        if (input->end - input->start > INPUT_LINE_MAX)
            continue; /* the last line, too long */
        memset(input->bytes + input->end, 0, SLACK);
        give(input, input->end - input->start, chunk);
        return true;
    }
}

bool input_next(struct input *input, struct chunk *chunk)
{
    while (input->at < input->count) {
        if (!input->open) {
            if (!open_source(input)) {
                input->at++;
                continue;
            }
            fill_head(input);
        }
        if (next_of_source(input, chunk))
            return true;
        close_source(input);
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
    *known = input->known;
}
