/* One source as chunks of whole lines. Decoded bytes go straight into the chunk's own memory, at a
 * page's start, where the kernel copies fastest; only the part of a line behind the last newline
 * is kept for the next chunk, which it is put in front of. Where a chunk ends depends on
 * chunk_bytes; where a line ends or is cut never does. */
#define _GNU_SOURCE /* memrchr */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bouncelog/base/mem.h"
#include "codec.h"
#include "journal.h"
#include "plan.h"
#include "reader.h"
#include "resume.h"
#include "window.h"

enum {
    PAGE = 4096,
    /* In front of the page: the part of a line that the last chunk ended with. */
    CARRY_MAX = (INPUT_LINE_MAX + PAGE) / PAGE * PAGE,
    SLACK = INPUT_SLACK,
};

void chunk_init(struct chunk *chunk, const struct input *input)
{
    size_t room = input->chunk_bytes > INPUT_LINE_MAX + 1 ? input->chunk_bytes : INPUT_LINE_MAX + 1;
    *chunk = (struct chunk){.cap = room};
    chunk->block = mem_pages(CARRY_MAX + room + SLACK);
}

void chunk_release(struct chunk *chunk)
{
    mem_free(chunk->block);
    *chunk = (struct chunk){0};
}

void source_set_error(struct source *source, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(source->error, sizeof source->error, format, args);
    va_end(args);
}

static void note_end(struct reader *reader, enum decoded how, const char *why)
{
    struct source *source = reader->source;
    const char *name = reader->codec->name;
    long long bytes = (long long)source->bytes;
    reader->ended = true;
    if (reader->feed.failed)
        source_set_error(source, "cannot read on after %lld decoded bytes: %s", bytes,
                         strerror(reader->feed.failed));
    else if (how == DECODED_TRUNCATED)
        source_set_error(source, "truncated %s data after %lld decoded bytes", name, bytes);
    else if (how == DECODED_CORRUPT)
        source_set_error(source, "corrupt %s data after %lld decoded bytes (%s)", name, bytes, why);
    else if (how == DECODED_REFUSED)
        source_set_error(source, "cannot decode the %s data after %lld decoded bytes (%s)", name,
                         bytes, why);
    else
        source->complete = true;
}

/* Decodes until `size` bytes are there or the source ends; also from a pipe that gives a line at a
 * time, since a chunk has a price. */
size_t reader_decode(struct reader *reader, char *to, size_t size)
{
    size_t done = 0;
    while (!reader->ended && done < size) {
        const char *why = "";
        size_t got = 0;
        enum decoded how =
            reader->codec->read(reader->decoder, &reader->feed, to + done, size - done, &got, &why);
        done += got;
        reader->source->bytes += (int64_t)got;
        resume_saw(reader, to + done - got, got);
        if (how != DECODED_BYTES)
            note_end(reader, how, why);
    }
    return done;
}

/* The head first, which was decoded when the source was opened. */
static size_t pull(struct reader *reader, char *to, size_t size)
{
    size_t held = reader->head_len - reader->head_used, part = held < size ? held : size;
    if (part) {
        memcpy(to, reader->head + reader->head_used, part);
        reader->head_used += part;
        return part;
    }
    return reader_decode(reader, to, size);
}

static bool open_file(struct reader *reader)
{
    struct source *source = reader->source;
    struct err err = {0};
    if (feed_open(&reader->feed, source->path, &reader->file, &err) != 0) {
        source_set_error(source, "%s", err.text);
        return false;
    }
    source->mtime = (int64_t)reader->file.st_mtime;
    return true;
}

static bool open_decoder(struct reader *reader)
{
    struct source *source = reader->source;
    reader->codec = codec_of(&reader->feed);
    source->format = reader->codec->format;
    if (!reader->codec->open) {
        source_set_error(source, "this build cannot read %s", reader->codec->name);
        return false;
    }
    reader->decoder = reader->codec->open();
    return true;
}

/* It is not unpacked again: that would be one more way to make much of little. */
static void refuse_packed_twice(struct reader *reader)
{
    const struct codec *within = codec_within(sv_make(reader->head, reader->head_len));
    if (reader->codec == &codec_plain || !within)
        return;
    source_set_error(reader->source, "was packed twice: %s data in %s data", within->name,
                     reader->codec->name);
    reader->source->complete = false;
    reader->open = false;
    reader->head_len = 0;
    memset(reader->head, 0, SLACK);
}

struct reader *reader_open(struct input *input, size_t source)
{
    struct reader *reader = mem_zero(1, sizeof *reader);
    reader->input = input;
    reader->source = &input->sources[source];
    reader->first = true;
    reader->feed.bytes = mem_alloc(FEED_BYTES);
    reader->feed.fd = -1;
    reader->head = mem_zero(1, INPUT_HEAD_MAX + SLACK);
    reader->carry = mem_alloc(INPUT_LINE_MAX + 1);
    if (reader->source->journal)
        reader->open = journal_open(reader);
    else if (open_file(reader) && !resume_is_unchanged(reader))
        reader->open = open_decoder(reader);
    if (reader->open) {
        reader->head_len = reader_decode(reader, reader->head, INPUT_HEAD_MAX);
        refuse_packed_twice(reader);
    }
    if (reader->open && input->options.resume && !reader->source->journal)
        reader->open = resume_find(reader) && !window_is_refused(reader);
    return reader;
}

