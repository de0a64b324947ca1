#include "bouncelog/ledger/evidence.h"

#include "bouncelog/base/mem.h"

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
        mem_free(at->messages);
        mem_free(at->enhanced); /* the block that holds all texts */
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
    for (size_t i = 0; i < address.len; i++)
        out[i] = to_lower(address.ptr[i]);
    return sv_make(out, address.len);
}

static sv domain_of(sv address)
{
    size_t at = sv_rfind_byte(address, '@');
    return at == SV_NPOS ? SV_EMPTY : sv_skip(address, at + 1);
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

static char *place(sv text, char **to)
{
    char *at = *to;
    sv_put(at, text);
    at[text.len] = 0;
    *to = at + text.len + 1;
    return at;
}

static void keep_latest(struct charge *charge, const struct event *event)
{
    const struct record *a = &event->attempt;
    size_t size = a->reply.enhanced.len + a->reply.text.len + a->verdict.rule.len + a->host.len +
                  a->queue_id.len + event->file.len + a->recipient.len + a->original.len + 8;
    mem_free(charge->enhanced);
    char *to = mem_alloc(size);
    charge->enhanced = place(a->reply.enhanced, &to);
    charge->reply = place(a->reply.text, &to);
    charge->rule = place(a->verdict.rule, &to);
    charge->host = place(a->host, &to);
    charge->queue_id = place(a->queue_id, &to);
    charge->file = place(event->file, &to);
    charge->final = place(a->recipient, &to);
    charge->original = place(a->original, &to);
    charge->code = a->reply.code;
    charge->line = a->line;
}

static void note_day(struct charge *charge, int64_t time)
{
    int32_t day = (int32_t)(time / SECONDS_A_DAY);
    for (size_t i = 0; i < charge->day_count; i++)
        if (charge->days[i] == day)
            return;
    if (charge->day_count < CHARGE_DAYS_MAX)
        charge->days[charge->day_count++] = day;
}

/* Beyond the limit the second oldest gives way: the span keeps its beginning and its end. */
static struct charge_message *find_message(struct charge *charge, const struct event *event)
{
    for (size_t i = 0; i < charge->message_count; i++)
        if (charge->messages[i].message == event->message)
            return &charge->messages[i];
    if (charge->message_count == CHARGE_MESSAGES_MAX) {
        memmove(charge->messages + 1, charge->messages + 2,
                (CHARGE_MESSAGES_MAX - 2) * sizeof *charge->messages);
        charge->message_count--;
        charge->forgotten++;
    } else if ((charge->message_count & (charge->message_count - 1)) == 0) {
        size_t cap = charge->message_count ? charge->message_count * 2 : 1;
        charge->messages = mem_grow(charge->messages, cap, sizeof *charge->messages);
    }
    struct charge_message *message = &charge->messages[charge->message_count++];
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
        keep_latest(charge, event);
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
        sv domain = domain_of(attempt->recipient);
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
        accuse(&evidence->domains, domain_of(attempt->recipient), event, false);
}
