/* Opens a history. Where logs were read to, which files they were, the allow
 * list and the totals are read at once, all else when it is asked for.
 * Everything up to the commit is one transaction. */
#include <stdio.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/pack.h"
#include "state.h"

enum { LINE_LEAST = 9, STREAM_VERSION = 2, FILE_VERSION = 1, SECONDS_A_DAY = 86400 };

bool archive_is_own(const struct archive *archive, const struct item *item)
{
    return sv_eq(item->origin, history_origin(archive->history));
}

int archive_damaged(const struct archive *archive, const char *what, struct err *err)
{
    int64_t last = history_last_run(archive->history);
    err_set(err, ERR_HISTORY,
            "%s: is damaged: %s cannot be read; it was not touched: restore it from a copy",
            archive->options.path, what);
    if (last) { /* it may have come by a merge */
        struct err undo = *err;
        err_set(err, ERR_HISTORY,
                "%s, or take back what the last run left with `bouncelog history undo -d %s %lld`",
                undo.text, archive->options.path, (long long)last);
    }
    return -1;
}

sv archive_day_key(int64_t day, char *text)
{
    char date[DATE_TEXT];
    date_format(day * SECONDS_A_DAY, date);
    int n = snprintf(text, DAY_KEY, "%.10s", date);
    return sv_make(text, n > 0 ? (size_t)n : 0);
}

bool archive_day_of_key(sv key, int64_t *day)
{
    int64_t seconds = 0;
    bool is_day = key.len == DATE_LEN && date_parse(key, &seconds);
    *day = date_day(seconds);
    return is_day;
}

int archive_day_of(const struct archive *archive, const struct item *item, const char *what,
                   int64_t *day, struct err *err)
{
    return archive_day_of_key(item->key, day) ? 0 : archive_damaged(archive, what, err);
}

void stream_pack(struct buf *out, const struct stream *stream, const struct mark *mark)
{
    pack_unsigned(out, STREAM_VERSION);
    pack_number(out, mark->offset);
    pack_number(out, mark->lines);
    pack_hash(out, mark->set);
    pack_hash(out, mark->head_hash);
    pack_hash(out, mark->tail_hash);
    pack_unsigned(out, mark->head_len);
    pack_unsigned(out, mark->tail_len);
    pack_unsigned(out, mark->skipping);
    pack_unsigned(out, mark->line_count);
    for (size_t i = 0; i < mark->line_count; i++) {
        pack_unsigned(out, mark->line[i].end);
        pack_hash(out, mark->line[i].hash);
    }
    pack_text(out, stream->path);
    pack_text(out, stream->format);
    pack_text(out, stream->error);
    pack_number(out, stream->cut_lines);
    pack_number(out, stream->first);
    pack_number(out, stream->last);
    pack_unsigned(out, stream->complete);
    pack_unsigned(out, stream->began);
    pack_unsigned(out, mark->unfinished);
    pack_unsigned(out, mark->understood);
    pack_unsigned(out, mark->point_count);
    for (size_t i = 0; i < mark->point_count; i++)
        pack_hash(out, mark->point[i]);
}

/* What version 1 has not. */
static bool unpack_more(struct unpack *in, struct stream *stream, struct mark *mark)
{
    stream->began = unpack_unsigned(in);
    uint64_t unfinished = unpack_unsigned(in);
    mark->unfinished = (uint32_t)unfinished;
    mark->understood = unpack_unsigned(in) != 0;
    mark->point_count = unpack_count(in, sizeof(uint64_t));
    if (unfinished > INPUT_LINE_MAX || mark->point_count > MARK_POINTS_MAX)
        return false;
    for (size_t i = 0; i < mark->point_count; i++)
        mark->point[i] = unpack_hash(in);
    return true;
}

