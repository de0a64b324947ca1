/* Events that runs keep, for questions that nobody asked yet (report --events).
 *
 * While logs are read they go to a file beside the history, a mebibyte after the other, packed:
 * they may be more than memory holds, and whoever reads the history meanwhile need not wait. The
 * key of a chunk is its days and a number: a report reads those of its own days alone, and what is
 * too old is found without being read. */
#include <stdio.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/pack.h"
#include "bouncelog/base/packer.h"
#include "bouncelog/base/spool.h"
#include "bouncelog/base/text.h"
#include "bouncelog/model/event_pack.h"
#include "changes.h"
#include "save.h"

enum { VERSION = 1, CHUNK_BYTES = 1 << 20, CHUNK_MOST = 1 << 28, KEY_TEXT = 64 };

static const char damage[] = "events";

int events_open(struct archive *archive, struct err *err)
{
    bool kept = archive->options.keep_events && archive->options.use != HISTORY_READ;
    archive->events.spool = kept ? spool_open(archive->options.path, err) : NULL;
    return kept && !archive->events.spool ? -1 : 0;
}

void events_release(struct kept_events *events)
{
    spool_free(events->spool);
    buf_release(&events->raw);
    buf_release(&events->packed);
    mem_free(events->chunks);
}

/* --- keys: "2026-11-20 2026-11-22 0000000017" */

static sv key_of(const struct event_chunk *chunk, uint64_t number, char *text)
{
    char first[DAY_KEY], last[DAY_KEY];
    (void)archive_day_key(chunk->first, first);
    (void)archive_day_key(chunk->last, last);
    int n = snprintf(text, KEY_TEXT, "%s %s %010llu", first, last, (unsigned long long)number);
    return sv_make(text, n > 0 ? (size_t)n : 0);
}

struct event_key {
    int64_t first, last; /* days */
    uint64_t number;
};

static bool read_key(sv text, struct event_key *key)
{
    sv rest = text, from = sv_cut(rest, ' ', &rest), to = sv_cut(rest, ' ', &rest);
    return archive_day_of_key(from, &key->first) && archive_day_of_key(to, &key->last) &&
           sv_to_u64(rest, &key->number);
}

bool archive_is_events_key(sv key)
{
    struct event_key read;
    return read_key(key, &read);
}

static int key_of_item(const struct archive *archive, const struct item *item,
                       struct event_key *key, struct err *err)
{
    return read_key(item->key, key) ? 0 : archive_damaged(archive, damage, err);
}

/* --- values */

static void pack_chunk(struct buf *out, sv raw)
{
    pack_unsigned(out, VERSION);
    pack_unsigned(out, raw.len);
    pack_whole(raw, out);
}

static bool unpack_chunk(struct buf *raw, sv value)
{
    struct unpack in = unpack_of(value);
    bool known = unpack_unsigned(&in) == VERSION;
    uint64_t size = unpack_unsigned(&in);
    buf_clear(raw);
    return known && !in.failed && size <= CHUNK_MOST && unpack_whole(in.rest, (size_t)size, raw);
}

typedef void event_taker(void *context, struct event *event);

/* False: what is in it is damaged; those before it were taken. */
static bool each_in_chunk(const struct archive *archive, sv raw, event_taker *take, void *context)
{
    struct unpack in = unpack_of(raw);
    while (in.rest.len && !in.failed) {
        struct event event;
        event_unpack(&in, &event, archive_taxonomy(archive));
        if (!in.failed)
            take(context, &event);
    }
    return !in.failed;
}

static void take_none(void *context, struct event *event)
{
    (void)context;
    (void)event;
}

bool archive_reads_events(const struct archive *archive, sv value)
{
    struct buf raw = {0};
    bool reads = unpack_chunk(&raw, value) && each_in_chunk(archive, buf_sv(&raw), take_none, NULL);
    buf_release(&raw);
    return reads;
}

struct forgetting {
    const struct taxonomy *taxonomy;
    sv address;
    struct buf rest;
    bool found;
};

static void take_others(void *context, struct event *event)
{
    struct forgetting *forgetting = context;
    bool mentioned = false;
    if (event_forget(event, forgetting->address, &mentioned))
        event_pack(&forgetting->rest, event, forgetting->taxonomy);
    forgetting->found = forgetting->found || mentioned;
}

int archive_forget_events(const struct archive *archive, struct buf *value, sv old, sv address)
{
    struct forgetting forgetting = {archive_taxonomy(archive), address, {0}, false};
    struct buf raw = {0};
    bool reads = unpack_chunk(&raw, old);
    if (reads && text_may_mention(buf_sv(&raw), address)) /* most chunks do not */
        reads = each_in_chunk(archive, buf_sv(&raw), take_others, &forgetting);
    if (reads && forgetting.found)
        pack_chunk(value, buf_sv(&forgetting.rest));
    buf_release(&raw);
    buf_release(&forgetting.rest);
    return !reads ? -1 : forgetting.found;
}

/* --- what is too old */

static int note_old(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    struct event_key key;
    if (key_of_item(changes->archive, item, &key, err) < 0)
        return -1;
    if ((key.last + 1) * DATE_DAY <= changes->before)
        changes_add(changes, item, SV_EMPTY, true);
    return 0;
}

int events_drop(struct archive *archive, int64_t before, struct err *err)
{
    struct changes changes = {.archive = archive, .kind = ITEM_EVENTS, .before = before};
    int result = history_each_key(archive->history, ITEM_EVENTS, note_old, &changes, err);
    if (result == 0)
        result = changes_apply(&changes, err);
    changes_release(&changes);
    return result;
}

