/* What a history knows for the brake: that an earlier run braked, so that the next nights do not
 * let go by themselves; and how many recipients mail was tried for on a day, which those who failed
 * on it are compared with.
 */
#include "bouncelog/base/pack.h"
#include "save.h"

enum { BRAKE_VERSION = 1 };

#define BRAKE_KEY SV("brake")

int brake_load(struct archive *archive, struct err *err)
{
    struct buf value = {0};
    int found = history_get(archive->history, ITEM_BRAKE, BRAKE_KEY,
                            history_origin(archive->history), &value, err);
    if (found > 0) {
        struct unpack in = unpack_of(buf_sv(&value));
        bool known = unpack_unsigned(&in) == BRAKE_VERSION;
        archive->braked_at = unpack_number(&in);
        if (!known || in.failed || in.rest.len)
            found = archive_damaged(archive, "the brake", err);
    }
    buf_release(&value);
    return found < 0 ? -1 : 0;
}

int64_t archive_braked_at(const struct archive *archive)
{
    return archive->braked_at;
}

int save_brake(struct save *save)
{
    struct archive *archive = save->archive;
    const struct decisions *decisions = save->decisions;
    bool holds = decisions->brake == BRAKE_MORE || decisions->brake == BRAKE_FEWER;
    if (archive->braked_at && decisions->brake_answered)
        return history_remove(archive->history, ITEM_BRAKE, BRAKE_KEY,
                              history_origin(archive->history), save->err);
    if (archive->braked_at || !holds)
        return 0;
    buf_clear(&save->value);
    pack_unsigned(&save->value, BRAKE_VERSION);
    pack_number(&save->value, archive->options.now);
    return save_put(save, ITEM_BRAKE, BRAKE_KEY, true);
}

static int add_day(void *context, const struct item *item, struct err *err)
{
    struct archive *archive = context;
    struct period day;
    period_init(&day);
    day.tally.cells.counts = false;
    int result = period_unpack(&day, item->value, archive_taxonomy(archive)) < 0
                     ? archive_damaged(archive, "the counters of a day", err)
                     : 0;
    if (result == 0)
        fpset_merge(&archive->tried, &day.tally.recipients);
    period_release(&day);
    return result;
}

/* Of all hosts, since those who failed on any of them are decided over. */
int64_t archive_tried_on(void *context, const int64_t *days, size_t count)
{
    struct archive *archive = context;
    char text[DAY_KEY];
    for (size_t i = 0; i < count; i++) {
        (void)!history_each_of(archive->history, ITEM_DAY, archive_day_key(days[i], text), add_day,
                               archive, &archive->failed);
        const struct period *now =
            archive->scan
                ? map_get(&archive->scan->days, sv_make((const char *)&days[i], sizeof days[i]))
                : NULL;
        if (now)
            fpset_merge(&archive->tried, &now->tally.recipients);
    }
    return (int64_t)archive->tried.count;
}
