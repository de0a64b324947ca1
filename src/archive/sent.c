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

enum { VERSION = 1, TAKEN_DAYS = 90, TAKEN_LEAST = 26 };

uint64_t archive_sent_secret(const struct archive *archive)
{
    return hash_bytes(history_origin(archive->history));
}

/* --- taken */

/* A message that counts has one recipient, so its Message-ID is enough. */
static uint64_t identity_of(uint64_t message_id, bool complaint)
{
    return hash_mix(message_id, complaint);
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
    fpset_add(&archive->taken_entries, taken->entry, 0);
    if (taken->alone)
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
        struct taken taken = {.identity = unpack_hash(&in)};
        taken.address = unpack_hash(&in);
        taken.entry = unpack_hash(&in);
        taken.time = unpack_finite(&in);
        taken.alone = unpack_unsigned(&in) != 0;
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
        pack_hash(&save->value, taken->entry);
        pack_number(&save->value, taken->time);
        pack_unsigned(&save->value, taken->alone);
    }
    return kept ? save_put(save, ITEM_TAKEN, SV("taken"), false) : 0;
}

/* Of these logs: the delivery was never counted as one. */
void archive_note_proven(void *context, const struct event *event)
{
    const struct record *attempt = &event->attempt;
    add_taken(context,
              &(struct taken){.identity = identity_of(event->message_id,
                                                      attempt->outcome == OUTCOME_COMPLAINED),
                              .address = attempt->address_key,
                              .time = attempt->time,
                              .own = true});
}

/* --- questions */

struct asking {
    struct archive *archive;
    struct late_question *questions;
    struct sent_question *asked; /* as the blocks of one host have them */
    size_t count;
    uint64_t secret; /* of that host... */
    bool made;       /* ...if one was asked */
};

static void make_asked(struct asking *asking, uint64_t secret)
{
    if (asking->made && asking->secret == secret)
        return;
    asking->made = true;
    asking->secret = secret;
    for (size_t i = 0; i < asking->count; i++)
        asking->asked[i] = sent_question_of(asking->archive->options.patterns, secret,
                                            asking->questions[i].notice);
}

static bool is_in_time(const struct late_notice *notice, int64_t day)
{
    if (notice->time == INT64_MIN)
        return true;
    int64_t came = date_day(notice->time);
    return day <= came + 1 && day >= came - LATE_DAYS - 1;
}

static void take(struct asking *asking, struct late_question *question, int64_t day, sv block,
                 const struct sent_answer *answer)
{
    struct archive *archive = asking->archive;
    const struct late_notice *notice = question->notice;
    uint64_t key = answer->key;
    question->found = true;
    question->time = day * DATE_DAY + (int64_t)answer->step * DELIVERY_STEP;
    question->again = fpset_get(&archive->taken_known,
                                identity_of(notice->message_id, notice->complaint)) != FPSET_NEW;
    question->others = sent_has_others(block, key, answer->step, &archive->taken_entries);
    question->entry = key;
}

static int look_in_day(void *context, const struct item *item, struct err *err)
{
    struct asking *asking = context;
    int64_t seconds;
    if (!date_parse(item->key, &seconds))
        return archive_damaged(asking->archive, "the deliveries of a day", err);
    make_asked(asking, hash_bytes(item->origin));
    for (size_t i = 0; i < asking->count; i++) {
        struct late_question *question = &asking->questions[i];
        const struct late_notice *notice = question->notice;
        struct sent_answer answer;
        if (sent_find(item->value, &asking->asked[i], &answer) < 0)
            return archive_damaged(asking->archive, "the deliveries of a day", err);
        question->shared = question->shared || answer.shared;
        if ((notice->complaint || notice->null_sender) && !question->found && answer.found &&
            is_in_time(notice, date_day(seconds)) &&
            late_refused_there(asking->archive->options.patterns, notice, notice->source_host,
                               notice->recipient))
            take(asking, question, date_day(seconds), item->value, &answer);
    }
    return 0;
}

/* Only what no block contradicts is remembered. */
static void remember(struct archive *archive, const struct late_question *question)
{
    const struct late_notice *notice = question->notice;
    if (!question->found || question->shared || question->again)
        return;
    add_taken(archive,
              &(struct taken){.identity = identity_of(notice->message_id, notice->complaint),
                              .address = hash_mailbox(notice->recipient),
                              .entry = notice->complaint ? 0 : question->entry,
                              .time = question->time,
                              .alone = !notice->complaint && !question->others,
                              .own = true});
}

void archive_ask_earlier(void *context, struct late_question *questions, size_t count)
{
    struct archive *archive = context;
    struct asking asking = {.archive = archive,
                            .questions = questions,
                            .asked = mem_zero(count, sizeof *asking.asked),
                            .count = count};
    (void)!history_each(archive->history, ITEM_SENT, look_in_day, &asking, &archive->failed);
    for (size_t i = 0; i < count; i++)
        remember(archive, &questions[i]);
    mem_free(asking.asked);
}

/* --- forget */

/* False: nothing of the address is in it. */
bool archive_forget_taken(struct buf *out, sv value, uint64_t address)
{
    struct unpack in = unpack_of(value);
    struct buf rest = {0};
    size_t kept = 0;
    (void)unpack_unsigned(&in);
    size_t count = unpack_count(&in, TAKEN_LEAST);
    for (size_t i = 0; i < count && !in.failed; i++) {
        uint64_t identity = unpack_hash(&in), who = unpack_hash(&in), entry = unpack_hash(&in);
        int64_t time = unpack_finite(&in);
        uint64_t alone = unpack_unsigned(&in);
        if (who == address)
            continue;
        kept++;
        pack_hash(&rest, identity);
        pack_hash(&rest, who);
        pack_hash(&rest, entry);
        pack_number(&rest, time);
        pack_unsigned(&rest, alone);
    }
    pack_unsigned(out, VERSION);
    pack_unsigned(out, kept);
    buf_add(out, buf_sv(&rest));
    buf_release(&rest);
    return !in.failed && kept != count;
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