/* --- a run keeps them */

static int end_chunk(struct archive *archive, struct err *err)
{
    struct kept_events *events = &archive->events;
    if (!events->raw.len)
        return 0;
    struct event_chunk chunk = {
        .at = spool_size(events->spool), .first = events->first, .last = events->last};
    buf_clear(&events->packed);
    pack_chunk(&events->packed, buf_sv(&events->raw));
    buf_clear(&events->raw);
    chunk.packed = events->packed.len;
    events->chunks = mem_room(events->chunks, events->count, sizeof *events->chunks);
    events->chunks[events->count++] = chunk;
    return spool_add(events->spool, buf_sv(&events->packed), err);
}

void archive_keep_event(struct archive *archive, const struct event *event)
{
    struct kept_events *events = &archive->events;
    int64_t time = event->attempt.time, day = date_day(time);
    int64_t tomorrow = date_day(archive->options.now) + 1;
    if (!events->spool || archive->failed.kind ||
        time < archive->options.now - archive->options.keep_events * DATE_DAY)
        return;
    day = day < tomorrow ? day : tomorrow; /* a time that cannot be shall not keep a chunk */
    bool first = !events->raw.len;
    events->first = first || day < events->first ? day : events->first;
    events->last = first || day > events->last ? day : events->last;
    event_pack(&events->raw, event, archive_taxonomy(archive));
    if (events->raw.len >= CHUNK_BYTES)
        (void)!end_chunk(archive, &archive->failed);
}

struct last_number {
    const struct archive *archive;
    uint64_t number;
};

static int note_number(void *context, const struct item *item, struct err *err)
{
    struct last_number *last = context;
    struct event_key key;
    if (key_of_item(last->archive, item, &key, err) < 0)
        return -1;
    if (archive_is_own(last->archive, item) && key.number > last->number)
        last->number = key.number;
    return 0;
}

int save_events(struct save *save)
{
    struct archive *archive = save->archive;
    struct kept_events *events = &archive->events;
    struct last_number last = {archive, 0};
    int result = 0;
    if (!events->spool)
        return 0;
    if (end_chunk(archive, save->err) < 0 ||
        events_drop(archive, archive->options.now - archive->options.keep_events * DATE_DAY,
                    save->err) < 0 ||
        history_each_key(archive->history, ITEM_EVENTS, note_number, &last, save->err) < 0)
        return -1;
    for (size_t i = 0; i < events->count && result == 0; i++) {
        const struct event_chunk *chunk = &events->chunks[i];
        char text[KEY_TEXT];
        buf_clear(&save->value);
        result = spool_read(events->spool, chunk->at, chunk->packed, &save->value, save->err);
        if (result == 0)
            result = save_put(save, ITEM_EVENTS, key_of(chunk, ++last.number, text), true);
    }
    return result;
}

/* --- a report reads them */

struct reading {
    struct archive *archive;
    struct archive_window window;
    const struct cut *cut;
    archive_event_visitor *visit;
    void *visitor;
    struct buf raw;
    sv *keys;
    size_t count;
};

static int note_key(void *context, const struct item *item, struct err *err)
{
    struct reading *reading = context;
    struct event_key key;
    if (key_of_item(reading->archive, item, &key, err) < 0)
        return -1;
    if (key.last < reading->window.since || key.first >= reading->window.until)
        return 0;
    /* Several hosts may have the same. */
    if (reading->count && sv_eq(reading->keys[reading->count - 1], item->key))
        return 0;
    reading->keys = mem_room(reading->keys, reading->count, sizeof *reading->keys);
    reading->keys[reading->count++] = arena_copy(&reading->archive->texts, item->key);
    return 0;
}

static void take_asked(void *context, struct event *event)
{
    const struct reading *reading = context;
    int64_t day = date_day(event->attempt.time);
    if (day >= reading->window.since && day < reading->window.until &&
        (!reading->cut || cut_has(reading->cut, event)))
        reading->visit(reading->visitor, event);
}

static int visit_chunk(void *context, const struct item *item, struct err *err)
{
    struct reading *reading = context;
    struct archive *archive = reading->archive;
    return unpack_chunk(&reading->raw, item->value) &&
                   each_in_chunk(archive, buf_sv(&reading->raw), take_asked, reading)
               ? 0
               : archive_damaged(archive, damage, err);
}

int archive_each_event(struct archive *archive, struct archive_window window, const struct cut *cut,
                       archive_event_visitor *visit, void *context, struct err *err)
{
    struct reading reading = {archive, window, cut, visit, context, {0}, NULL, 0};
    struct history *history = archive->history;
    int result = history_each_key(history, ITEM_EVENTS, note_key, &reading, err);
    for (size_t i = 0; i < reading.count && result == 0; i++)
        result = history_each_of(history, ITEM_EVENTS, reading.keys[i], visit_chunk, &reading, err);
    buf_release(&reading.raw);
    mem_free(reading.keys);
    return result;
}

/* --- how much there is */

static int count_chunk(void *context, const struct item *item, struct err *err)
{
    struct archive_overview *overview = context;
    (void)err;
    if (!overview->event_bytes)
        snprintf(overview->first_event_day, sizeof overview->first_event_day, "%.*s",
                 SV_FMT(sv_sub(item->key, 0, DATE_LEN)));
    overview->event_bytes += (int64_t)item->value.len;
    return 0;
}

int events_count(struct archive *archive, struct archive_overview *overview, struct err *err)
{
    return history_each(archive->history, ITEM_EVENTS, count_chunk, overview, err);
}
