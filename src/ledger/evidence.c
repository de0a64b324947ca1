#include "bouncelog/ledger/evidence.h"

#include <string.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/scan.h"

enum { SECONDS_A_DAY = 86400, ADDRESS_MAX = 512 };

void evidence_init(struct evidence *evidence)
{
    *evidence = (struct evidence){0};
    map_init(&evidence->addresses, sizeof(struct suspect));
    map_init(&evidence->domains, sizeof(struct suspect));
}

static void free_charges(struct suspect *suspect)
{
    for (struct charge *at = suspect->charges, *next; at; at = next) {
        next = at->next;
        mem_free(at->others);
        mem_free(at->other_days);
        mem_free(at->texts);
        mem_free(at);
    }
    suspect->charges = NULL;
}

static void release_map(struct map *map)
{
    for (size_t i = 0; i < map_count(map); i++)
        free_charges(map_value_at(map, i));
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

static struct charge *find_charge(struct suspect *suspect, const struct event *event)
{
    struct charge *charge = suspect->charges;
    while (charge && charge->category != event->attempt.verdict.category)
        charge = charge->next;
    if (charge)
        return charge;
    charge = mem_zero(1, sizeof *charge);
    charge->category = event->attempt.verdict.category;
    charge->first_seen = event->attempt.time;
    charge->last_seen = event->attempt.time;
    charge->next = suspect->charges;
    suspect->charges = charge;
    return charge;
}

sv charge_text(const struct charge *charge, enum charge_text which)
{
    const char *at = charge->texts;
    for (int i = 0; i < (int)which; i++)
        at += strlen(at) + 1;
    return sv_from(at);
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
                              [CHARGE_ORIGINAL] = a->original};
    size_t size = 0;
    for (size_t i = 0; i < CHARGE_TEXTS; i++) {
        texts[i] = sv_sub(texts[i], 0, sv_find_byte(texts[i], 0));
        size += texts[i].len + 1;
    }
    mem_free(charge->texts);
    char *to = charge->texts = mem_alloc(size);
    for (size_t i = 0; i < CHARGE_TEXTS; i++) {
        to = sv_put(to, texts[i]);
        *to++ = 0;
    }
    charge->code = (int16_t)a->reply.code;
    charge->line = a->line;
}

/* Room for one more behind `count`: 1, 2, 4, 8, ... */
static void *with_room(void *list, size_t count, size_t size)
{
    return count & (count - 1) ? list : mem_grow(list, count ? count * 2 : 1, size);
}

static void note_day(struct charge *charge, int64_t time)
{
    int32_t day = (int32_t)(time / SECONDS_A_DAY);
    if (!charge->day_count) {
        charge->first_day = day;
        charge->day_count = 1;
    }
    size_t others = charge->day_count - 1u;
    if (day == charge->first_day || charge->day_count == CHARGE_DAYS_MAX)
        return;
    for (size_t i = 0; i < others; i++)
        if (charge->other_days[i] == day)
            return;
    charge->other_days = with_room(charge->other_days, others, sizeof *charge->other_days);
    charge->other_days[others] = day;
    charge->day_count++;
}

static struct charge_message *known_message(struct charge *charge, uint64_t message)
{
    if (charge->message_count && charge->first.message == message)
        return &charge->first;
    for (size_t i = 0; i + 1 < charge->message_count; i++)
        if (charge->others[i].message == message)
            return &charge->others[i];
    return NULL;
}

/* Beyond the limit the second oldest gives way: the span keeps its beginning and its end. */
static struct charge_message *new_message(struct charge *charge)
{
    if (!charge->message_count) {
        charge->message_count = 1;
        return &charge->first;
    }
    size_t others = charge->message_count - 1u;
    if (charge->message_count == CHARGE_MESSAGES_MAX) {
        memmove(charge->others, charge->others + 1, (others - 1) * sizeof *charge->others);
        charge->forgotten++;
        return &charge->others[others - 1];
    }
    charge->others = with_room(charge->others, others, sizeof *charge->others);
    charge->message_count++;
    return &charge->others[others];
}

static struct charge_message *find_message(struct charge *charge, const struct event *event)
{
    struct charge_message *message = known_message(charge, event->message);
    if (message)
        return message;
    message = new_message(charge);
    *message = (struct charge_message){
        .message = event->message,
        .time = event->attempt.time,
        .original = event->attempt.original.len ? hash_nocase(event->attempt.original) : 0};
    return message;
}

static void accuse(struct map *map, sv key, const struct event *event, bool as_original)
{
    char bytes[ADDRESS_MAX];
    sv address = lower(key, bytes);
    if (!address.len)
        return;
    struct charge *charge = find_charge(map_add(map, address, NULL), event);
    struct charge_message *message = find_message(charge, event);
    message->as_original = as_original;
    message->at_once = message->at_once || event->action == ACTION_SUPPRESS;
    note_day(charge, event->attempt.time);
    if (event->attempt.time < charge->first_seen)
        charge->first_seen = event->attempt.time;
    if (event->attempt.time >= charge->last_seen) {
        charge->last_seen = event->attempt.time;
        keep_latest(charge, event, address);
    }
}

static void acquit(struct map *map, sv key, uint64_t hash, int64_t time)
{
    char bytes[ADDRESS_MAX];
    if (!map_has_hash(map, hash))
        return;
    struct suspect *suspect = map_get(map, lower(key, bytes));
    if (!suspect)
        return;
    free_charges(suspect);
    suspect->delivered_at = time;
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
