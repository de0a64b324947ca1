/* What bounces that come as mail need of earlier nights: which deliveries there were (ITEM_SENT, a
 * block a day, of each host whose history is merged in), and which of them were taken back or
 * complained of already (ITEM_TAKEN), so that a mail that stays in its box counts once. */
#include "bouncelog/late/sent.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/pack.h"
#include "bouncelog/model/activity.h"
#include "save.h"

enum { VERSION = 1, TAKEN_DAYS = 90, TAKEN_LEAST = 18 };

uint64_t archive_sent_secret(const struct archive *archive)
{
    return hash_bytes(history_origin(archive->history));
}

/* --- taken */

static uint64_t identity_of(uint64_t message_id, uint64_t address, bool complaint)
{
    return hash_mix(hash_mix(message_id, address), complaint);
}

static uint64_t step_of(uint64_t address, int64_t step)
{
    return hash_mix(fpset_kept(address), (uint64_t)step);
}

static void add_taken(struct archive *archive, const struct taken *taken)
{
    if (fpset_add(&archive->taken_known, taken->identity, 0) != FPSET_NEW)
        return;
    archive->taken = mem_room(archive->taken, archive->taken_count, sizeof *archive->taken);
    archive->taken[archive->taken_count++] = *taken;
    if (taken->counted)
        fpset_add(&archive->taken_steps,
                  step_of(taken->address, date_step(taken->time, DELIVERY_STEP)), 0);
}

bool archive_was_taken_back(const struct archive *archive, uint64_t address, int64_t step)
{
    return fpset_get(&archive->taken_steps, step_of(address, step)) != FPSET_NEW;
}

static int load_taken(void *context, const struct item *item, struct err *err)
{
    struct archive *archive = context;
    struct unpack in = unpack_of(item->value);
    bool known = unpack_unsigned(&in) == VERSION, own = archive_is_own(archive, item);
    size_t count = unpack_count(&in, TAKEN_LEAST);
    for (size_t i = 0; i < count && !in.failed; i++) {
        struct taken taken = {.identity = unpack_hash(&in), .address = unpack_hash(&in)};
        taken.time = unpack_finite(&in);
        taken.counted = unpack_unsigned(&in) != 0;
        taken.own = own;
        if (!in.failed)
            add_taken(archive, &taken);
    }
    return known && !in.failed && !in.rest.len
               ? 0
               : archive_damaged(archive, "the deliveries that were taken back", err);
}

int archive_load_taken(struct archive *archive, struct err *err)
{
    return history_each(archive->history, ITEM_TAKEN, load_taken, archive, err);
}

/* For a check of all items. */
bool archive_reads_taken(sv value)
{
    struct unpack in = unpack_of(value);
    bool known = unpack_unsigned(&in) == VERSION;
    size_t count = unpack_count(&in, TAKEN_LEAST);
    for (size_t i = 0; i < count; i++) {
        (void)unpack_hash(&in);
        (void)unpack_hash(&in);
        (void)unpack_finite(&in);
        (void)unpack_unsigned(&in);
    }
    return known && !in.failed && !in.rest.len;
}

static int save_taken(struct save *save)
{
    struct archive *archive = save->archive;
    int64_t oldest = archive->options.now - TAKEN_DAYS * DATE_DAY;
    size_t kept = 0;
    for (size_t i = 0; i < archive->taken_count; i++)
        kept += archive->taken[i].own && archive->taken[i].time >= oldest;
    buf_clear(&save->value);
    pack_unsigned(&save->value, VERSION);
    pack_unsigned(&save->value, kept);
    for (size_t i = 0; i < archive->taken_count; i++) {
        const struct taken *taken = &archive->taken[i];
        if (!taken->own || taken->time < oldest)
            continue;
        pack_hash(&save->value, taken->identity);
        pack_hash(&save->value, taken->address);
        pack_number(&save->value, taken->time);
        pack_unsigned(&save->value, taken->counted);
    }
    return kept ? save_put(save, ITEM_TAKEN, SV("taken"), false) : 0;
}

/* Of these logs: the delivery was never counted as one. */
void archive_note_proven(void *context, const struct event *event)
{
    const struct record *attempt = &event->attempt;
    const uint64_t addresses[] = {attempt->address_key,
                                  attempt->original.len ? hash_mailbox(attempt->original) : 0};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses && addresses[i]; i++)
        add_taken(context, &(struct taken){identity_of(event->message_id, addresses[i],
                                                       attempt->outcome == OUTCOME_COMPLAINED),
                                           addresses[i], attempt->time, false, true});
}

/* --- questions */

/* One question, as the blocks of one host have it. The original recipient is not asked for: what
 * would prove it (late.h) is not kept. */
struct asked {
    struct sent_question entry;
    uint64_t address; /* 0: there is none */
};

struct asking {
    struct archive *archive;
    struct late_question *questions;
    struct asked *asked;
    size_t count;
    uint64_t secret; /* that `asked` was made with... */
    bool made;       /* ...if it was */
};

