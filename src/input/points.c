/* Hashes of some bytes every so often along a log. Two logs that begin alike have, from where they
 * part, nothing in common any more; so one point behind that place tells them apart. Points of a
 * plain file are read when they are asked for, those of anything else are taken in passing. */
#include "points.h"

#include <string.h>

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/readat.h"

static bool is_seekable(const struct reader *reader)
{
    return reader->codec == &codec_plain && S_ISREG(reader->file.st_mode);
}

/* The i-th point of the source itself; false: the source does not reach so far. */
static bool point_of(const struct reader *reader, size_t i, uint64_t *point)
{
    char bytes[MARK_POINT_BYTES];
    if (!is_seekable(reader)) {
        *point = reader->point[i];
        return i < reader->point_count;
    }
    if (read_at(reader->feed.fd, bytes, sizeof bytes, mark_point_at(i)) != (ssize_t)sizeof bytes)
        return false;
    *point = hash_bytes(sv_make(bytes, sizeof bytes));
    return true;
}

void points_saw(struct reader *reader, const char *bytes, size_t len, int64_t end)
{
    while (reader->point_count < MARK_POINTS_MAX) {
        int64_t at = mark_point_at(reader->point_count), begin = end - (int64_t)len;
        char joined[MARK_POINT_BYTES];
        if (at + MARK_POINT_BYTES > end)
            return;
        size_t before = at < begin ? (size_t)(begin - at) : 0;
        size_t in_window = before < MARK_POINT_BYTES ? before : MARK_POINT_BYTES;
        memcpy(joined, reader->window + reader->window_len - before, in_window);
        memcpy(joined + in_window, bytes + (before ? 0 : at - begin), MARK_POINT_BYTES - in_window);
        reader->point[reader->point_count++] = hash_bytes(sv_make(joined, sizeof joined));
    }
}

/* Up to the offset, as far as the head reaches. */
static void mark_lines(struct mark *mark, sv head)
{
    head = sv_sub(head, 0, mark->offset < (int64_t)head.len ? (size_t)mark->offset : head.len);
    for (size_t end = 0; end < head.len && mark->line_count < MARK_LINES_MAX;) {
        size_t newline = sv_find_byte(sv_skip(head, end), '\n');
        if (newline == SV_NPOS)
            return;
        end += newline + 1;
        mark->line[mark->line_count].end = (uint32_t)end;
        mark->line[mark->line_count++].hash = hash_bytes(sv_sub(head, 0, end));
    }
}

void points_mark(struct reader *reader, struct mark *mark, const struct mark *before)
{
    size_t i = before ? before->point_count : 0;
    mark_lines(mark, sv_make(reader->head, reader->head_len));
    if (i)
        memcpy(mark->point, before->point, i * sizeof *mark->point);
    while (i < MARK_POINTS_MAX && mark_point_at(i) + MARK_POINT_BYTES <= mark->offset &&
           point_of(reader, i, &mark->point[i]))
        i++;
    mark->point_count = i;
}

/* Of a source that ends within the first lines that are remembered. */
static enum alike compare_lines(sv lines, const struct mark *mark)
{
    enum alike alike = ALIKE_HEAD;
    for (size_t i = 0; i < mark->line_count && mark->line[i].end <= lines.len; i++) {
        bool same = hash_bytes(sv_sub(lines, 0, mark->line[i].end)) == mark->line[i].hash;
        if (same && mark->line[i].end == lines.len)
            return ALIKE_WHOLE;
        if (same && mark->line[i].end > MARK_HASHED_MAX)
            alike = ALIKE_PARTS;
    }
    return alike;
}

enum alike points_compare(struct reader *reader, const struct mark *mark)
{
    sv head = sv_make(reader->head, reader->head_len);
    size_t end = sv_rfind_byte(head, '\n') + 1; /* SV_NPOS + 1: there is none */
    uint64_t point;
    if (head.len < INPUT_HEAD_MAX && mark->line_count &&
        mark->line[mark->line_count - 1].end >= end)
        return compare_lines(sv_sub(head, 0, end), mark);
    for (size_t i = 0; i < mark->point_count && point_of(reader, i, &point); i++)
        if (point != mark->point[i])
            return i ? ALIKE_PARTS : ALIKE_HEAD;
    return ALIKE_SO_FAR;
}

/* The bytes before the end of the source, which was decoded to its end where that is needed. */
static bool end_of(const struct reader *reader, char *to, int64_t *end)
{
    if (!is_seekable(reader)) {
        *end = reader->source->bytes;
        if (reader->window_len >= MARK_HASHED_MAX)
            memcpy(to, reader->window + reader->window_len - MARK_HASHED_MAX, MARK_HASHED_MAX);
        return reader->window_len >= MARK_HASHED_MAX;
    }
    *end = reader->file.st_size;
    return *end >= MARK_HASHED_MAX &&
           read_at(reader->feed.fd, to, MARK_HASHED_MAX, *end - MARK_HASHED_MAX) == MARK_HASHED_MAX;
}

/* The bytes of another log before that place, however it is packed. */
static bool read_before(struct feed *feed, int64_t end, char *to)
{
    enum { SCRATCH = 64 * 1024 };
    const struct codec *codec = codec_of(feed);
    void *decoder = codec->open ? codec->open() : NULL;
    enum decoded how = decoder ? DECODED_BYTES : DECODED_REFUSED;
    int64_t begin = end - MARK_HASHED_MAX, at = 0;
    char *scratch = mem_alloc(SCRATCH);
    while (how == DECODED_BYTES && at < end) {
        const char *why;
        size_t got = 0, skip, len;
        int64_t left = end - at;
        how = codec->read(decoder, feed, scratch, left < SCRATCH ? (size_t)left : SCRATCH, &got,
                          &why);
        skip = at < begin ? (size_t)(begin - at) : 0;
        len = skip < got ? got - skip : 0;
        if (len)
            sv_put(to + (at + (int64_t)skip - begin), sv_make(scratch + skip, len));
        at += (int64_t)got;
    }
    mem_free(scratch);
    if (decoder)
        codec->close(decoder);
    return at == end;
}

enum alike points_compare_ends(struct reader *reader, const struct source *log)
{
    char ours[MARK_HASHED_MAX], theirs[MARK_HASHED_MAX];
    struct feed feed = {.fd = -1};
    struct stat file;
    struct err err;
    int64_t end;
    if (strcmp(log->path, "-") == 0 || !end_of(reader, ours, &end))
        return ALIKE_SO_FAR;
    feed.bytes = mem_alloc(FEED_BYTES);
    bool there = feed_open(&feed, log->path, &file, &err) == 0 && read_before(&feed, end, theirs);
    feed_close(&feed);
    mem_free(feed.bytes);
    if (!there)
        return ALIKE_SO_FAR;
    return memcmp(ours, theirs, sizeof ours) == 0 ? ALIKE_WHOLE : ALIKE_PARTS;
}
