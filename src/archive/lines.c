/* Lines that the latest runs read: a window into a log (input/window.c) is told by them. Each run
 * leaves an item of its own, which never changes: to take the run back is to drop it. An item has a
 * number, one more than that before it. The oldest go when the rest is enough. */
#include <stdio.h>
#include <stdlib.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/pack.h"
#include "save.h"

enum {
    VERSION = 1,
    DAYS_KEPT = 10,
    DAYS_KEPT_OF_LOGS = 3,
    SECONDS_A_DAY = 86400,
    SHIFT = 64 - INPUT_LINE_BITS,
    KEY_TEXT = 32
};

/* What stands in front of the fingerprints. */
struct part {
    uint64_t number; /* of the item; the first one of a history is 1 */
    int64_t at;      /* when the run was */
    bool whole;      /* all lines of the run */
    bool windows;    /* the run read standard input, or what overlapped with lines of before */
    size_t count;
};

static bool unpack_part(struct unpack *in, struct part *part)
{
    if (unpack_unsigned(in) != VERSION)
        return false;
    part->number = unpack_unsigned(in);
    part->at = unpack_finite(in);
    part->whole = unpack_unsigned(in) != 0;
    part->windows = unpack_unsigned(in) != 0;
    part->count = unpack_count(in, 1);
    return !in->failed;
}

/* Bits of the flags, from the lowest on, say how many more times it was read. */
static void add_line(struct fpset *lines, uint64_t line)
{
    int more = fpset_get(lines, line);
    fpset_add(lines, line, more == FPSET_NEW ? 0 : (unsigned)more << 1 | 1);
}

/* Ascending, each by how much it is more than the one before. */
static bool unpack_lines(struct unpack *in, const struct part *part, struct fpset *lines)
{
    uint64_t line = 0;
    fpset_reserve(lines, part->count);
    for (size_t i = 0; i < part->count && !in->failed; i++) {
        line += unpack_unsigned(in);
        add_line(lines, line << SHIFT);
    }
    return !in->failed && !in->rest.len;
}

static int load_part(void *context, const struct item *item, struct err *err)
{
    struct archive *archive = context;
    struct lines_kept *kept = &archive->lines;
    struct unpack in = unpack_of(item->value);
    struct part part;
    if (!archive_is_own(archive, item))
        return 0;
    if (!unpack_part(&in, &part) || !unpack_lines(&in, &part, &kept->lines))
        return archive_damaged(archive, "the latest lines", err);
    if (part.number != kept->next)
        kept->floor = part.number;
    kept->next = part.number + 1;
    if (!part.whole)
        kept->floor = kept->next;
    return 0;
}

/* Does the file of the i-th log hold another one since? Of a log that was rotated, the path is that
 * under which it was read last. */
static bool is_replaced(const struct archive *archive, size_t i)
{
    const struct stream *streams = archive->streams;
    for (size_t j = 0; j < archive->stream_count; j++)
        if (streams[j].began > streams[i].began && sv_eq(streams[j].path, streams[i].path))
            return true;
    return false;
}

static void describe_mark(struct archive *archive, size_t i)
{
    const struct stream *stream = &archive->streams[i];
    struct mark *mark = &archive->marks[i];
    mark->remembered = stream->began && stream->began >= archive->lines.floor;
    mark->replaced = mark->remembered && is_replaced(archive, i) ? hash_bytes(stream->path) : 0;
}

/* What is remembered of before the first item is what it was made without. */
int lines_load(struct archive *archive, struct err *err)
{
    struct lines_kept *kept = &archive->lines;
    if (history_each(archive->history, ITEM_LINES, load_part, archive, err) < 0)
        return -1;
    if (!kept->next) {
        kept->next = archive_is_new(archive) ? 1 : 2;
        kept->floor = kept->next;
    }
    for (size_t i = 0; i < archive->stream_count; i++)
        describe_mark(archive, i);
    return 0;
}

