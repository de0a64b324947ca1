/* Joins notices with deliveries by Message-ID and recipient. Only deliveries that a notice could be
 * about are kept, and those to the same recipients; so memory grows with the notices, not with the
 * logs. */
#include "bouncelog/late/late.h"

#include <stdlib.h>

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "proof.h"

struct kept_delivery {
    struct event event; /* its views are in late.texts */
    bool counted;       /* else nobody asked for it: for what is said of it neither */
    bool taken_back;
};

struct late {
    const struct patterns *patterns;
    struct late_notices notices;
    struct fpset recipients; /* hash_mailbox of all recipients of notices */
    struct kept_delivery *kept;
    size_t kept_count;
    struct arena texts;
};

static void add_recipient(struct late *late, sv address)
{
    if (address.len)
        fpset_add(&late->recipients, hash_mailbox(address), 0);
}

struct late *late_new(const struct patterns *patterns, const struct late_notices *notices)
{
    if (!notices->count)
        return NULL;
    struct late *late = mem_zero(1, sizeof *late);
    late->patterns = patterns;
    late->notices = *notices;
    for (size_t i = 0; i < notices->count; i++) {
        add_recipient(late, notices->list[i].recipient);
        add_recipient(late, notices->list[i].original);
    }
    return late;
}

void late_free(struct late *late)
{
    if (!late)
        return;
    fpset_release(&late->recipients);
    arena_release(&late->texts);
    mem_free(late->kept);
    mem_free(late);
}

static bool is_wanted(const struct late *late, const struct record *attempt)
{
    return fpset_get(&late->recipients, attempt->address_key) != FPSET_NEW ||
           (attempt->original.len &&
            fpset_get(&late->recipients, hash_mailbox(attempt->original)) != FPSET_NEW);
}

bool late_take(struct late *late, const struct event *delivery, bool counted)
{
    sv *texts[EVENT_TEXTS];
    if (!late || !is_wanted(late, &delivery->attempt))
        return false;
    late->kept = mem_room(late->kept, late->kept_count, sizeof *late->kept);
    struct kept_delivery *kept = &late->kept[late->kept_count++];
    *kept = (struct kept_delivery){.event = *delivery, .counted = counted};
    event_texts(&kept->event, texts);
    for (size_t i = 0; i < EVENT_TEXTS; i++)
        *texts[i] = arena_copy(&late->texts, *texts[i]);
    return true;
}

static bool is_recipient(const struct late_notice *notice, sv address)
{
    return address.len && (mailbox_same(address, notice->recipient) ||
                           (notice->original.len && mailbox_same(address, notice->original)));
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
    struct fpset failed;                /* addresses of deliveries that were taken back */
    struct fpset heard;                 /* complaints, by delivery */
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

/* The delivery that a notice is proven to speak of; NULL: there is none. */
static struct kept_delivery *find_delivery(const struct settling *settling,
                                           const struct late_notice *notice)
{
    const struct late *late = settling->late;
    for (size_t i = first_of_message(settling, notice->message_id);
         notice->message_id && i < late->kept_count; i++) {
        struct kept_delivery *kept = settling->kept[i];
        const struct event *event = &kept->event;
        if (event->message_id != notice->message_id)
            break;
        if (!event->strange &&
            (is_recipient(notice, event->attempt.recipient) ||
             is_recipient(notice, event->attempt.original)) &&
            proof_holds(late->patterns, notice, event))
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

/* False: another notice has said the same of that delivery. */
static bool is_first(struct settling *settling, struct kept_delivery *kept,
                     const struct late_notice *notice)
{
    if (notice->complaint)
        return fpset_add(&settling->heard, (uint64_t)(kept - settling->late->kept + 1) << 8, 0) ==
               FPSET_NEW;
    bool first = !kept->taken_back;
    kept->taken_back = true;
    fpset_add(&settling->failed, kept->event.attempt.address_key, 0);
    return first;
}

/* Deliveries are told of first; so which of them are taken back is found before that. */
static void settle(struct settling *settling, int64_t latest, const struct late_handlers *handlers)
{
    struct late *late = settling->late;
    size_t count = late->notices.count;
    struct kept_delivery **found = mem_zero(count, sizeof *found);
    bool *first = mem_zero(count, sizeof *first);
    for (size_t i = 0; i < count; i++) {
        found[i] = find_delivery(settling, settling->notices[i]);
        first[i] = !found[i] || is_first(settling, found[i], settling->notices[i]);
    }
    for (size_t i = 0; i < late->kept_count; i++) {
        struct kept_delivery *kept = &late->kept[i];
        bool open = fpset_get(&settling->failed, kept->event.attempt.address_key) != FPSET_NEW &&
                    latest - kept->event.attempt.time < (int64_t)LATE_HOURS * 3600;
        if (kept->counted && !kept->taken_back && !open)
            handlers->stands(handlers->context, &kept->event);
    }
    for (size_t i = 0; i < count; i++) {
        struct event event = found[i] ? proven_event(&found[i]->event, settling->notices[i])
                                      : unproven_event(settling->notices[i], latest);
        if (first[i] && (!found[i] || found[i]->counted))
            handlers->notice(handlers->context, &event);
    }
    mem_free(found);
    mem_free(first);
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
    settle(&settling, latest, handlers);
    fpset_release(&settling.failed);
    fpset_release(&settling.heard);
    mem_free(settling.kept);
    mem_free(settling.notices);
}
