/* The histories of other hosts. Each comes as a whole, under the identity of the history it is
 * from, and a newer state of it replaces an older one: so merging again changes nothing, and the
 * order is of no matter. */
#include <stdio.h>

#include "bouncelog/base/mem.h"
#include "state.h"

/* A log that two histories hold would be counted twice. */
struct logs {
    struct archive *archive;
    struct map known; /* first line of a log -> struct owner */
    sv other;         /* the identity of the history that is to be merged; empty: none yet */
    const char *path;
    size_t shared, equal, own;
};

struct owner {
    char origin[ORIGIN_BYTES];
    struct mark mark;
};

/* As far as the first lines of both are remembered. */
static bool begin_alike(const struct mark *a, const struct mark *b)
{
    size_t common = a->line_count < b->line_count ? a->line_count : b->line_count;
    for (size_t i = 0; i < common; i++)
        if (a->line[i].end != b->line[i].end || a->line[i].hash != b->line[i].hash)
            return false;
    return common > 0 || (a->head_len == b->head_len && a->head_hash == b->head_hash);
}

static int note_log(void *context, const struct item *item, struct err *err)
{
    struct logs *logs = context;
    struct stream stream;
    struct mark mark;
    bool added;
    if (stream_unpack(&stream, &mark, item->value) < 0)
        return archive_damaged(logs->archive, "where a log was read to", err);
    uint64_t first = mark.line_count ? mark.line[0].hash : mark.head_hash;
    struct owner *owner =
        map_add(&logs->known, sv_make((const char *)&first, sizeof first), &added);
    if (!logs->other.len) {
        if (added) {
            memcpy(owner->origin, item->origin.ptr,
                   item->origin.len < ORIGIN_BYTES ? item->origin.len : ORIGIN_BYTES);
            owner->mark = mark;
        }
        return 0;
    }
    logs->own++;
    if (added || sv_eq(sv_make(owner->origin, ORIGIN_BYTES), item->origin) ||
        !begin_alike(&owner->mark, &mark))
        return 0;
    logs->shared++;
    logs->equal += owner->mark.offset == mark.offset && owner->mark.tail_hash == mark.tail_hash;
    return 0;
}

static int compare_logs(struct logs *logs, struct history *other, struct err *err)
{
    if (history_each(logs->archive->history, ITEM_STREAM, note_log, logs, err) < 0)
        return -1;
    logs->other = history_origin(other);
    if (history_each(other, ITEM_STREAM, note_log, logs, err) < 0)
        return -1;
    if (logs->shared && logs->shared != logs->equal)
        return err_set(err, ERR_HISTORY,
                       "%s: holds a log that %s holds, too: it would be counted twice", logs->path,
                       logs->archive->options.path);
    return 0;
}

int archive_merge(struct archive *archive, const char *path, enum merged *merged, struct err *err)
{
    struct history *other;
    struct logs logs = {.archive = archive, .other = SV_EMPTY, .path = path};
    bool news, changed = false;
    *merged = MERGED_NOTHING_NEW;
    if (history_open(&other, path, HISTORY_READ, 0, err) < 0)
        return -1;
    int result = history_has_news(archive->history, other, &news, err);
    if (result < 0 || !news) {
        history_close(other);
        return result;
    }
    map_init(&logs.known, sizeof(struct owner));
    result =
        history_check_whole(other, err) < 0 || archive_check_items(archive, other, path, err) < 0
            ? -1
            : compare_logs(&logs, other, err);
    /* The same logs, read as far: another history of them has nothing to add. */
    if (result == 0 && logs.shared && logs.shared == logs.own)
        *merged = MERGED_SAME_LOGS;
    else if (result == 0 && logs.shared)
        result = err_set(err, ERR_HISTORY,
                         "%s: holds a log that %s holds, too: it would be counted twice", path,
                         archive->options.path);
    else if (result == 0)
        result = history_merge(archive->history, other, &changed, err);
    if (changed)
        *merged = MERGED;
    map_release(&logs.known);
    history_close(other);
    return result;
}

struct count {
    struct archive *archive;
    struct archive_overview *overview;
    struct map origins;
    sv last;
    bool last_listed;
};

static int count_address(void *context, const struct item *item, struct err *err)
{
    struct count *count = context;
    struct address_record record = {0};
    if (address_record_unpack(&record, item->value, archive_taxonomy(count->archive)) < 0) {
        address_record_release(&record);
        return archive_damaged(count->archive, "evidence", err);
    }
    /* One that several hosts know is one. */
    bool again = count->last.len && sv_eq(count->last, item->key);
    count->overview->addresses += !again;
    count->overview->listed += record.listing.since != 0 && !(again && count->last_listed);
    count->last_listed = record.listing.since != 0 || (again && count->last_listed);
    if (!again)
        count->last = arena_copy(&count->archive->texts, item->key);
    address_record_release(&record);
    return 0;
}

static int count_domain(void *context, const struct item *item, struct err *err)
{
    struct count *count = context;
    (void)item;
    (void)err;
    count->overview->domains++;
    return 0;
}

static int count_day(void *context, const struct item *item, struct err *err)
{
    struct count *count = context;
    struct archive_overview *overview = count->overview;
    (void)err;
    map_add(&count->origins, item->origin, NULL);
    if (!overview->days++)
        snprintf(overview->first_day, sizeof overview->first_day, "%.*s", SV_FMT(item->key));
    snprintf(overview->last_day, sizeof overview->last_day, "%.*s", SV_FMT(item->key));
    return 0;
}

static int count_log(void *context, const struct item *item, struct err *err)
{
    struct count *count = context;
    (void)item;
    (void)err;
    count->overview->logs++;
    return 0;
}

int archive_overview(struct archive *archive, struct archive_overview *overview, struct err *err)
{
    struct count count = {.archive = archive, .overview = overview, .last = SV_EMPTY};
    *overview = (struct archive_overview){0};
    map_init(&count.origins, 1);
    int result =
        history_each(archive->history, ITEM_ADDRESS, count_address, &count, err) < 0 ||
                history_each(archive->history, ITEM_DOMAIN, count_domain, &count, err) < 0 ||
                history_each(archive->history, ITEM_DAY, count_day, &count, err) < 0 ||
                history_each(archive->history, ITEM_STREAM, count_log, &count, err) < 0 ||
                events_count(archive, overview, err) < 0
            ? -1
            : 0;
    overview->hosts = (int64_t)map_count(&count.origins);
    map_release(&count.origins);
    return result;
}
