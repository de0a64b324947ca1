/* Joins notices with deliveries by Message-ID and recipient. Only deliveries to recipients of
 * notices are kept, and of each message that a notice is about whether more than one recipient was
 * seen; so memory grows with the notices, not with the logs. All is settled at the end: which
 * deliveries were taken back is known before any of the others may speak for its recipient. */
#include "bouncelog/late/late.h"

#include <stdlib.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/map.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/late/tag.h"
#include "bouncelog/model/activity.h"
#include "events.h"
#include "proof.h"

struct kept_delivery {
    struct event event; /* its views are in late.texts */
    bool counted;       /* else nobody asked for it: for what is said of it neither */
    bool taken_back;
    bool told[2]; /* a notice speaks of it: a bounce, a complaint */
    uint64_t tag; /* tag_key of its sender; 0: that is no tag */
};

/* A message that a notice is about. */
struct noticed {
    uint64_t recipient; /* hash_mailbox; 0: nobody was seen yet */
    bool shared;        /* there are others */
};

struct late {
    const struct patterns *patterns;
    struct map messages; /* Message-ID -> struct noticed */
    struct late_notices notices;
    int64_t now;
    struct fpset failed;     /* addresses of deliveries that were taken back */
    struct fpset recipients; /* hash_mailbox of all recipients of notices */
    struct kept_delivery *kept;
    size_t kept_count;
    struct arena texts;
};

struct late *late_new(const struct patterns *patterns, const struct late_notices *notices,
                      int64_t now)
{
    struct late *late = mem_zero(1, sizeof *late);
    late->patterns = patterns;
    late->notices = *notices;
    late->now = now;
    map_init(&late->messages, sizeof(struct noticed));
    for (size_t i = 0; i < notices->count; i++) {
        uint64_t id = notices->list[i].message_id;
        if (id)
            map_add(&late->messages, sv_make((const char *)&id, sizeof id), NULL);
        if (notices->list[i].recipient.len)
            fpset_add(&late->recipients, hash_mailbox(notices->list[i].recipient), 0);
    }
    return late;
}

void late_free(struct late *late)
{
    if (!late)
        return;
    map_release(&late->messages);
    fpset_release(&late->recipients);
    fpset_release(&late->failed);
    arena_release(&late->texts);
    mem_free(late->kept);
    mem_free(late);
}

void late_expect(struct late *late, uint64_t address)
{
    fpset_add(&late->recipients, address, 0);
    fpset_add(&late->failed, address, 0);
}

static struct noticed *noticed_of(const struct late *late, uint64_t message_id)
{
    return message_id
               ? map_get(&late->messages, sv_make((const char *)&message_id, sizeof message_id))
               : NULL;
}

/* Whoever the message was tried for may have seen it. */
static void note_recipient(const struct late *late, const struct event *event)
{
    struct noticed *noticed = noticed_of(late, event->message_id);
    uint64_t recipient = event->attempt.address_key;
    if (!noticed)
        return;
    noticed->shared = noticed->shared || event->recipients > 1 ||
                      (noticed->recipient && noticed->recipient != recipient);
    noticed->recipient = recipient;
}

bool late_take(struct late *late, const struct event *event, bool counted)
{
    sv *texts[EVENT_TEXTS];
    if (!late)
        return false;
    note_recipient(late, event);
    if (event->attempt.outcome != OUTCOME_DELIVERED || event->strange ||
        fpset_get(&late->recipients, event->attempt.address_key) == FPSET_NEW)
        return false;
    late->kept = mem_room(late->kept, late->kept_count, sizeof *late->kept);
    struct kept_delivery *kept = &late->kept[late->kept_count++];
    *kept = (struct kept_delivery){.event = *event, .counted = counted};
    if (event->sender_known && tag_is(event->sender))
        kept->tag = tag_key(event->sender);
    event_texts(&kept->event, texts);
    for (size_t i = 0; i < EVENT_TEXTS; i++)
        *texts[i] = arena_copy(&late->texts, *texts[i]);
    return true;
}

