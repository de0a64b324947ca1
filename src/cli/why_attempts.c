/* Attempts on one address. Events live only while they are visited, so each becomes its two lines,
 * JSON and text, at once.
 *
 * A history keeps of each category when messages failed, and the words of the latest failure; what
 * stands in the logs as well is not shown twice.
 */
#include "why_attempts.h"

#include <stdlib.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"

struct attempt {
    struct why_attempt shown;
    size_t order;
    uint8_t category;
    bool delivered;
};

static void note_uncounted(struct attempts *attempts, const struct event *event)
{
    const struct patterns *patterns = attempts->patterns;
    uint8_t category = event->attempt.verdict.category;
    enum uncounted reason = why_uncounted(&patterns->policy, &patterns->taxonomy, event);
    if (reason == UNCOUNTED_NOT)
        return;
    for (size_t i = 0; i < attempts->uncounted_count; i++) {
        struct why_uncounted *there = &attempts->uncounted[i];
        if (there->reason == reason && there->category == category) {
            there->count++;
            return;
        }
    }
    if (attempts->uncounted_count < WHY_UNCOUNTED_MAX)
        attempts->uncounted[attempts->uncounted_count++] =
            (struct why_uncounted){reason, category, 1};
}

static void add(struct attempts *attempts, const struct event *event)
{
    const struct taxonomy *taxonomy = &attempts->patterns->taxonomy;
    const struct record *record = &event->attempt;
    struct attempt attempt = {.order = attempts->count,
                              .category = record->verdict.category,
                              .delivered = record->outcome == OUTCOME_DELIVERED};
    attempt.shown.time = record->time;
    buf_clear(&attempts->line);
    output_event(&attempts->line, event, taxonomy, NULL, &attempts->texts);
    attempt.shown.json = arena_copy(&attempts->texts, buf_sv(&attempts->line));
    buf_clear(&attempts->line);
    output_attempt(&attempts->line, event, taxonomy);
    attempt.shown.text = arena_copy(&attempts->texts, buf_sv(&attempts->line));
    attempts->list = mem_room(attempts->list, attempts->count, sizeof *attempts->list);
    attempts->list[attempts->count++] = attempt;
    attempts->failed_count += record->severity != SEVERITY_NONE;
    if (attempt.delivered && record->time > attempts->delivered_at)
        attempts->delivered_at = record->time;
}

void attempts_take(void *context, const struct event *event)
{
    struct attempts *attempts = context;
    if (!sv_eq_nocase(event->attempt.recipient, attempts->address) &&
        !(event->attempt.original.len && sv_eq_nocase(event->attempt.original, attempts->address)))
        return;
    add(attempts, event);
    note_uncounted(attempts, event);
    sv original = event->attempt.original;
    if (outcome_is_failure(event->attempt.outcome) && original.len &&
        !sv_eq_nocase(original, attempts->address))
        attempts->mailed = arena_copy(&attempts->texts, original);
}

static bool has_failure(const struct attempts *attempts, int64_t time, uint8_t category)
{
    for (size_t i = 0; i < attempts->count; i++)
        if (attempts->list[i].shown.time == time && attempts->list[i].category == category)
            return true;
    return false;
}

static bool has_delivery_in(const struct attempts *attempts, int64_t time)
{
    for (size_t i = 0; i < attempts->count; i++)
        if (attempts->list[i].delivered && date_step(attempts->list[i].shown.time, DELIVERY_STEP) >=
                                               date_step(time, DELIVERY_STEP))
            return true;
    return false;
}

