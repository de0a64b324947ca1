/* Judges the latest words of each failure anew. A failure may move to another category, which may
 * be there already, and what counts no more is dropped; one that waits for another verdict is not
 * made worse by what it was before. */
#include "failures.h"

static struct event event_of(const struct failure *failure, sv key)
{
    const struct failure_facts *facts = &failure->facts;
    sv final = failure_text(failure, FAILURE_FINAL);
    struct event event = {
        .attempt = {.kind = RECORD_ATTEMPT,
                    .mta = facts->mta,
                    .time = failure->last_seen,
                    .outcome = (enum outcome)facts->outcome,
                    .severity = (enum severity)facts->severity,
                    .local = facts->local,
                    .never_rcpt = facts->never_rcpt,
                    .recipient = final.len ? final : key,
                    .original = failure_text(failure, FAILURE_ORIGINAL),
                    .relay = {failure_text(failure, FAILURE_RELAY), SV_EMPTY, 0},
                    .dsn = failure_text(failure, FAILURE_DSN),
                    .said = {(enum origin)facts->origin, (enum stage)facts->stage, SV_EMPTY},
                    .reply = {failure->code, failure_text(failure, FAILURE_ENHANCED),
                              failure_text(failure, FAILURE_REPLY)},
                    .verdict = {.category = failure->category,
                                .rule = failure_text(failure, FAILURE_RULE)}},
        .suppressible = true,
        .for_all = facts->for_all,
        .cause = facts->cause};
    event.attempt.address_key = hash_address(event.attempt.recipient, &event.attempt.domain_key);
    return event;
}

static bool all_at_once(const struct failure *failure, bool at_once)
{
    for (size_t i = 0; i < failure->message_count; i++)
        if (failure_message(failure, i)->at_once != at_once)
            return false;
    return true;
}

/* Moves what the failure holds to that of another category, which may be there already. */
static void move(struct address_record *to, const struct failure *failure,
                 const struct event *event)
{
    struct failure *target = failure_of(&to->failures, event->attempt.verdict.category);
    for (size_t i = 0; i < failure->message_count; i++) {
        struct failed_message message = *failure_message(failure, i);
        message.at_once = event->action == ACTION_SUPPRESS;
        failure_add_message(target, &message);
    }
    for (size_t i = 0; i < failure->day_count; i++)
        failure_add_day(target, failure_day(failure, i));
    target->forgotten += failure->forgotten;
    if (target->texts && target->last_seen >= failure->last_seen)
        return;
    sv texts[FAILURE_TEXTS];
    for (int i = 0; i < FAILURE_TEXTS; i++)
        texts[i] = failure_text(failure, (enum failure_text)i);
    texts[FAILURE_RULE] = event->attempt.verdict.rule;
    texts[FAILURE_PROVIDER] = event->attempt.provider;
    target->last_seen = failure->last_seen;
    target->line = failure->line;
    target->code = failure->code;
    target->facts = failure->facts;
    failure_set_texts(target, texts);
}

bool address_record_rejudge(struct address_record *record, sv key, failure_judge *judge,
                            void *context)
{
    struct address_record fresh = *record;
    bool changed = false;
    fresh.failures = NULL;
    for (const struct failure *at = record->failures; at; at = at->next) {
        struct event event = event_of(at, key);
        judge(context, &event);
        bool counts = event.action == ACTION_SUPPRESS || event.action == ACTION_COUNT_TOWARD;
        /* One that waits for another verdict is not made worse by what it was before. */
        changed = changed || !counts || event.attempt.verdict.category != at->category ||
                  !sv_eq(event.attempt.verdict.rule, failure_text(at, FAILURE_RULE)) ||
                  (event.action == ACTION_COUNT_TOWARD && !all_at_once(at, false)) ||
                  (event.action == ACTION_SUPPRESS && all_at_once(at, false));
        if (counts)
            move(&fresh, at, &event);
    }
    fresh.refuted = NULL;
    if (changed) {
        fresh.refuted = record->refuted;
        record->refuted = NULL;
        address_record_release(record);
        *record = fresh;
        record->changed = true;
    } else {
        address_record_release(&fresh);
    }
    return changed;
}
