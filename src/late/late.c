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
#include "bouncelog/model/activity.h"
#include "proof.h"

struct kept_delivery {
    struct event event; /* its views are in late.texts */
    bool counted;       /* else nobody asked for it: for what is said of it neither */
    bool taken_back;
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
    struct fpset failed;     /* addresses of deliveries that were taken back */
    struct fpset recipients; /* hash_mailbox of all recipients of notices */
    struct kept_delivery *kept;
    size_t kept_count;
    struct arena texts;
};

struct late *late_new(const struct patterns *patterns, const struct late_notices *notices)
{
    struct late *late = mem_zero(1, sizeof *late);
    late->patterns = patterns;
    late->notices = *notices;
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
    event_texts(&kept->event, texts);
    for (size_t i = 0; i < EVENT_TEXTS; i++)
        *texts[i] = arena_copy(&late->texts, *texts[i]);
    return true;
}

static bool is_recipient(const struct late_notice *notice, const struct record *delivery)
{
    return notice->recipient.len && mailbox_same(notice->recipient, delivery->recipient);
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
    struct kept_delivery **kept;        /* by Message-ID */
    const struct late_notice **notices; /* by time */
    struct fpset told;                  /* messages, by what was said of them */
};

static size_t first_of_message(const struct settling *settling, uint64_t message_id)
{
    size_t low = 0, high = settling->late->kept_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (settling->kept[middle]->event.message_id < message_id)
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

/* The delivery that a notice is proven to speak of; NULL: there is none. */
static struct kept_delivery *find_delivery(const struct settling *settling,
                                           const struct late_notice *notice)
{
    const struct late *late = settling->late;
    if (!notice->message_id || went_to_others(late, notice))
        return NULL;
    for (size_t i = first_of_message(settling, notice->message_id); i < late->kept_count; i++) {
        struct kept_delivery *kept = settling->kept[i];
        const struct event *event = &kept->event;
        if (event->message_id != notice->message_id)
            break;
        if (is_recipient(notice, &event->attempt) && proof_holds(late->patterns, notice, event))
            return kept;
    }
    return NULL;
}

static void say_words(struct event *event, const struct late_notice *notice)
{
    struct record *a = &event->attempt;
    sv status = notice->dsn.len ? notice->dsn : notice->reply.enhanced;
    int first =
        notice->reply.code ? notice->reply.code / 100 : (status.len ? status.ptr[0] - '0' : 5);
    a->outcome = notice->complaint ? OUTCOME_COMPLAINED : OUTCOME_BOUNCED_LATER;
    a->severity = first == 4 ? SEVERITY_TRANSIENT : SEVERITY_PERMANENT;
    a->said = notice->said;
    a->reply = notice->reply;
    a->dsn = notice->dsn;
    a->line = notice->number;
    a->delay_s = -1;
    a->verdict = (struct verdict){.category = CATEGORY_NONE};
    a->forwarded_id = a->shape = SV_EMPTY;
    event->file = notice->file;
}

static struct event proven_event(const struct event *delivery, const struct late_notice *notice)
{
    struct event event = *delivery;
    say_words(&event, notice);
    event.proof = PROOF_PROVEN;
    event.attempt.original = SV_EMPTY; /* of an alias it says nothing */
    event.suppressible = !event.attempt.ambiguous && !event.notification;
    event.cause = CATEGORY_NONE;
    event.deferrals = 0;
    event.carried = false;
    event.awaited = 0;
    return event;
}

static struct event unproven_event(const struct late_notice *notice, int64_t latest)
{
    struct event event = {.cause = CATEGORY_NONE, .proof = PROOF_UNPROVEN};
    event.attempt.kind = RECORD_ATTEMPT;
    event.attempt.recipient = notice->recipient.len ? notice->recipient : notice->original;
    event.attempt.original = notice->recipient.len ? notice->original : SV_EMPTY;
    event.attempt.address_key = hash_address(event.attempt.recipient, &event.attempt.domain_key);
    event.attempt.time = notice->time != INT64_MIN ? notice->time : latest;
    event.attempt.relay.host = notice->reporter;
    say_words(&event, notice);
    return event;
}

/* False: another notice has said the same of that message. */
static bool is_first(struct settling *settling, const struct late_notice *notice)
{
    return fpset_add(&settling->told, hash_mix(notice->message_id, notice->complaint), 0) ==
           FPSET_NEW;
}

static struct event earlier_event(const struct late_question *question)
{
    const struct late_notice *notice = question->notice;
    struct event event = unproven_event(notice, question->time);
    event.proof = PROOF_PROVEN;
    event.suppressible = true;
    event.attempt.original = SV_EMPTY;
    event.attempt.time = question->time;
    event.attempt.relay.host = notice->source_host;
    event.message = event.message_id = notice->message_id;
    return event;
}

/* What is known of one notice. */
struct answer {
    struct kept_delivery *kept; /* NULL: these logs do not know the delivery */
    bool repeated;              /* another notice has said the same */
    struct late_question question;
};

static void ask_earlier(struct settling *settling, const struct late_handlers *handlers,
                        struct answer *answers)
{
    size_t count = settling->late->notices.count, asked = 0, next = 0;
    struct late_question *questions = mem_zero(count, sizeof *questions);
    for (size_t i = 0; i < count; i++)
        if (answers[i].question.notice->message_id)
            questions[asked++] = answers[i].question;
    if (asked)
        handlers->ask(handlers->context, questions, asked);
    for (size_t i = 0; i < count; i++)
        if (answers[i].question.notice->message_id)
            answers[i].question = questions[next++];
    mem_free(questions);
}

/* What one of them knows may be what the other one needs: a message is shared with whom earlier
 * runs saw. */
static void settle_one(struct settling *settling, struct answer *answer)
{
    const struct late_notice *notice = answer->question.notice;
    if (answer->question.shared) {
        answer->kept = NULL;
        answer->question.found = false;
    } else if (answer->kept) {
        answer->question.found = false;
        answer->repeated = !is_first(settling, notice);
        answer->kept->taken_back = answer->kept->taken_back || !notice->complaint;
        if (!notice->complaint)
            fpset_add(&settling->late->failed, answer->kept->event.attempt.address_key, 0);
    } else if (answer->question.found) {
        answer->repeated = answer->question.again || !is_first(settling, notice);
        if (!notice->complaint)
            fpset_add(&settling->late->failed, hash_mailbox(notice->recipient), 0);
    }
}

static void find_answers(struct settling *settling, const struct late_handlers *handlers,
                         struct answer *answers)
{
    size_t count = settling->late->notices.count;
    for (size_t i = 0; i < count; i++) {
        answers[i].question.notice = settling->notices[i];
        answers[i].question.shared = went_to_others(settling->late, settling->notices[i]);
        answers[i].kept = find_delivery(settling, settling->notices[i]);
    }
    if (handlers->ask)
        ask_earlier(settling, handlers, answers);
    for (size_t i = 0; i < count; i++)
        settle_one(settling, &answers[i]);
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
        struct event event = answer->kept             ? proven_event(&answer->kept->event, notice)
                             : answer->question.found ? earlier_event(&answer->question)
                                                      : unproven_event(notice, latest);
        handlers->notice(handlers->context, &event,
                         answer->question.found ? &answer->question : NULL);
    }
}

void late_settle(struct late *late, int64_t latest, const struct late_handlers *handlers)
{
    if (!late)
        return;
    struct settling settling = {.late = late,
                                .kept = mem_zero(late->kept_count + 1, sizeof *settling.kept),
                                .notices = mem_zero(late->notices.count, sizeof *settling.notices)};
    for (size_t i = 0; i < late->kept_count; i++)
        settling.kept[i] = &late->kept[i];
    for (size_t i = 0; i < late->notices.count; i++)
        settling.notices[i] = &late->notices.list[i];
    qsort(settling.kept, late->kept_count, sizeof *settling.kept, by_message);
    qsort(settling.notices, late->notices.count, sizeof *settling.notices, by_time);
    struct answer *answers = mem_zero(late->notices.count, sizeof *answers);
    find_answers(&settling, handlers, answers);
    tell_deliveries(&settling, latest, handlers);
    tell_notices(&settling, latest, handlers, answers);
    mem_free(answers);
    fpset_release(&settling.told);
    mem_free(settling.kept);
    mem_free(settling.notices);
}