/* Of the latest failure there are words, of the others the time and what they were judged. */
static struct event event_of(const struct attempts *attempts, const struct failure *failure,
                             const struct failed_message *message, bool refuted)
{
    sv final = failure_text(failure, FAILURE_FINAL);
    struct event event = {.cause = CATEGORY_NONE, .file = SV_EMPTY, .sender = SV_EMPTY};
    struct record *attempt = &event.attempt;
    *attempt = (struct record){.kind = RECORD_ATTEMPT,
                               .time = message->time,
                               .outcome = message->at_once ? OUTCOME_BOUNCED : OUTCOME_COUNT,
                               .severity = SEVERITY_PERMANENT,
                               .said = {.origin = ORIGIN_COUNT, .raw = SV_EMPTY},
                               .recipient = final.len ? final : attempts->address,
                               .original = failure_text(failure, FAILURE_ORIGINAL),
                               .verdict = {.category = failure->category, .basis = BASIS_COUNT},
                               .delay_s = -1};
    event.action = refuted ? ACTION_NONE : message->at_once ? ACTION_SUPPRESS : ACTION_COUNT_TOWARD;
    if (message->time != failure->last_seen)
        return event;
    const struct failure_facts *facts = &failure->facts;
    attempt->mta = facts->mta;
    attempt->outcome = (enum outcome)facts->outcome;
    attempt->severity = (enum severity)facts->severity;
    attempt->said = (struct said){(enum origin)facts->origin, (enum stage)facts->stage, SV_EMPTY};
    attempt->reply = (struct reply){failure->code, failure_text(failure, FAILURE_ENHANCED),
                                    failure_text(failure, FAILURE_REPLY)};
    attempt->verdict.rule = failure_text(failure, FAILURE_RULE);
    attempt->host = failure_text(failure, FAILURE_HOST);
    attempt->queue_id = failure_text(failure, FAILURE_QUEUE_ID);
    attempt->relay.host = failure_text(failure, FAILURE_RELAY);
    attempt->dsn = failure_text(failure, FAILURE_DSN);
    attempt->provider = failure_text(failure, FAILURE_PROVIDER);
    attempt->line = failure->line;
    event.file = failure_text(failure, FAILURE_FILE);
    event.cause = facts->cause;
    return event;
}

static void take_failures(struct attempts *attempts, const struct failure *failure, bool refuted)
{
    for (; failure; failure = failure->next)
        for (size_t i = 0; i < failure->message_count; i++) {
            const struct failed_message *message = failure_message(failure, i);
            struct event event = event_of(attempts, failure, message, refuted);
            if (!has_failure(attempts, message->time, failure->category)) {
                add(attempts, &event);
                attempts->kept_count++;
            }
        }
}

void attempts_take_kept(struct attempts *attempts, const struct address_record *record,
                        int64_t delivered_at)
{
    if (record) {
        take_failures(attempts, record->failures, false);
        take_failures(attempts, record->refuted, true);
        if (record->delivered_at > delivered_at)
            delivered_at = record->delivered_at;
    }
    if (!delivered_at || has_delivery_in(attempts, delivered_at))
        return;
    struct event event = {.cause = CATEGORY_NONE, .file = SV_EMPTY, .sender = SV_EMPTY};
    event.attempt = (struct record){.kind = RECORD_ATTEMPT,
                                    .time = delivered_at,
                                    .outcome = OUTCOME_DELIVERED,
                                    .said = {.origin = ORIGIN_COUNT, .raw = SV_EMPTY},
                                    .recipient = attempts->address,
                                    .verdict = {.category = CATEGORY_NONE},
                                    .delay_s = -1};
    add(attempts, &event);
    attempts->kept_count++;
}

static int by_time(const void *left, const void *right)
{
    const struct attempt *a = left, *b = right;
    if (a->shown.time != b->shown.time)
        return a->shown.time < b->shown.time ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

void attempts_show(struct attempts *attempts, struct why *why)
{
    if (attempts->count)
        qsort(attempts->list, attempts->count, sizeof *attempts->list, by_time);
    why->attempts = mem_zero(attempts->count + 1, sizeof *why->attempts);
    why->attempt_count = attempts->count;
    for (size_t i = 0; i < attempts->count; i++)
        why->attempts[i] = attempts->list[i].shown;
}

void attempts_release(struct attempts *attempts)
{
    mem_free(attempts->list);
    arena_release(&attempts->texts);
    buf_release(&attempts->line);
}
