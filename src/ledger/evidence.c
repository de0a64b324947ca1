#include "bouncelog/ledger/evidence.h"

#include "bouncelog/base/scan.h"
#include "charges.h"

enum { ADDRESS_MAX = 512, SECONDS_A_DAY = 86400 };

void evidence_init(struct evidence *evidence)
{
    *evidence = (struct evidence){0};
    map_init(&evidence->addresses, sizeof(struct suspect));
    map_init(&evidence->domains, sizeof(struct suspect));
}

static void release_map(struct map *map)
{
    for (size_t i = 0; i < map_count(map); i++)
        suspect_release(map_value_at(map, i));
    map_release(map);
}

void evidence_release(struct evidence *evidence)
{
    release_map(&evidence->addresses);
    release_map(&evidence->domains);
    fpset_release(&evidence->senders);
}

/* The lower-cased address in a buffer of the caller; empty when it is too long to be one. */
static sv lower(sv address, char *out)
{
    if (address.len > ADDRESS_MAX)
        return SV_EMPTY;
    scan_lower(out, address);
    return sv_make(out, address.len);
}

static void keep_latest(struct charge *charge, const struct event *event, sv address)
{
    const struct record *a = &event->attempt;
    bool derived = !sv_eq_nocase(a->recipient, address);
    sv texts[CHARGE_TEXTS] = {[CHARGE_ENHANCED] = a->reply.enhanced,
                              [CHARGE_REPLY] = a->reply.text,
                              [CHARGE_RULE] = a->verdict.rule,
                              [CHARGE_HOST] = a->host,
                              [CHARGE_QUEUE_ID] = a->queue_id,
                              [CHARGE_FILE] = event->file,
                              [CHARGE_FINAL] = derived ? a->recipient : SV_EMPTY,
                              [CHARGE_ORIGINAL] = a->original,
                              [CHARGE_PROVIDER] = a->provider,
                              [CHARGE_RELAY] = a->relay.host,
                              [CHARGE_DSN] = a->dsn};
    charge->facts = (struct charge_facts){.mta = (uint8_t)a->mta,
                                          .outcome = (uint8_t)a->outcome,
                                          .severity = (uint8_t)a->severity,
                                          .origin = (uint8_t)a->said.origin,
                                          .stage = (uint8_t)a->said.stage,
                                          .cause = event->cause,
                                          .local = a->local,
                                          .never_rcpt = a->never_rcpt};
    charge->last_seen = a->time;
    charge->code = (int16_t)a->reply.code;
    charge->line = a->line;
    charge_set_texts(charge, texts);
}

static void accuse(struct map *map, sv key, const struct event *event, bool as_original)
{
    char bytes[ADDRESS_MAX];
    sv address = lower(key, bytes);
    const struct record *a = &event->attempt;
    if (!address.len)
        return;
    struct suspect *suspect = map_add(map, address, NULL);
    if (suspect->delivered_at && a->time <= suspect->delivered_at)
        return;
    struct charge *charge = suspect_charge(suspect, a->verdict.category);
    struct charge_message message = {.message = event->message,
                                     .time = a->time,
                                     .original = a->original.len ? hash_nocase(a->original) : 0,
                                     .as_original = as_original,
                                     .at_once = event->action == ACTION_SUPPRESS};
    charge_add_message(charge, &message);
    charge_add_day(charge, a->time);
    if (charge_takes(charge, a->time, a->host, event->file, a->line))
        keep_latest(charge, event, address);
    suspect->changed = true;
}

static void acquit(struct map *map, sv key, uint64_t hash, int64_t time)
{
    char bytes[ADDRESS_MAX];
    if (!map_has_hash(map, hash))
        return;
    struct suspect *suspect = map_get(map, lower(key, bytes));
    if (!suspect || (suspect->delivered_at && time <= suspect->delivered_at))
        return;
    suspect->delivered_at = time;
    suspect_forget_before(suspect, time + 1);
    suspect->changed = true;
}

void evidence_expect(const struct evidence *evidence, const struct record *record)
{
    map_expect(&evidence->addresses, record->address_key);
}

void evidence_expect_sender(const struct evidence *evidence, const struct event *event)
{
    fpset_expect(&evidence->senders, event->sender_key);
}

void evidence_note(struct evidence *evidence, const struct event *event, bool per_domain)
{
    const struct record *attempt = &event->attempt;
    if (event->sender_known && event->sender.len && !attempt->local)
        fpset_add(&evidence->senders, event->sender_key, 0);
    if (attempt->outcome == OUTCOME_DELIVERED) {
        sv domain = sv_after_last(attempt->recipient, '@');
        acquit(&evidence->addresses, attempt->recipient, attempt->address_key, attempt->time);
        if (attempt->original.len)
            acquit(&evidence->addresses, attempt->original, hash_nocase(attempt->original),
                   attempt->time);
        if (map_count(&evidence->domains))
            acquit(&evidence->domains, domain, attempt->domain_key, attempt->time);
        return;
    }
    if (event->action != ACTION_SUPPRESS && event->action != ACTION_COUNT_TOWARD)
        return;
    accuse(&evidence->addresses, attempt->recipient, event, false);
    if (attempt->original.len)
        accuse(&evidence->addresses, attempt->original, event, true);
    if (per_domain)
        accuse(&evidence->domains, sv_after_last(attempt->recipient, '@'), event, false);
}

void evidence_settle(struct evidence *evidence, const struct ledger *ledger)
{
    struct fpset open = {0};
    ledger_open_messages(ledger, &open);
    for (size_t i = 0; i < map_count(&evidence->addresses); i++)
        suspect_settle(map_value_at(&evidence->addresses, i), ledger, &open);
    fpset_release(&open);
}

static void acquit_on(struct suspect *suspect, int64_t day)
{
    int64_t begin = day * SECONDS_A_DAY;
    if (suspect->delivered_at >= begin)
        return;
    suspect->delivered_at = begin;
    suspect_forget_before(suspect, begin);
    suspect->changed = true;
}

void evidence_acquit_on(struct evidence *evidence, int64_t day, const struct fpset *recipients,
                        unsigned flag)
{
    for (size_t i = 0; i < map_count(&evidence->addresses); i++) {
        struct suspect *suspect = map_value_at(&evidence->addresses, i);
        if (!suspect->charges)
            continue;
        int flags = fpset_get(recipients, hash_bytes(map_key_at(&evidence->addresses, i)));
        if (flags != FPSET_NEW && ((unsigned)flags & flag))
            acquit_on(suspect, day);
    }
}
