/* What failed on each day (ITEM_TRIALS, a block a day, by when it was known), for backtests: kept
 * by each run, and gone through day by day beside the deliveries that the counters of the days
 * hold. */
#include "bouncelog/base/date.h"
#include "save.h"

/* --- save */

static int save_block(struct save *save, int64_t day)
{
    struct history *history = save->archive->history;
    struct buf before = {0};
    struct trials trials;
    char text[DAY_KEY];
    sv key = archive_day_key(day, text);
    int found = history_get(history, ITEM_TRIALS, key, history_origin(history), &before, save->err);
    int result = found < 0 ? -1 : 0;
    trials_init(&trials);
    if (found > 0 && trials_unpack(&trials, buf_sv(&before)) < 0)
        result = archive_damaged(save->archive, "what failed on a day", save->err);
    buf_release(&before);
    if (result == 0) {
        trials_add_day(&trials, &save->scan->trials, day);
        buf_clear(&save->value);
        trials_pack(&save->value, &trials);
        result = save_put(save, ITEM_TRIALS, key, !found);
    }
    trials_release(&trials);
    return result;
}

int save_trials(struct save *save)
{
    const struct trials *trials = &save->scan->trials;
    struct map days;
    int result = 0;
    map_init(&days, sizeof(int64_t));
    for (size_t i = 0; i < trials->count; i++) {
        int64_t day = date_day(trials->list[i].known);
        *(int64_t *)map_add(&days, sv_make((const char *)&day, sizeof day), NULL) = day;
    }
    for (size_t i = 0; i < map_count(&days) && result == 0; i++)
        result = save_block(save, *(const int64_t *)map_value_at(&days, i));
    map_release(&days);
    return result;
}

/* --- forget, check */

bool archive_reads_trials(sv value)
{
    struct trials trials;
    trials_init(&trials);
    bool reads = trials_unpack(&trials, value) == 0;
    trials_release(&trials);
    return reads;
}

/* --- replay */

struct replaying {
    struct archive *archive;
    struct backtest *backtest;
    int64_t first, last; /* days */
    int64_t first_trial; /* the first day of which it is known what failed */
};

static void know(void *context, sv address)
{
    backtest_know(context, address);
}

static int know_block(void *context, const struct item *item, struct err *err)
{
    struct replaying *replaying = context;
    int64_t day;
    if (!archive_day_of_key(item->key, &day) ||
        trials_each_address(item->value, know, replaying->backtest) < 0)
        return archive_damaged(replaying->archive, "what failed on a day", err);
    replaying->first_trial = day < replaying->first_trial ? day : replaying->first_trial;
    replaying->last = day > replaying->last ? day : replaying->last;
    return 0;
}

static int note_day(void *context, const struct item *item, struct err *err)
{
    struct replaying *replaying = context;
    int64_t day;
    if (archive_day_of(replaying->archive, item, "the counters of a day", &day, err) < 0)
        return -1;
    replaying->first = day < replaying->first ? day : replaying->first;
    replaying->last = day > replaying->last ? day : replaying->last;
    return 0;
}

static void take(void *context, uint64_t fingerprint, int64_t step)
{
    const struct replaying *replaying = context;
    if (!archive_was_taken_back(replaying->archive, fingerprint, step))
        backtest_take(replaying->backtest, fingerprint, step);
}

static int take_day(void *context, const struct item *item, struct err *err)
{
    struct replaying *replaying = context;
    return deliveries_each(item->value, archive_taxonomy(replaying->archive), take, replaying) < 0
               ? archive_damaged(replaying->archive, "the counters of a day", err)
               : 0;
}

static int fail_day(void *context, const struct item *item, struct err *err)
{
    struct replaying *replaying = context;
    struct trials trials;
    trials_init(&trials);
    int result = trials_unpack(&trials, item->value) < 0
                     ? archive_damaged(replaying->archive, "what failed on a day", err)
                     : 0;
    for (size_t i = 0; i < trials.count && result == 0; i++)
        backtest_fail(replaying->backtest, &trials, &trials.list[i]);
    trials_release(&trials);
    return result;
}

int archive_replay(struct archive *archive, struct backtest *backtest,
                   struct archive_window *window, struct err *err)
{
    struct history *history = archive->history;
    struct replaying replaying = {.archive = archive,
                                  .backtest = backtest,
                                  .first = INT64_MAX,
                                  .last = INT64_MIN,
                                  .first_trial = INT64_MAX};
    char text[DAY_KEY];
    if (history_each(history, ITEM_TRIALS, know_block, &replaying, err) < 0 ||
        history_each_key(history, ITEM_DAY, note_day, &replaying, err) < 0)
        return -1;
    if (replaying.first_trial < replaying.first)
        replaying.first = replaying.first_trial;
    for (int64_t day = replaying.first; day <= replaying.last; day++) {
        sv key = archive_day_key(day, text);
        if (history_each_of(history, ITEM_DAY, key, take_day, &replaying, err) < 0 ||
            history_each_of(history, ITEM_TRIALS, key, fail_day, &replaying, err) < 0)
            return -1;
        backtest_night(backtest, day);
    }
    *window = (struct archive_window){replaying.first_trial, replaying.last + 1};
    return archive_check(archive, err);
}