int stream_unpack(struct stream *stream, struct mark *mark, sv bytes)
{
    struct unpack in = unpack_of(bytes);
    uint64_t version = unpack_unsigned(&in);
    if (version < 1 || version > STREAM_VERSION)
        return -1;
    *mark = (struct mark){0};
    mark->offset = unpack_finite(&in);
    mark->lines = unpack_finite(&in);
    mark->set = unpack_hash(&in);
    mark->head_hash = unpack_hash(&in);
    mark->tail_hash = unpack_hash(&in);
    mark->head_len = (uint32_t)unpack_unsigned(&in);
    mark->tail_len = (uint32_t)unpack_unsigned(&in);
    mark->skipping = unpack_unsigned(&in) != 0;
    mark->line_count = unpack_count(&in, LINE_LEAST);
    if (mark->line_count > MARK_LINES_MAX)
        return -1;
    for (size_t i = 0; i < mark->line_count; i++) {
        mark->line[i].end = (uint32_t)unpack_unsigned(&in);
        mark->line[i].hash = unpack_hash(&in);
    }
    stream->path = unpack_text(&in);
    stream->format = unpack_text(&in);
    stream->error = unpack_text(&in);
    stream->cut_lines = unpack_number(&in);
    stream->first = unpack_number(&in);
    stream->last = unpack_number(&in);
    stream->complete = unpack_unsigned(&in) != 0;
    stream->began = 0;
    if (version > 1 && !unpack_more(&in, stream, mark))
        return -1;
    return in.failed || in.rest.len || mark->offset < mark->tail_len ||
                   mark->offset < mark->head_len || mark->head_len > MARK_HASHED_MAX ||
                   mark->tail_len > MARK_HASHED_MAX || mark->lines < 0
               ? -1
               : 0;
}

void archive_note_newest(struct archive *archive, const struct stream *stream)
{
    if (stream->first <= stream->last && stream->last > archive->newest)
        archive->newest = stream->last;
}

int64_t archive_newest(const struct archive *archive)
{
    return archive->newest;
}

static int load_stream(void *context, const struct item *item, struct err *err)
{
    struct archive *archive = context;
    if (!archive_is_own(archive, item))
        return 0;
    size_t count = archive->stream_count;
    archive->streams = mem_room(archive->streams, count, sizeof *archive->streams);
    archive->marks = mem_room(archive->marks, count, sizeof *archive->marks);
    struct stream *stream = &archive->streams[count];
    if (stream_unpack(stream, &archive->marks[count], item->value) < 0)
        return archive_damaged(archive, "where a log was read to", err);
    archive_note_newest(archive, stream);
    stream->key = arena_copy(&archive->texts, item->key);
    stream->path = arena_copy(&archive->texts, stream->path);
    stream->format = arena_copy(&archive->texts, stream->format);
    stream->error = arena_copy(&archive->texts, stream->error);
    archive->stream_count++;
    return 0;
}

size_t archive_find_stream(const struct archive *archive, sv key)
{
    size_t i = 0;
    while (i < archive->stream_count && !sv_eq(archive->streams[i].key, key))
        i++;
    return i;
}

static int load_file(void *context, const struct item *item, struct err *err)
{
    struct archive *archive = context;
    struct unpack in = unpack_of(item->value);
    if (!archive_is_own(archive, item))
        return 0;
    if (unpack_unsigned(&in) != FILE_VERSION)
        return archive_damaged(archive, "which file was read", err);
    struct seen seen = {.device = unpack_unsigned(&in),
                        .inode = unpack_unsigned(&in),
                        .size = unpack_number(&in),
                        .mtime_ns = (int64_t)unpack_unsigned(&in),
                        .ctime_ns = (int64_t)unpack_unsigned(&in),
                        .whole = unpack_unsigned(&in) != 0};
    seen.mark = archive_find_stream(archive, unpack_text(&in));
    if (in.failed)
        return archive_damaged(archive, "which file was read", err);
    if (seen.mark == archive->stream_count)
        return 0; /* its log was dropped */
    archive->seen = mem_room(archive->seen, archive->seen_count, sizeof *archive->seen);
    archive->seen[archive->seen_count++] = seen;
    return 0;
}

static int load_allowed(void *context, const struct item *item, struct err *err)
{
    struct archive *archive = context;
    (void)err;
    char key[MAILBOX_MAX];
    map_add(&archive->allowed, mailbox_key(item->key, key), NULL);
    return 0;
}

static int load_totals(void *context, const struct item *item, struct err *err)
{
    struct archive *archive = context;
    struct period totals;
    period_init(&totals);
    int result = period_unpack(&totals, item->value, archive_taxonomy(archive)) < 0
                     ? archive_damaged(archive, "the totals", err)
                     : 0;
    if (result == 0)
        period_merge(&archive->totals, &totals);
    if (archive_is_own(archive, item))
        period_merge(&archive->own_totals, &totals);
    period_release(&totals);
    return result;
}