void reader_close(struct reader *reader)
{
    if (!reader)
        return;
    if (reader->source->journal)
        journal_mark(reader);
    else if (reader->input->options.resume)
        resume_mark(reader);
    if (reader->decoder)
        reader->codec->close(reader->decoder);
    mem_free(reader->window);
    fpset_release(&reader->used);
    feed_close(&reader->feed);
    mem_free(reader->feed.bytes);
    mem_free(reader->head);
    mem_free(reader->carry);
    mem_free(reader);
}

sv reader_head(const struct reader *reader)
{
    return sv_make(reader->head, reader->head_len);
}

/* The bytes that a chunk is made of: [start, end) of its memory, of which [page, limit) is filled
 * from the source. */
struct span {
    char *page, *limit;
    char *start, *end;
};

/* What is left of a line that was cut goes away. */
static void drop_cut_rest(struct reader *reader, struct span *span)
{
    if (!reader->skipping)
        return;
    char *newline = memchr(span->start, '\n', (size_t)(span->end - span->start));
    char *rest = newline ? newline + 1 : span->end;
    size_t len = (size_t)(span->end - rest);
    memmove(span->page, rest, len); /* so that a whole line has room */
    span->start = span->page;
    span->end = span->page + len;
    reader->skipping = newline == NULL;
}

/* A line longer than allowed becomes its beginning and a newline; the bytes behind it move up.
 * Where the next INPUT_LINE_MAX + 1 bytes hold a newline, no line that ends in them is too long:
 * the last one is enough, most bytes are not even looked at. */
static void cut_long_lines(struct reader *reader, struct span *span)
{
    char *at = span->start;
    while (at < span->end) {
        size_t left = (size_t)(span->end - at);
        char *newline = memrchr(at, '\n', left < INPUT_LINE_MAX + 1 ? left : INPUT_LINE_MAX + 1);
        if (newline) {
            at = newline + 1;
            continue;
        }
        if (left <= INPUT_LINE_MAX)
            return;
        char *cut = at + INPUT_LINE_MAX;
        newline = memchr(cut, '\n', (size_t)(span->end - cut));
        reader->source->cut_lines++;
        reader->skipping = newline == NULL;
        *cut = '\n';
        at = cut + 1;
        char *rest = newline ? newline + 1 : span->end;
        size_t len = (size_t)(span->end - rest);
        memmove(at, rest, len);
        span->end = at + len;
    }
}

/* The end of those lines that need nothing of what follows; span->start: there are none. */
static char *whole_lines(struct reader *reader, struct span *span, char *end, bool full)
{
    unsigned open = 0;
    size_t len = (size_t)(end - span->start);
    size_t whole = reader->cut
                       ? reader->cut->whole(reader->cut->context, sv_make(span->start, len), &open)
                       : len;
    size_t rest = (size_t)(span->end - span->start) - whole;
    if (rest <= INPUT_LINE_MAX && !(full && !whole))
        return span->start + whole;
    reader->left_open = open;
    return end;
}

/* Adds bytes until a line is whole or the source ends; gives the end of the whole lines. There is
 * always room: what is longer than a line may be is cut. */
static char *fill_lines(struct reader *reader, struct span *span)
{
    for (;;) {
        char *newline = memrchr(span->start, '\n', (size_t)(span->end - span->start));
        if (newline) {
            char *end = whole_lines(reader, span, newline + 1, span->end == span->limit);
            if (end > span->start)
                return end;
        }
        size_t room = (size_t)(span->limit - span->end), want = reader->input->chunk_bytes;
        size_t got = pull(reader, span->end, want < room ? want : room);
        if (!got)
            return resume_waits(reader, (size_t)(span->end - span->start)) ? span->start
                                                                           : span->end;
        span->end += got;
        drop_cut_rest(reader, span);
        cut_long_lines(reader, span);
    }
}

void reader_cut(struct reader *reader, const struct input_cut *cut)
{
    reader->cut = cut;
}

bool reader_next(struct reader *reader, struct chunk *chunk)
{
    if (!reader->open)
        return false;
    char *page = chunk->block + CARRY_MAX;
    struct span span = {page, page + chunk->cap, page - reader->carry_len, page};
    sv_put(span.start, sv_make(reader->carry, reader->carry_len));
    chunk->open = reader->left_open;
    reader->left_open = 0;
    char *end = fill_lines(reader, &span);
    reader->carry_len = (size_t)(span.end - end);
    sv_put(reader->carry, sv_make(end, reader->carry_len));
    end = window_drop(reader, span.start, end, &chunk->known);
    memset(end, 0, SLACK);
    chunk->source = (size_t)(reader->source - reader->input->sources);
    chunk->first = reader->first;
    chunk->forgotten = reader->codec == &codec_plain &&
                       reader->file.st_size - reader->feed.consumed > INPUT_BYTES_KEPT_OF_LOG;
    chunk->unfinished = reader->unfinished != 0;
    chunk->bytes = sv_make(span.start, (size_t)(end - span.start));
    chunk->consumed = reader->feed.consumed;
    reader->first = false;
    if (chunk->bytes.len)
        reader->counted = 0;
    return chunk->bytes.len > 0;
}