static bool is_recipient(const struct late_notice *notice, const struct record *delivery)
{
    return notice->recipient.len && mailbox_same(notice->recipient, delivery->recipient);
}

static uint64_t message_of(const struct kept_delivery *kept)
{
    return kept->event.message_id;
}

static uint64_t tag_of(const struct kept_delivery *kept)
{
    return kept->tag;
}

uint64_t late_identity(const struct late_notice *notice, enum late_kind kind)
{
    uint64_t what = kind == LATE_MESSAGE
                        ? hash_mix(notice->message_id, hash_mailbox(notice->recipient))
                        : hash_mix(tag_key(notice->tag), kind);
    return hash_mix(what, notice->complaint);
}

static int by_message(const void *left, const void *right)
{
    const struct kept_delivery *a = *(struct kept_delivery *const *)left;
    const struct kept_delivery *b = *(struct kept_delivery *const *)right;
    if (a->event.message_id != b->event.message_id)
        return a->event.message_id < b->event.message_id ? -1 : 1;
    if (a->event.attempt.time != b->event.attempt.time)
        return a->event.attempt.time < b->event.attempt.time ? -1 : 1;
    int hosts = sv_cmp(a->event.attempt.host, b->event.attempt.host);
    int ids = sv_cmp(a->event.attempt.queue_id, b->event.attempt.queue_id);
    if (hosts || ids)
        return hosts ? hosts : ids;
    return a < b ? -1 : a > b;
}

static int by_tag(const void *left, const void *right)
{
    uint64_t a = tag_of(*(struct kept_delivery *const *)left),
             b = tag_of(*(struct kept_delivery *const *)right);
    return a != b ? (a < b ? -1 : 1) : by_message(left, right);
}

/* So that the same mails say the same, in whatever order a folder gives them. */
static int by_time(const void *left, const void *right)
{
    const struct late_notice *a = *(const struct late_notice *const *)left;
    const struct late_notice *b = *(const struct late_notice *const *)right;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    int files = sv_cmp(a->file, b->file);
    if (files)
        return files;
    return a->number != b->number ? (a->number < b->number ? -1 : 1) : (a < b ? -1 : a > b);
}

/* All that is sorted for the settling. */
struct settling {
    struct late *late;
    struct kept_delivery **kept;        /* by Message-ID... */
    struct kept_delivery **by_tag;      /* ...and by the tag of its sender */
    const struct late_notice **notices; /* by time */
    struct fpset told;                  /* late_identity */
};