static void make_asked(struct asking *asking, uint64_t secret)
{
    const struct patterns *patterns = asking->archive->options.patterns;
    if (asking->made && asking->secret == secret)
        return;
    asking->made = true;
    asking->secret = secret;
    for (size_t i = 0; i < asking->count; i++) {
        const struct late_notice *notice = asking->questions[i].notice;
        sv host = notice->traced ? notice->source_host : notice->reporter;
        uint64_t address = notice->recipient.len ? hash_mailbox(notice->recipient) : 0;
        asking->asked[i] =
            (struct asked){sent_question_of(patterns, secret, notice->message_id, address, host,
                                            notice->traced ? notice->source_ip : SV_EMPTY),
                           address};
    }
}

static bool is_in_time(const struct late_notice *notice, int64_t day)
{
    if (notice->time == INT64_MIN)
        return true;
    int64_t came = date_day(notice->time);
    return day <= came + 1 && day >= came - LATE_DAYS - 1;
}

/* The first delivery that nobody took back yet; else one that somebody did. */
static int look(struct asking *asking, size_t i, int64_t day, sv block)
{
    struct late_question *question = &asking->questions[i];
    const struct late_notice *notice = question->notice;
    const struct asked *asked = &asking->asked[i];
    int step, found = 0;
    if (asked->address && (!question->found || question->again))
        found = sent_find(block, &asked->entry, &step);
    if (found <= 0)
        return found;
    uint64_t identity = identity_of(notice->message_id, asked->address, notice->complaint);
    question->found = true;
    question->time = day * DATE_DAY + (int64_t)step * DELIVERY_STEP;
    question->again = fpset_get(&asking->archive->taken_known, identity) != FPSET_NEW;
    add_taken(asking->archive,
              &(struct taken){identity, asked->address, question->time, !notice->complaint, true});
    return 0;
}

static int look_in_day(void *context, const struct item *item, struct err *err)
{
    struct asking *asking = context;
    int64_t seconds;
    if (!date_parse(item->key, &seconds))
        return archive_damaged(asking->archive, "the deliveries of a day", err);
    make_asked(asking, hash_bytes(item->origin));
    for (size_t i = 0; i < asking->count; i++) {
        const struct late_notice *notice = asking->questions[i].notice;
        bool fit = notice->complaint || notice->null_sender;
        if (fit && is_in_time(notice, date_day(seconds)) &&
            look(asking, i, date_day(seconds), item->value) < 0)
            return archive_damaged(asking->archive, "the deliveries of a day", err);
    }
    return 0;
}

void archive_ask_earlier(void *context, struct late_question *questions, size_t count)
{
    struct archive *archive = context;
    struct asking asking = {.archive = archive,
                            .questions = questions,
                            .asked = mem_zero(count, sizeof *asking.asked),
                            .count = count};
    (void)!history_each(archive->history, ITEM_SENT, look_in_day, &asking, &archive->failed);
    mem_free(asking.asked);
}

/* --- save */

struct old_days {
    struct archive *archive;
    char (*keys)[DAY_KEY];
    size_t count;
    int64_t before;
};

static int note_old(void *context, const struct item *item, struct err *err)
{
    struct old_days *old = context;
    int64_t seconds;
    (void)err;
    if (!archive_is_own(old->archive, item) || !date_parse(item->key, &seconds) ||
        date_day(seconds) >= old->before || item->key.len >= DAY_KEY)
        return 0;
    old->keys = mem_room(old->keys, old->count, sizeof *old->keys);
    *sv_put(old->keys[old->count++], item->key) = 0;
    return 0;
}

static int drop_old(struct save *save, int64_t before)
{
    struct archive *archive = save->archive;
    struct old_days old = {.archive = archive, .before = before};
    int result = history_each(archive->history, ITEM_SENT, note_old, &old, save->err);
    for (size_t i = 0; i < old.count && result >= 0; i++)
        result = history_remove(archive->history, ITEM_SENT, sv_from(old.keys[i]),
                                history_origin(archive->history), save->err);
    mem_free(old.keys);
    return result < 0 ? -1 : 0;
}

static int save_day(struct save *save, int64_t number, struct sent_day *day)
{
    struct history *history = save->archive->history;
    struct buf before = {0};
    char text[DAY_KEY];
    sv key = archive_day_key(number, text);
    int found = history_get(history, ITEM_SENT, key, history_origin(history), &before, save->err);
    int result = found < 0 ? -1 : 0;
    buf_clear(&save->value);
    if (result == 0 && sent_pack(&save->value, day, found ? buf_sv(&before) : SV_EMPTY) < 0)
        result = archive_damaged(save->archive, "the deliveries of a day", save->err);
    buf_release(&before);
    return result < 0 ? -1 : save_put(save, ITEM_SENT, key, !found);
}

int save_sent(struct save *save)
{
    const struct map *days = &save->scan->sent.days;
    int64_t oldest = date_day(save->archive->options.now) - LATE_DAYS - 1;
    if (!save->archive->options.mails)
        return 0;
    for (size_t i = 0; i < map_count(days); i++) {
        int64_t day;
        memcpy(&day, map_key_at(days, i).ptr, sizeof day);
        if (day >= oldest && save_day(save, day, map_value_at(days, i)) < 0)
            return -1;
    }
    return drop_old(save, oldest) < 0 || save_taken(save) < 0 ? -1 : 0;
}
