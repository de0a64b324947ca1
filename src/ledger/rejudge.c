/* Evidence under new rules: the latest words of each charge are judged again. */
#include "charges.h"

static struct event event_of(const struct charge *charge, sv key)
{
    const struct charge_facts *facts = &charge->facts;
    sv final = charge_text(charge, CHARGE_FINAL);
    struct event event = {
        .attempt = {.kind = RECORD_ATTEMPT,
                    .mta = (enum mta)facts->mta,
                    .time = charge->last_seen,
                    .outcome = (enum outcome)facts->outcome,
                    .severity = (enum severity)facts->severity,
                    .local = facts->local,
                    .never_rcpt = facts->never_rcpt,
                    .recipient = final.len ? final : key,
                    .original = charge_text(charge, CHARGE_ORIGINAL),
                    .relay = {charge_text(charge, CHARGE_RELAY), SV_EMPTY, 0},
                    .dsn = charge_text(charge, CHARGE_DSN),
                    .said = {(enum origin)facts->origin, (enum stage)facts->stage, SV_EMPTY},
                    .reply = {charge->code, charge_text(charge, CHARGE_ENHANCED),
                              charge_text(charge, CHARGE_REPLY)},
                    .verdict = {.category = charge->category,
                                .rule = charge_text(charge, CHARGE_RULE)}},
        .suppressible = true,
        .cause = facts->cause};
    event.attempt.address_key = hash_address(event.attempt.recipient, &event.attempt.domain_key);
    return event;
}

static bool all_at_once(const struct charge *charge, bool at_once)
{
    for (size_t i = 0; i < charge->message_count; i++)
        if (charge_message(charge, i)->at_once != at_once)
            return false;
    return true;
}

/* Moves what the charge holds to that of another category, which may be there already. */
static void move(struct suspect *to, const struct charge *charge, const struct event *event)
{
    struct charge *target = suspect_charge(to, event->attempt.verdict.category);
    for (size_t i = 0; i < charge->message_count; i++) {
        struct charge_message message = *charge_message(charge, i);
        message.at_once = event->action == ACTION_SUPPRESS;
        charge_add_message(target, &message);
    }
    for (size_t i = 0; i < charge->day_count; i++)
        charge_add_day(target, charge_day(charge, i));
    target->forgotten += charge->forgotten;
    if (target->texts && target->last_seen >= charge->last_seen)
        return;
    sv texts[CHARGE_TEXTS];
    for (int i = 0; i < CHARGE_TEXTS; i++)
        texts[i] = charge_text(charge, (enum charge_text)i);
    texts[CHARGE_RULE] = event->attempt.verdict.rule;
    texts[CHARGE_PROVIDER] = event->attempt.provider;
    target->last_seen = charge->last_seen;
    target->line = charge->line;
    target->code = charge->code;
    target->facts = charge->facts;
    charge_set_texts(target, texts);
}

bool suspect_rejudge(struct suspect *suspect, sv key, charge_judge *judge, void *context)
{
    struct suspect fresh = *suspect;
    bool changed = false;
    fresh.charges = NULL;
    for (const struct charge *at = suspect->charges; at; at = at->next) {
        struct event event = event_of(at, key);
        judge(context, &event);
        bool counts = event.action == ACTION_SUPPRESS || event.action == ACTION_COUNT_TOWARD;
        /* One that waits for another verdict is not made worse by what it was before. */
        changed = changed || !counts || event.attempt.verdict.category != at->category ||
                  !sv_eq(event.attempt.verdict.rule, charge_text(at, CHARGE_RULE)) ||
                  (event.action == ACTION_COUNT_TOWARD && !all_at_once(at, false)) ||
                  (event.action == ACTION_SUPPRESS && all_at_once(at, false));
        if (counts)
            move(&fresh, at, &event);
    }
    if (changed) {
        suspect_release(suspect);
        *suspect = fresh;
        suspect->changed = true;
    } else {
        suspect_release(&fresh);
    }
    return changed;
}
