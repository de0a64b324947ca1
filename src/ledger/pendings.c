#include "pendings.h"

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"

enum { CAP_START = 1024 };

/* The texts of a record, in the order in which they stand behind a pending. */
enum text {
    SENDER,
    RECIPIENT,
    ORIGINAL,
    RELAY_HOST,
    RELAY_IP,
    TRANSPORT,
    DSN,
    ENHANCED,
    TEXT,
    TEXTS
};

struct pending {
    struct pending *next, *previous; /* in the ring */
    struct pending *chain;           /* in its bucket */
    uint64_t key, address_key, domain_key;
    double delay_s;
    int code, port;
    struct verdict verdict;
    sv provider;
    uint8_t mta, severity, origin, stage;
    bool ambiguous, local, never_rcpt, has_sender;
    uint16_t lens[TEXTS];
    char bytes[];
};

void pendings_release(struct pendings *pendings)
{
    mem_free(pendings->buckets);
    *pendings = (struct pendings){0};
}

static uint64_t key_of(uint64_t message, uint64_t address)
{
    return hash_mix(message, address);
}

static struct pending **bucket_of(const struct pendings *pendings, uint64_t key)
{
    return &pendings->buckets[key & (pendings->cap - 1)];
}

static void grow(struct pendings *pendings)
{
    struct pending **old = pendings->buckets;
    size_t old_cap = pendings->cap;
    pendings->cap = old_cap ? old_cap * 2 : CAP_START;
    pendings->buckets = mem_table(pendings->cap, sizeof(struct pending *));
    for (size_t i = 0; i < old_cap; i++)
        for (struct pending *at = old[i], *chain; at; at = chain) {
            struct pending **bucket = bucket_of(pendings, at->key);
            chain = at->chain;
            at->chain = *bucket;
            *bucket = at;
        }
    mem_free(old);
}

static struct pending **place_of(const struct pendings *pendings, uint64_t key)
{
    struct pending **at = bucket_of(pendings, key);
    while (*at && (*at)->key != key)
        at = &(*at)->chain;
    return at;
}

struct pending *pendings_find(const struct pendings *pendings, uint64_t message, uint64_t address)
{
    return pendings->count ? *place_of(pendings, key_of(message, address)) : NULL;
}

static struct pending *copy_of(const struct record *r)
{
    const sv texts[TEXTS] = {r->sender,     r->recipient,      r->original,
                             r->relay.host, r->relay.ip,       r->transport,
                             r->dsn,        r->reply.enhanced, r->reply.text};
    size_t size = 0;
    for (size_t i = 0; i < TEXTS; i++)
        size += texts[i].len;
    struct pending *pending = mem_alloc(sizeof *pending + size);
    *pending = (struct pending){.address_key = r->address_key,
                                .domain_key = r->domain_key,
                                .delay_s = r->delay_s,
                                .code = r->reply.code,
                                .port = r->relay.port,
                                .verdict = r->verdict,
                                .provider = r->provider,
                                .mta = (uint8_t)r->mta,
                                .severity = (uint8_t)r->severity,
                                .origin = (uint8_t)r->said.origin,
                                .stage = (uint8_t)r->said.stage,
                                .ambiguous = r->ambiguous,
                                .local = r->local,
                                .never_rcpt = r->never_rcpt,
                                .has_sender = r->has_sender};
    char *to = pending->bytes;
    for (size_t i = 0; i < TEXTS; i++) {
        sv text = sv_sub(texts[i], 0, UINT16_MAX);
        pending->lens[i] = (uint16_t)text.len;
        to = sv_put(to, text);
    }
    return pending;
}

/* The fresh one takes the old one's place in the ring, or the last one. */
static void enter_ring(struct pending **ring, struct pending *fresh, const struct pending *old)
{
    if (old && old->next != old) {
        fresh->next = old->next;
        fresh->previous = old->previous;
    } else if (old || !*ring) {
        fresh->next = fresh->previous = fresh;
    } else {
        fresh->next = *ring;
        fresh->previous = (*ring)->previous;
    }
    fresh->next->previous = fresh;
    fresh->previous->next = fresh;
    if (!*ring || *ring == old)
        *ring = fresh;
}

static void leave_ring(struct pending **ring, struct pending *pending)
{
    pending->previous->next = pending->next;
    pending->next->previous = pending->previous;
    if (*ring == pending)
        *ring = pending->next == pending ? NULL : pending->next;
}

void pendings_defer(struct pendings *pendings, uint64_t message, struct pending **ring,
                    const struct record *attempt)
{
    if (pendings->count >= pendings->cap)
        grow(pendings);
    uint64_t key = key_of(message, attempt->address_key);
    struct pending **place = place_of(pendings, key), *old = *place;
    if (old && attempt->repeats)
        return;
    struct pending *fresh = copy_of(attempt);
    fresh->key = key;
    fresh->chain = old ? old->chain : NULL;
    *place = fresh;
    enter_ring(ring, fresh, old);
    pendings->count += !old;
    mem_free(old);
}

static void remove_pending(struct pendings *pendings, struct pending **ring,
                           struct pending *pending)
{
    *place_of(pendings, pending->key) = pending->chain;
    leave_ring(ring, pending);
    pendings->count--;
    mem_free(pending);
}

void pendings_settle(struct pendings *pendings, uint64_t message, struct pending **ring,
                     uint64_t address)
{
    struct pending *old = *ring ? pendings_find(pendings, message, address) : NULL;
    if (old)
        remove_pending(pendings, ring, old);
}

void pendings_drop(struct pendings *pendings, struct pending **ring)
{
    while (*ring)
        remove_pending(pendings, ring, *ring);
}

struct record pending_attempt(const struct pending *pending, const struct record *place)
{
    sv texts[TEXTS];
    const char *at = pending->bytes;
    for (size_t i = 0; i < TEXTS; at += pending->lens[i++])
        texts[i] = sv_make(at, pending->lens[i]);
    return (struct record){
        .kind = RECORD_ATTEMPT,
        .mta = (enum mta)pending->mta,
        .host_key = place->host_key,
        .queue_key = place->queue_key,
        .message_key = place->message_key,
        .host = place->host,
        .queue_id = place->queue_id,
        .sender = texts[SENDER],
        .outcome = OUTCOME_DEFERRED,
        .severity = (enum severity)pending->severity,
        .ambiguous = pending->ambiguous,
        .local = pending->local,
        .never_rcpt = pending->never_rcpt,
        .has_sender = pending->has_sender,
        .address_key = pending->address_key,
        .domain_key = pending->domain_key,
        .recipient = texts[RECIPIENT],
        .original = texts[ORIGINAL],
        .relay = {texts[RELAY_HOST], texts[RELAY_IP], pending->port},
        .transport = texts[TRANSPORT],
        .dsn = texts[DSN],
        .delay_s = pending->delay_s,
        .forwarded_id = SV_EMPTY,
        .said = {(enum origin)pending->origin, (enum stage)pending->stage, SV_EMPTY},
        .reply = {pending->code, texts[ENHANCED], texts[TEXT]},
        .verdict = pending->verdict,
        .provider = pending->provider};
}
