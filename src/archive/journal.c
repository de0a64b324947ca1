/* Where a journal was read to. It is a log among others, with an item of its own for what no other
 * log has: the cursor of its last entry, in the same transaction as all that was counted up to
 * there. */
#include <stdio.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/pack.h"
#include "save.h"

enum { PLACE_VERSION = 1 };

static int load_place(void *context, const struct item *item, struct err *err)
{
    struct archive *archive = context;
    struct unpack in = unpack_of(item->value);
    if (!archive_is_own(archive, item))
        return 0;
    bool known = unpack_unsigned(&in) == PLACE_VERSION;
    sv name = unpack_text(&in), folder = unpack_text(&in), cursor = unpack_text(&in);
    if (!known || in.failed || in.rest.len || !cursor.len || cursor.len >= CURSOR_MAX)
        return archive_damaged(archive, "where a journal was read to", err);
    size_t mark = archive_find_stream(archive, item->key);
    if (mark == archive->stream_count)
        return 0; /* its log was dropped */
    archive->places = mem_room(archive->places, archive->place_count, sizeof *archive->places);
    archive->places[archive->place_count++] =
        (struct journal_place){.name = arena_copy(&archive->texts, name),
                               .folder = arena_copy(&archive->texts, folder),
                               .cursor = arena_copy(&archive->texts, cursor),
                               .mark = mark};
    return 0;
}

int archive_load_places(struct archive *archive, struct err *err)
{
    return history_each(archive->history, ITEM_JOURNAL, load_place, archive, err);
}

/* The time up to which logs that are no journals were read. */
static int64_t latest_elsewhere(const struct archive *archive)
{
    int64_t latest = INT64_MIN;
    for (size_t i = 0; i < archive->stream_count; i++) {
        const struct stream *stream = &archive->streams[i];
        bool is_journal = false;
        for (size_t j = 0; j < archive->place_count; j++)
            is_journal = is_journal || archive->places[j].mark == i;
        if (!is_journal && stream->first <= stream->last && stream->last > latest)
            latest = stream->last;
    }
    return latest;
}

void archive_resume_journal(const struct archive *archive, struct journal_options *options)
{
    options->places = archive->places;
    options->place_count = archive->place_count;
    options->begins_behind = latest_elsewhere(archive);
}

int save_place(struct save *save, const struct source *source, sv key)
{
    if (!source->cursor[0])
        return 0;
    buf_clear(&save->value);
    pack_unsigned(&save->value, PLACE_VERSION);
    pack_text(&save->value, sv_from(source->path));
    pack_text(&save->value, source->folder ? sv_from(source->folder) : SV_EMPTY);
    pack_text(&save->value, sv_from(source->cursor));
    return save_put(save, ITEM_JOURNAL, key, false);
}