const struct period *archive_totals(const struct archive *archive)
{
    return &archive->totals;
}

const struct tally *archive_before(const struct archive *archive)
{
    return archive_is_new(archive) ? NULL : &archive->own_totals.tally;
}

static int load(struct archive *archive, struct err *err)
{
    struct history *history = archive->history;
    if (history_each(history, ITEM_STREAM, load_stream, archive, err) < 0 ||
        history_each(history, ITEM_FILE, load_file, archive, err) < 0 ||
        archive_load_places(archive, err) < 0 || archive_load_taken(archive, err) < 0 ||
        history_each(history, ITEM_ALLOW, load_allowed, archive, err) < 0 ||
        history_each(history, ITEM_TOTALS, load_totals, archive, err) < 0 ||
        brake_load(archive, err) < 0 || counting_load(archive, err) < 0)
        return -1;
    if (counting_check(archive, err) < 0)
        return -1;
    return archive->options.reads_logs ? lines_load(archive, err) : 0;
}

int archive_open(struct archive **out, const struct archive_options *options, struct err *err)
{
    struct archive *archive = mem_zero(1, sizeof *archive);
    archive->options = *options;
    map_init(&archive->allowed, 1);
    evidence_init(&archive->all);
    survey_init(&archive->survey);
    archive->found.archive = archive;
    period_init(&archive->period);
    period_init(&archive->totals);
    period_init(&archive->own_totals);
    archive->period.tally.cells.counts = false;
    map_init(&archive->unknown_days, 1);
    map_init(&archive->providers, 1);
    *out = NULL;
    if (history_open(&archive->history, options->path, options->use, options->wait_seconds, err) ==
            0 &&
        (options->use == HISTORY_READ ||
         history_begin(archive->history, options->now, options->what, err) == 0) &&
        load(archive, err) == 0 && events_open(archive, err) == 0) {
        *out = archive;
        return 0;
    }
    archive_close(archive);
    return -1;
}

void archive_close(struct archive *archive)
{
    if (!archive)
        return;
    history_close(archive->history);
    map_release(&archive->allowed);
    evidence_release(&archive->all);
    survey_release(&archive->survey);
    whole_release(&archive->found);
    period_release(&archive->period);
    period_release(&archive->totals);
    period_release(&archive->own_totals);
    map_release(&archive->unknown_days);
    map_release(&archive->providers);
    ledger_free(archive->ledger);
    events_release(&archive->events);
    fpset_release(&archive->tried);
    fpset_release(&archive->taken_known);
    fpset_release(&archive->taken_entries);
    fpset_release(&archive->taken_steps);
    mem_free(archive->taken);
    fpset_release(&archive->lines.lines);
    arena_release(&archive->texts);
    mem_free(archive->marks);
    mem_free(archive->streams);
    mem_free(archive->seen);
    mem_free(archive->places);
    mem_free(archive->inputs);
    mem_free(archive);
}

struct history *archive_history(struct archive *archive)
{
    return archive->history;
}

int archive_check(const struct archive *archive, struct err *err)
{
    if (!archive->failed.kind)
        return 0;
    *err = archive->failed;
    return -1;
}

sv archive_format(const struct archive *archive, size_t mark)
{
    return mark < archive->stream_count ? archive->streams[mark].format : SV_EMPTY;
}

int64_t archive_last_time(const void *context, size_t mark)
{
    const struct archive *archive = context;
    return mark < archive->stream_count &&
                   archive->streams[mark].first <= archive->streams[mark].last
               ? archive->streams[mark].last
               : INT64_MIN;
}

bool archive_has_others(const struct archive *archive)
{
    return archive->has_others;
}

bool archive_is_new(const struct archive *archive)
{
    return archive->stream_count == 0;
}

const struct map *archive_allowed(const struct archive *archive)
{
    return &archive->allowed;
}

void archive_resume(const struct archive *archive, struct input_options *options)
{
    options->resume = true;
    options->marks = archive->marks;
    options->mark_count = archive->stream_count;
    options->seen = archive->seen;
    options->seen_count = archive->seen_count;
    options->now = archive->options.now;
    archive_resume_journal(archive, &options->journal);
    options->lines_read = &archive->lines.lines;
    options->lines_forgotten = archive->lines.floor > 1;
}
