/* What bounces that come as mail need of earlier nights: which deliveries there were (ITEM_SENT, a
 * block a day, of each host whose history is merged in). Each block is made with the secret of its
 * host, so a question is made anew for each host. */
#include "bouncelog/late/sent.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/late/tag.h"
#include "bouncelog/model/activity.h"
#include "changes.h"
#include "save.h"

/* What the fingerprints of a host are made with. */
uint64_t archive_secret_of(sv origin)
{
    return hash_bytes(origin);
}

uint64_t archive_sent_secret(const struct archive *archive)
{
    return archive_secret_of(history_origin(archive->history));
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

static bool is_known(const struct archive *archive, const struct late_notice *notice,
                     enum late_kind kind)
{
    return fpset_get(&archive->taken_known, late_identity(notice, kind)) != FPSET_NEW;
}

static void take(const struct asking *asking, struct late_question *question, sv block,
                 const struct sent_answer *answer, int64_t sent)
{
    const struct archive *archive = asking->archive;
    question->found = true;
    question->time = sent;
    question->by_tag = answer->by_tag;
    question->again = question->unseen ||
                      is_known(archive, question->notice, answer->by_tag ? LATE_TAG : LATE_MESSAGE);
    question->others = sent_has_others(block, answer->key, answer->step, &archive->taken_entries);
    question->entry = answer->key;
}

static int look_in_day(void *context, const struct item *item, struct err *err)
{
    struct asking *asking = context;
    int64_t day;
    if (archive_day_of(asking->archive, item, "the deliveries of a day", &day, err) < 0)
        return -1;
    make_asked(asking, archive_secret_of(item->origin));
    for (size_t i = 0; i < asking->count; i++) {
        struct late_question *question = &asking->questions[i];
        const struct late_notice *notice = question->notice;
        struct sent_answer answer;
        if (sent_find(item->value, &asking->asked[i], &answer) < 0)
            return archive_damaged(asking->archive, "the deliveries of a day", err);
        int64_t sent = day * DATE_DAY + (int64_t)answer.step * DELIVERY_STEP;
        question->shared = question->shared || answer.shared;
        question->seen = question->seen || answer.seen;
        if (!question->found && answer.found &&
            late_may_speak(asking->archive->options.patterns, notice, sent,
                           answer.from == SENT_BY_NAME ? notice->source_host : SV_EMPTY,
                           notice->recipient))
            take(asking, question, item->value, &answer, sent);
    }
    return 0;
}

/* Of the same tag nothing counts any more whose delivery nobody sees. */
static void note_tag(struct archive *archive, const struct late_notice *notice, int64_t time,
                     enum late_kind kind)
{
    if (notice->tag.len)
        archive_add_taken(archive, &(struct taken){.identity = late_identity(notice, kind),
                                                   .address = hash_mailbox(notice->recipient),
                                                   .time = time,
                                                   .own = true});
}

/* Of these logs: the delivery was never counted as one. */
void archive_note_proven(void *context, const struct event *event, const struct late_notice *notice)
{
    struct archive *archive = context;
    const struct record *attempt = &event->attempt;
    struct late_notice named = *notice;
    named.message_id = event->message_id; /* also where the notice does not say it */
    if (!event->unseen)
        archive_add_taken(archive, &(struct taken){.identity = late_identity(&named, LATE_MESSAGE),
                                                   .address = attempt->address_key,
                                                   .time = attempt->time,
                                                   .own = true});
    if (!named.tag.len && event->sender_known && tag_is(event->sender))
        named.tag = event->sender;
    note_tag(archive, &named, attempt->time, event->unseen ? LATE_UNSEEN : LATE_TAG);
}

/* Only what no block contradicts is remembered. */
static void remember(struct archive *archive, const struct late_question *question)
{
    const struct late_notice *notice = question->notice;
    if (!question->found || (question->shared && !notice->tag.len) || question->again)
        return;
    enum late_kind kind = question->by_tag ? LATE_TAG : LATE_MESSAGE;
    archive_add_taken(archive, &(struct taken){.identity = late_identity(notice, kind),
                                               .address = hash_mailbox(notice->recipient),
                                               .entry = notice->complaint ? 0 : question->entry,
                                               .time = question->time,
                                               .alone = !notice->complaint && !question->others,
                                               .own = true});
    note_tag(archive, notice, question->time, LATE_TAG);
}

void archive_ask_earlier(void *context, struct late_question *questions, size_t count)
{
    struct archive *archive = context;
    for (size_t i = 0; i < count; i++) {
        const struct late_notice *notice = questions[i].notice;
        questions[i].unseen = notice->tag.len && is_known(archive, notice, LATE_UNSEEN);
        questions[i].again =
            questions[i].unseen || (notice->tag.len && is_known(archive, notice, LATE_TAG));
    }
    struct asking asking = {.archive = archive,
                            .questions = questions,
                            .asked = mem_zero(count, sizeof *asking.asked),
                            .count = count};
    (void)!history_each(archive->history, ITEM_SENT, look_in_day, &asking, &archive->failed);
    for (size_t i = 0; i < count; i++)
        remember(archive, &questions[i]);
    mem_free(asking.asked);
}

/* --- save */

static int note_old(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    int64_t day;
    if (archive_day_of(changes->archive, item, "the deliveries of a day", &day, err) < 0)
        return -1;
    if (archive_is_own(changes->archive, item) && day < changes->before)
        changes_add(changes, item, SV_EMPTY, true);
    return 0;
}

static int drop_old(struct save *save, int64_t before)
{
    struct archive *archive = save->archive;
    struct changes changes = {.archive = archive, .kind = ITEM_SENT, .before = before};
    int result = history_each_key(archive->history, ITEM_SENT, note_old, &changes, save->err);
    if (result == 0)
        result = changes_apply(&changes, save->err);
    changes_release(&changes);
    return result;
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