static int ascending(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static sv key_of(uint64_t number, char *text)
{
    int n = snprintf(text, KEY_TEXT, "%016llx", (unsigned long long)number);
    return sv_make(text, n > 0 ? (size_t)n : 0);
}

/* Items from the newest to the oldest would be asked for: they are few, so all are noted. */
struct parts {
    struct archive *archive;
    struct part *list;
    size_t count;
};

static int note_part(void *context, const struct item *item, struct err *err)
{
    struct parts *parts = context;
    struct unpack in = unpack_of(item->value);
    if (!archive_is_own(parts->archive, item))
        return 0;
    parts->list = mem_room(parts->list, parts->count, sizeof *parts->list);
    return unpack_part(&in, &parts->list[parts->count++])
               ? 0
               : archive_damaged(parts->archive, "the latest lines", err);
}

/* Keeps the newest, whatever its age: a window that is read once a month overlaps with that.
 * newer: lines of this run, and then of newer ones, by whether they read windows. */
static int drop_old(struct save *save, size_t newer[2])
{
    static const size_t most[] = {INPUT_LINES_KEPT_OF_LOGS, INPUT_LINES_KEPT};
    static const int64_t days[] = {DAYS_KEPT_OF_LOGS, DAYS_KEPT};
    struct archive *archive = save->archive;
    struct history *history = archive->history;
    struct parts parts = {.archive = archive};
    int result = history_each(history, ITEM_LINES, note_part, &parts, save->err);
    for (size_t i = parts.count; result >= 0 && i-- > 0;) {
        char text[KEY_TEXT];
        const struct part *part = &parts.list[i];
        int64_t since = archive->options.now - days[part->windows] * SECONDS_A_DAY;
        if (newer[part->windows] >= most[part->windows] ||
            (i + 1 < parts.count && part->at < since))
            result = history_remove(history, ITEM_LINES, key_of(part->number, text),
                                    history_origin(history), save->err);
        newer[part->windows] += part->count;
    }
    mem_free(parts.list);
    return result < 0 ? -1 : 0;
}

static bool read_windows(const struct save *save)
{
    bool windows = false;
    for (size_t i = 0; i < save->scan->source_count; i++) {
        const struct source *source = input_source(save->input, i);
        windows = windows || source->known_lines || sv_eq(sv_from(source->path), SV("-"));
    }
    return windows;
}

/* The last ones of a ring, which become all that there are. */
static void keep_last(struct lines_read *read, size_t most)
{
    if (read->count <= most)
        return;
    uint64_t *last = mem_alloc(most * sizeof *last);
    for (size_t i = 0; i < most; i++)
        last[i] = read->list[(read->oldest + read->count - most + i) % read->count];
    mem_free(read->list);
    *read = (struct lines_read){.list = last, .count = most, .overflowed = true};
}

int lines_save(struct save *save)
{
    struct lines_read *read = &save->scan->lines_read;
    bool windows = read_windows(save);
    char text[KEY_TEXT];
    if (!read->count)
        return 0;
    keep_last(read, windows ? INPUT_LINES_KEPT : INPUT_LINES_KEPT_OF_LOGS);
    if (drop_old(save, (size_t[2]){windows ? 0 : read->count, windows ? read->count : 0}) < 0)
        return -1;
    qsort(read->list, read->count, sizeof *read->list, ascending);
    buf_clear(&save->value);
    pack_unsigned(&save->value, VERSION);
    pack_unsigned(&save->value, save->archive->lines.next);
    pack_number(&save->value, save->archive->options.now);
    pack_unsigned(&save->value, !read->overflowed);
    pack_unsigned(&save->value, windows);
    pack_unsigned(&save->value, read->count);
    for (size_t i = 0; i < read->count; i++)
        pack_unsigned(&save->value, (read->list[i] - (i ? read->list[i - 1] : 0)) >> SHIFT);
    return save_put(save, ITEM_LINES, key_of(save->archive->lines.next, text), true);
}