/* The first of those that have a key, in a list sorted by it. */
static size_t first_of(struct kept_delivery *const *list, size_t count,
                       uint64_t (*key_of)(const struct kept_delivery *), uint64_t key)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (key_of(list[middle]) < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Did these logs see the message go to somebody else than whom the notice names? */
static bool went_to_others(const struct late *late, const struct late_notice *notice)
{
    const struct noticed *noticed = noticed_of(late, notice->message_id);
    return noticed && (noticed->shared || (noticed->recipient &&
                                           noticed->recipient != hash_mailbox(notice->recipient)));
}

/* The delivery of a mail that had the tag as its sender; rather one that no notice has taken.
 * *seen: there is one, even if this notice cannot speak of it. */
static struct kept_delivery *find_tagged(const struct settling *settling,
                                         const struct late_notice *notice, bool *seen)
{
    uint64_t tag = tag_key(notice->tag);
    size_t count = settling->late->kept_count;
    struct kept_delivery *taken = NULL;
    for (size_t i = first_of(settling->by_tag, count, tag_of, tag); i < count; i++) {
        struct kept_delivery *kept = settling->by_tag[i];
        if (kept->tag != tag)
            break;
        if (!is_recipient(notice, &kept->event.attempt))
            continue;
        *seen = true;
        if (!proof_holds(settling->late->patterns, notice, &kept->event))
            continue;
        if (!kept->told[notice->complaint])
            return kept;
        taken = kept;
    }
    return taken;
}

/* The delivery of the message that a notice names and is proven to speak of; NULL: there is none.
 */
static struct kept_delivery *find_delivery(const struct settling *settling,
                                           const struct late_notice *notice, bool *seen)
{
    const struct late *late = settling->late;
    if (!notice->tag.len && (!notice->message_id || went_to_others(late, notice)))
        return NULL;
    size_t first = notice->message_id
                       ? first_of(settling->kept, late->kept_count, message_of, notice->message_id)
                       : SIZE_MAX;
    for (size_t i = first; i < late->kept_count; i++) {
        struct kept_delivery *kept = settling->kept[i];
        const struct event *event = &kept->event;
        if (event->message_id != notice->message_id)
            break;
        if (!is_recipient(notice, &event->attempt))
            continue;
        *seen = true;
        if (proof_holds(late->patterns, notice, event))
            return kept;
    }
    return NULL;
}

/* False: another notice has said the same. */
static bool is_first(struct settling *settling, const struct late_notice *notice,
                     enum late_kind kind)
{
    bool first = fpset_add(&settling->told, late_identity(notice, kind), 0) == FPSET_NEW;
    if (notice->tag.len)
        fpset_add(&settling->told, late_identity(notice, LATE_UNSEEN), 0);
    return first;
}

/* What is known of one notice. */
struct answer {
    struct kept_delivery *kept; /* NULL: these logs do not know the delivery */
    bool unseen;                /* nor do others, but it has a tag */
    bool repeated;              /* another notice has said the same */
    struct late_question question;
};

static bool is_question(const struct answer *answer)
{
    return answer->question.notice->message_id || answer->question.notice->tag.len;
}

static void ask_earlier(struct settling *settling, const struct late_handlers *handlers,
                        struct answer *answers)
{
    size_t count = settling->late->notices.count, asked = 0, next = 0;
    struct late_question *questions = mem_zero(count, sizeof *questions);
    for (size_t i = 0; i < count; i++)
        if (is_question(&answers[i]))
            questions[asked++] = answers[i].question;
    if (asked)
        handlers->ask(handlers->context, questions, asked);
    for (size_t i = 0; i < count; i++)
        if (is_question(&answers[i]))
            answers[i].question = questions[next++];
    mem_free(questions);
}

/* Of one that was told of already, this notice says nothing new. */
static void settle_kept(struct settling *settling, struct answer *answer)
{
    const struct late_notice *notice = answer->question.notice;
    struct kept_delivery *kept = answer->kept;
    (void)is_first(settling, notice, LATE_MESSAGE);
    answer->repeated = kept->told[notice->complaint] || answer->question.unseen;
    kept->told[notice->complaint] = true;
    kept->taken_back = kept->taken_back || !notice->complaint;
}

/* Does it prove by its tag alone what it says? Who took the mail nobody knows, so only a server of
 * the recipient's own domain can have refused it. */
static bool tag_may_speak(const struct late *late, const struct late_notice *notice)
{
    int64_t made = notice->tag_day * DATE_DAY, now = late->now;
    struct late_notice dated = *notice;
    if (dated.time == INT64_MIN)
        dated.time = now;
    return notice->tag.len && made >= now - LATE_UNSEEN_DAYS * DATE_DAY &&
           late_may_speak(late->patterns, &dated, made, SV_EMPTY, notice->recipient);
}

/* What one of them knows may be what the other one needs: a message is shared with whom earlier
 * runs saw. */
static void settle_known(struct settling *settling, struct answer *answer)
{
    const struct late_notice *notice = answer->question.notice;
    if (answer->question.shared && !notice->tag.len) {
        answer->question.found = false;
        return;
    }
    answer->kept = find_delivery(settling, notice, &answer->question.seen);
    if (answer->kept)
        settle_kept(settling, answer);
    else if (answer->question.found)
        answer->repeated =
            answer->question.again ||
            !is_first(settling, notice, answer->question.by_tag ? LATE_TAG : LATE_MESSAGE);
}

/* Which message a notice is about it does not say, but it has a tag. */
static void settle_tagged(struct settling *settling, struct answer *answer)
{
    const struct late_notice *notice = answer->question.notice;
    if (answer->kept || answer->question.found || !notice->tag.len)
        return;
    answer->kept = find_tagged(settling, notice, &answer->question.seen);
    answer->unseen = !answer->question.seen && tag_may_speak(settling->late, notice);
    if (answer->kept)
        settle_kept(settling, answer);
    else if (answer->unseen)
        answer->repeated = answer->question.again || !is_first(settling, notice, LATE_UNSEEN);
}

static void find_answers(struct settling *settling, const struct late_handlers *handlers,
                         struct answer *answers)
{
    struct late *late = settling->late;
    size_t count = late->notices.count;
    for (size_t i = 0; i < count; i++) {
        answers[i].question.notice = settling->notices[i];
        answers[i].question.shared = went_to_others(late, settling->notices[i]);
    }
    if (handlers->ask)
        ask_earlier(settling, handlers, answers);
    for (size_t i = 0; i < count; i++)
        settle_known(settling, &answers[i]);
    for (size_t i = 0; i < count; i++)
        settle_tagged(settling, &answers[i]);
    for (size_t i = 0; i < count; i++) {
        struct answer *answer = &answers[i];
        answer->question.found = answer->question.found && !answer->kept;
        if (!answer->question.notice->complaint &&
            (answer->kept || answer->question.found || answer->unseen))
            fpset_add(&late->failed, hash_mailbox(answer->question.notice->recipient), 0);
    }
}

static void tell_deliveries(const struct settling *settling, int64_t latest,
                            const struct late_handlers *handlers)
{
    struct late *late = settling->late;
    for (size_t i = 0; i < late->kept_count; i++) {
        struct kept_delivery *kept = &late->kept[i];
        const struct record *attempt = &kept->event.attempt;
        if (!kept->counted || kept->taken_back)
            continue;
        if (fpset_get(&late->failed, attempt->address_key) != FPSET_NEW &&
            late_may_come(date_step(attempt->time, DELIVERY_STEP), latest))
            handlers->open(handlers->context, &kept->event);
        else
            handlers->stands(handlers->context, &kept->event);
    }
}

static void tell_notices(const struct settling *settling, int64_t latest,
                         const struct late_handlers *handlers, const struct answer *answers)
{
    for (size_t i = 0; i < settling->late->notices.count; i++) {
        const struct answer *answer = &answers[i];
        const struct late_notice *notice = answer->question.notice;
        if (answer->repeated || (answer->kept && !answer->kept->counted))
            continue;
        struct event event = answer->kept             ? event_proven(&answer->kept->event, notice)
                             : answer->question.found ? event_earlier(&answer->question)
                             : answer->unseen         ? event_unseen(notice, settling->late->now)
                                                      : event_unproven(notice, latest);
        handlers->notice(handlers->context, &event, &answer->question);
    }
}

void late_settle(struct late *late, int64_t latest, const struct late_handlers *handlers)
{
    if (!late)
        return;
    struct settling settling = {.late = late,
                                .kept = mem_zero(late->kept_count + 1, sizeof *settling.kept),
                                .by_tag = mem_zero(late->kept_count + 1, sizeof *settling.kept),
                                .notices = mem_zero(late->notices.count, sizeof *settling.notices)};
    for (size_t i = 0; i < late->kept_count; i++)
        settling.kept[i] = settling.by_tag[i] = &late->kept[i];
    for (size_t i = 0; i < late->notices.count; i++)
        settling.notices[i] = &late->notices.list[i];
    qsort(settling.kept, late->kept_count, sizeof *settling.kept, by_message);
    qsort(settling.by_tag, late->kept_count, sizeof *settling.kept, by_tag);
    qsort(settling.notices, late->notices.count, sizeof *settling.notices, by_time);
    struct answer *answers = mem_zero(late->notices.count, sizeof *answers);
    find_answers(&settling, handlers, answers);
    tell_deliveries(&settling, latest, handlers);
    tell_notices(&settling, latest, handlers, answers);
    mem_free(answers);
    fpset_release(&settling.told);
    mem_free(settling.kept);
    mem_free(settling.by_tag);
    mem_free(settling.notices);
}
