/* An event says of a notice what is known of it: of a delivery that is known all that its line
 * said, of others what the mail says. Never a word of the mail about who sent it, or when.
 *
 * What is proven may suppress its recipient; the original one of an alias it says nothing of. */
#include "events.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/mailbox.h"

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
    event->for_all = false; /* it names its recipient */
}

struct event event_proven(const struct event *delivery, const struct late_notice *notice)
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

struct event event_unproven(const struct late_notice *notice, int64_t latest)
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

struct event event_earlier(const struct late_question *question)
{
    const struct late_notice *notice = question->notice;
    struct event event = event_unproven(notice, question->time);
    event.proof = PROOF_PROVEN;
    event.suppressible = true;
    event.attempt.original = SV_EMPTY;
    event.attempt.time = question->time;
    event.attempt.relay.host = notice->source_host;
    event.message = event.message_id = notice->message_id;
    return event;
}

struct event event_unseen(const struct late_notice *notice, int64_t now)
{
    struct event event = event_unproven(notice, notice->tag_day * DATE_DAY);
    event.proof = PROOF_PROVEN;
    event.suppressible = true;
    event.unseen = true;
    if (event.attempt.time > now)
        event.attempt.time = now;
    event.attempt.original = SV_EMPTY;
    event.attempt.relay.host = notice->source_host;
    event.sender = notice->tag;
    event.message = late_identity(notice, LATE_UNSEEN);
    return event;
}
