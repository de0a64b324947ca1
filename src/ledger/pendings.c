/* A deferred recipient with the words of its last deferral, in one block of memory: the fixed
 * fields, the lengths of the texts, then the texts one behind the other. A new deferral replaces
 * the block. Those of one message form a ring in the order of their first deferral, by which an
 * expiry tells them. */
#include "pendings.h"

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"

/* The texts of a record, in the order in which they stand behind a pending. */
enum text {
    SENDER,
    STREAM,
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
    struct chain chain;              /* by key_of */
    struct pending *next, *previous; /* in the ring */
    uint64_t address_key, domain_key;
    double delay_s;
    struct waiting waiting;
    int code, port;
    struct verdict verdict;
    sv provider;
    uint8_t mta, severity, origin, stage;
    bool ambiguous, local, never_rcpt, has_sender, is_campaign;
    uint64_t stream; /* the hash of that name */
    uint16_t lens[TEXTS];
    char bytes[];
};

static uint64_t key_of(uint64_t message, uint64_t address)
{
    return hash_mix(message, address);
}

/* Most messages have one at most: the table need not be asked then. */
struct pending *pendings_find(const struct chains *pendings, uint64_t message, struct pending *ring,
                              uint64_t address)
{
    if (!ring || ring->next == ring)
        return ring && ring->address_key == address ? ring : NULL;
    return (struct pending *)chains_find(pendings, key_of(message, address));
}

static struct pending *copy_of(const struct record *r)
{
    const sv texts[TEXTS] = {[SENDER] = r->sender,           [STREAM] = r->stream.address,
                             [RECIPIENT] = r->recipient,     [ORIGINAL] = r->original,
                             [RELAY_HOST] = r->relay.host,   [RELAY_IP] = r->relay.ip,
                             [TRANSPORT] = r->transport,     [DSN] = r->dsn,
                             [ENHANCED] = r->reply.enhanced, [TEXT] = r->reply.text};
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
                                .mta = r->mta,
                                .severity = (uint8_t)r->severity,
                                .origin = (uint8_t)r->said.origin,
                                .stage = (uint8_t)r->said.stage,
                                .ambiguous = r->ambiguous,
                                .local = r->local,
                                .never_rcpt = r->never_rcpt,
                                .has_sender = r->has_sender,
                                .is_campaign = r->stream.is_campaign,
                                .stream = r->stream.hash};
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

/* In place of an old one, or at the end. */
static struct pending *put(struct chains *pendings, uint64_t message, struct pending **ring,
                           const struct record *attempt, struct pending *old)
{
    struct pending *fresh = copy_of(attempt);
    fresh->chain.key = key_of(message, attempt->address_key);
    enter_ring(ring, fresh, old);
    if (old)
        chains_remove(pendings, &old->chain);
    chains_add(pendings, &fresh->chain);
    mem_free(old);
    return fresh;
}

void pendings_defer(struct chains *pendings, uint64_t message, struct pending **ring,
                    const struct record *attempt)
{
    struct pending *old = pendings_find(pendings, message, *ring, attempt->address_key);
    struct waiting waiting = old ? old->waiting : (struct waiting){0};
    waiting.since = waiting.deferrals ? waiting.since : attempt->time;
    waiting.last = attempt->time;
    waiting.carried = false;
    waiting.deferrals += waiting.deferrals < UINT32_MAX;
    put(pendings, message, ring, attempt, old)->waiting = waiting;
}

void pendings_skip(struct chains *pendings, uint64_t message, struct pending **ring,
                   const struct record *attempt)
{
    struct pending *old = pendings_find(pendings, message, *ring, attempt->address_key);
    if (!old)
        put(pendings, message, ring, attempt, NULL);
}

static void remove_pending(struct chains *pendings, struct pending **ring, struct pending *pending)
{
    chains_remove(pendings, &pending->chain);
    leave_ring(ring, pending);
    mem_free(pending);
}

void pendings_settle(struct chains *pendings, uint64_t message, struct pending **ring,
                     uint64_t address)
{
    struct pending *old = pendings_find(pendings, message, *ring, address);
    if (old)
        remove_pending(pendings, ring, old);
}

void pendings_drop(struct chains *pendings, struct pending **ring)
{
    while (*ring)
        remove_pending(pendings, ring, *ring);
}

bool pendings_have(const struct chains *pendings, uint64_t message, uint64_t address)
{
    return chains_find(pendings, key_of(message, address)) != NULL;
}

bool pending_is_unrouted(const struct pending *pending)
{
    return !pending->lens[TRANSPORT] && !pending->lens[RELAY_HOST] && !pending->lens[RELAY_IP];
}

struct waiting pending_waiting(const struct pending *pending)
{
    return pending->waiting;
}

void pending_resume(struct pending *pending, struct waiting waiting)
{
    pending->waiting = waiting;
    pending->waiting.carried = true;
}

const struct pending *pending_next(const struct pending *pending)
{
    return pending->next;
}

struct record pending_attempt(const struct pending *pending, const struct record *place)
{
    sv texts[TEXTS];
    const char *at = pending->bytes;
    for (size_t i = 0; i < TEXTS; at += pending->lens[i++])
        texts[i] = sv_make(at, pending->lens[i]);
    return (struct record){
        .kind = RECORD_ATTEMPT,
        .mta = pending->mta,
        .host_key = place->host_key,
        .queue_key = place->queue_key,
        .message_key = place->message_key,
        .host = place->host,
        .queue_id = place->queue_id,
        .sender = texts[SENDER],
        .stream = {texts[STREAM], pending->stream, pending->is_campaign},
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
