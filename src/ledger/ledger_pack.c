/* What a ledger remembers, as bytes: the open messages with their deferred recipients, and which
 * queue ids were seen lately, so that a message is joined whose lines fall into two nights.
 * Messages older than 45 days are left out: no queue keeps them as long. The bytes begin with a
 * version, and everything behind it is checked as it is read. */
#include "bouncelog/base/hash.h"
#include "bouncelog/base/pack.h"
#include "bouncelog/base/text.h"
#include "state.h"

enum {
    PACKED_VERSION = 5,
    WITHOUT_STREAMS = 4, /* names of the sender that a deferral has */
    WITHOUT_IDS = 3,
    WITHOUT_LAST = 2, /* time of a deferral, names of a sender; with keys of hash_id_before */
    WITHOUT_WAITING = 1,
    PACKED_LEAST = 1,
    RECENT_KEPT = 4096,
    PORTS = 65536,
    CODES = 1000
};

/* No queue keeps a message as long: what is older has lost the line that ends it. */
enum { OPEN_SECONDS_MAX = 45 * 86400 };

enum flag {
    FLAG_ANNOUNCED = 1,
    FLAG_GAVE_UP = 2,
    FLAG_NOTIFICATION = 4,
    FLAG_SUBMITTED = 8,
    FLAG_FREES_ITSELF = 16,
    FLAG_SENDER = 32,
    FLAG_BEGUN = 64, /* 1.0.0 has none: what it saw first may have been a queue run */
    FLAG_OLD_KEY = 128,
    FLAG_MESSAGE_ID = 256
};

enum attempt_flag {
    ATTEMPT_AMBIGUOUS = 1,
    ATTEMPT_LOCAL = 2,
    ATTEMPT_NEVER_RCPT = 4,
    ATTEMPT_SENDER = 8
};

static unsigned flags_of(const struct message *m)
{
    return (m->announced ? FLAG_ANNOUNCED : 0u) | (m->gave_up ? FLAG_GAVE_UP : 0u) |
           (m->notification ? FLAG_NOTIFICATION : 0u) | (m->submitted ? FLAG_SUBMITTED : 0u) |
           (m->frees_itself ? FLAG_FREES_ITSELF : 0u) | (m->sender ? FLAG_SENDER : 0u) |
           (m->begun ? FLAG_BEGUN : 0u);
}

static void pack_attempt(struct buf *out, const struct record *a, const struct taxonomy *taxonomy)
{
    const sv texts[] = {a->sender,       a->recipient,
                        a->original,     a->relay.host,
                        a->relay.ip,     a->transport,
                        a->dsn,          a->reply.enhanced,
                        a->reply.text,   a->provider,
                        a->verdict.rule, a->verdict.remedy,
                        a->verdict.list, taxonomy_category_name(taxonomy, a->verdict.category)};
    uint64_t mta = taxonomy_mta_stored(taxonomy, a->mta);
    const int64_t numbers[] = {a->time,        (int64_t)mta,     a->severity,
                               a->said.origin, a->said.stage,    a->relay.port,
                               a->reply.code,  a->verdict.basis, (int64_t)(a->delay_s * 1000)};
    pack_unsigned(out, (a->ambiguous ? ATTEMPT_AMBIGUOUS : 0u) | (a->local ? ATTEMPT_LOCAL : 0u) |
                           (a->never_rcpt ? ATTEMPT_NEVER_RCPT : 0u) |
                           (a->has_sender ? ATTEMPT_SENDER : 0u));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        pack_number(out, numbers[i]);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        pack_text(out, texts[i]);
    if (mta == MTA_STORED_NAMED)
        pack_text(out, taxonomy_mta_name(taxonomy, a->mta));
}

/* What is out of bounds was damaged. */
static int64_t bounded(struct unpack *in, int64_t number, int64_t limit)
{
    if (number >= 0 && number < limit)
        return number;
    in->failed = true;
    return 0;
}

static void unpack_attempt(struct unpack *in, struct record *a, struct ledger *ledger,
                           const struct taxonomy *taxonomy)
{
    sv category = SV_EMPTY;
    sv *const texts[] = {&a->sender,       &a->recipient, &a->original,     &a->relay.host,
                         &a->relay.ip,     &a->transport, &a->dsn,          &a->reply.enhanced,
                         &a->reply.text,   &a->provider,  &a->verdict.rule, &a->verdict.remedy,
                         &a->verdict.list, &category};
    int64_t numbers[9];
    uint64_t flags = unpack_unsigned(in);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        numbers[i] = unpack_finite(in);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = unpack_text(in);
    a->kind = RECORD_ATTEMPT;
    a->outcome = OUTCOME_DEFERRED;
    a->ambiguous = flags & ATTEMPT_AMBIGUOUS;
    a->local = flags & ATTEMPT_LOCAL;
    a->never_rcpt = flags & ATTEMPT_NEVER_RCPT;
    a->has_sender = flags & ATTEMPT_SENDER;
    a->time = numbers[0];
    uint64_t mta = (uint64_t)bounded(in, numbers[1], MTA_STORED_NAMED + 1);
    a->mta =
        taxonomy_mta_of_stored(taxonomy, mta, mta == MTA_STORED_NAMED ? unpack_text(in) : SV_EMPTY);
    a->severity = (enum severity)bounded(in, numbers[2], SEVERITY_COUNT);
    a->said.origin = (enum origin)bounded(in, numbers[3], ORIGIN_COUNT);
    a->said.stage = (enum stage)bounded(in, numbers[4], STAGE_COUNT);
    a->relay.port = (int)bounded(in, numbers[5], PORTS);
    a->reply.code = (int)bounded(in, numbers[6], CODES);
    a->verdict.basis = (enum basis)bounded(in, numbers[7], BASIS_COUNT);
    a->delay_s = (double)numbers[8] / 1000;
    a->verdict.category = taxonomy_category(taxonomy, category);
    if (a->verdict.category == CATEGORY_NONE)
        a->verdict.category = taxonomy->roles[ROLE_UNCLASSIFIED];
    for (size_t i = 9; i < 13; i++) /* those that live for the run */
        *texts[i] = arena_copy(&ledger->texts, *texts[i]);
    a->address_key = hash_address(a->recipient, &a->domain_key);
}

static void pack_pendings(struct buf *out, const struct message *message,
                          const struct taxonomy *taxonomy)
{
    static const struct record nowhere;
    const struct pending *first = message->pending, *at = first;
    size_t count = 0;
    for (; at; at = pending_next(at) == first ? NULL : pending_next(at))
        count++;
    pack_unsigned(out, count);
    for (at = first; count; count--, at = pending_next(at)) {
        struct record attempt = pending_attempt(at, &nowhere);
        pack_attempt(out, &attempt, taxonomy);
        pack_unsigned(out, pending_waiting(at).deferrals);
        pack_number(out, pending_waiting(at).since);
        pack_number(out, pending_waiting(at).last);
        pack_text(out, attempt.stream.address);
        pack_unsigned(out, attempt.stream.is_campaign);
    }
}

static bool has_old_key(const struct ledger *ledger, const struct message *message)
{
    return fpset_get(&ledger->old_keys, message->key) != FPSET_NEW;
}

static void pack_message(struct buf *out, const struct ledger *ledger,
                         const struct message *message, const struct taxonomy *taxonomy)
{
    bool old_key = has_old_key(ledger, message);
    uint64_t id = messages_id(&ledger->messages, message);
    size_t expansions = 0;
    pack_hash(out, message->key);
    pack_unsigned(out, message->first_time);
    pack_unsigned(out, ledger->messages.sequence - message->sequence);
    pack_unsigned(out, message->expected);
    pack_unsigned(out, message->done);
    pack_unsigned(out,
                  flags_of(message) | (old_key ? FLAG_OLD_KEY : 0u) | (id ? FLAG_MESSAGE_ID : 0u));
    if (id)
        pack_hash(out, id);
    if (message->sender) {
        struct stream_names names = sender_names(message->sender);
        pack_text(out, sender_text(message->sender));
        pack_text(out, names.address);
        pack_unsigned(out, names.is_campaign);
    }
    pack_pendings(out, message, taxonomy);
    for (const struct expansion *at = message->expansions; at; at = at->next)
        expansions++;
    pack_unsigned(out, expansions);
    for (const struct expansion *at = message->expansions; at; at = at->next) {
        pack_hash(out, at->chain.key);
        pack_hash(out, at->final);
        pack_unsigned(out, at->several);
    }
}

static struct stream_names unpack_names(struct unpack *in)
{
    sv address = unpack_text(in);
    return (struct stream_names){address, hash_bytes(address), unpack_unsigned(in) != 0};
}

static void unpack_pending(struct unpack *in, struct ledger *ledger, struct message *message,
                           uint64_t version, const struct taxonomy *taxonomy)
{
    struct chains *pendings = &ledger->messages.pendings;
    uint64_t fingerprint = message_fingerprint(message);
    struct record attempt = {0};
    unpack_attempt(in, &attempt, ledger, taxonomy);
    struct waiting waiting = {.deferrals = 1, .since = attempt.time, .last = attempt.time};
    if (version > WITHOUT_WAITING) {
        waiting.deferrals = (uint32_t)unpack_unsigned(in);
        waiting.since = waiting.last = unpack_finite(in);
    }
    if (version > WITHOUT_LAST)
        waiting.last = unpack_finite(in);
    if (version > WITHOUT_STREAMS)
        attempt.stream = unpack_names(in);
    if (in->failed)
        return;
    pendings_defer(pendings, fingerprint, &message->pending, &attempt);
    pending_resume(pendings_find(pendings, fingerprint, message->pending, attempt.address_key),
                   waiting);
}

static void unpack_sender(struct unpack *in, struct messages *messages, struct message *message,
                          uint64_t version)
{
    sv sender = unpack_text(in);
    struct stream_names names = {.address = SV_EMPTY};
    if (version > WITHOUT_LAST)
        names = unpack_names(in);
    messages_set_sender(messages, message,
                        &(struct said_sender){sender, hash_bytes(sender), names});
}

static void unpack_message(struct unpack *in, struct ledger *ledger, uint32_t newest,
                           uint64_t version, const struct taxonomy *taxonomy)
{
    struct messages *messages = &ledger->messages;
    bool created;
    uint64_t key = unpack_hash(in);
    uint32_t first_time = (uint32_t)unpack_unsigned(in);
    uint32_t distance = (uint32_t)unpack_unsigned(in);
    struct message *message = messages_get(messages, key, first_time, &created);
    message->sequence = newest - distance;
    message->expected = (uint16_t)unpack_unsigned(in);
    message->done = (uint16_t)unpack_unsigned(in);
    uint64_t flags = unpack_unsigned(in);
    message->announced = flags & FLAG_ANNOUNCED;
    message->begun = flags & FLAG_BEGUN;
    message->gave_up = flags & FLAG_GAVE_UP;
    message->notification = flags & FLAG_NOTIFICATION;
    message->submitted = flags & FLAG_SUBMITTED;
    message->frees_itself = flags & FLAG_FREES_ITSELF;
    if (version <= WITHOUT_LAST || (flags & FLAG_OLD_KEY))
        fpset_add(&ledger->old_keys, key, 0);
    if (version > WITHOUT_IDS && (flags & FLAG_MESSAGE_ID))
        messages_set_id(messages, message, unpack_hash(in));
    if (flags & FLAG_SENDER)
        unpack_sender(in, messages, message, version);
    size_t pendings = unpack_count(in, PACKED_LEAST);
    for (size_t i = 0; i < pendings && !in->failed; i++)
        unpack_pending(in, ledger, message, version, taxonomy);
    size_t expansions = unpack_count(in, PACKED_LEAST);
    for (size_t i = 0; i < expansions && !in->failed; i++) {
        uint64_t pair = unpack_hash(in), final = unpack_hash(in);
        struct expansion *expansion = expansions_add(&messages->expansions, &message->expansions,
                                                     pair, final, message_slot(messages, message));
        expansion->several = unpack_unsigned(in) != 0;
        if (expansion->several)
            fpset_add(&ledger->several, pair, 0);
    }
}

/* Those of the latest messages, the newest of each place last. */
static void pack_recent(struct buf *out, const struct recent_ids *recent, uint32_t newest)
{
    size_t count = 0;
    for (size_t i = 0; i < recent->sets * RECENT_WAYS; i++)
        count += recent->ids[i].id && newest - recent->ids[i].sequence < RECENT_KEPT;
    pack_unsigned(out, count);
    for (size_t i = recent->sets * RECENT_WAYS; i-- > 0;) {
        const struct recent_id *id = &recent->ids[i];
        if (!id->id || newest - id->sequence >= RECENT_KEPT)
            continue;
        pack_hash(out, id->id);
        pack_unsigned(out, newest - id->sequence);
    }
}

static void unpack_recent(struct unpack *in, struct recent_ids *recent, uint32_t newest)
{
    size_t count = unpack_count(in, PACKED_LEAST);
    for (size_t i = 0; i < count && !in->failed; i++) {
        uint64_t id = unpack_hash(in);
        recent_ids_add(recent, id, newest - (uint32_t)unpack_unsigned(in));
    }
}

static uint32_t oldest_kept(const struct messages *messages)
{
    uint32_t latest = 0;
    for (uint32_t i = messages->open.oldest; i != NO_MESSAGE; i = messages->slots[i].newer)
        if (messages->slots[i].first_time > latest)
            latest = messages->slots[i].first_time;
    return latest > OPEN_SECONDS_MAX ? latest - OPEN_SECONDS_MAX : 0;
}

void ledger_pack(struct buf *out, const struct ledger *ledger, const struct taxonomy *taxonomy)
{
    const struct messages *messages = &ledger->messages;
    uint32_t newest = messages->sequence, oldest = oldest_kept(messages);
    size_t open = 0;
    for (uint32_t i = messages->open.oldest; i != NO_MESSAGE; i = messages->slots[i].newer)
        open += messages->slots[i].first_time >= oldest;
    pack_unsigned(out, PACKED_VERSION);
    pack_unsigned(out, newest);
    pack_unsigned(out, open);
    for (uint32_t i = messages->open.oldest; i != NO_MESSAGE; i = messages->slots[i].newer)
        if (messages->slots[i].first_time >= oldest)
            pack_message(out, ledger, &messages->slots[i], taxonomy);
    pack_recent(out, &ledger->recent, newest);
    pack_recent(out, &ledger->direct, newest);
    pack_recent(out, &ledger->own, newest);
}

int ledger_unpack(struct ledger *ledger, sv bytes, const struct taxonomy *taxonomy)
{
    struct unpack in = unpack_of(bytes);
    uint64_t version = unpack_unsigned(&in);
    if (version < WITHOUT_WAITING || version > PACKED_VERSION)
        return -1;
    uint32_t newest = (uint32_t)unpack_unsigned(&in);
    size_t open = unpack_count(&in, PACKED_LEAST);
    for (size_t i = 0; i < open && !in.failed; i++)
        unpack_message(&in, ledger, newest, version, taxonomy);
    ledger->messages.sequence = newest;
    unpack_recent(&in, &ledger->recent, newest);
    unpack_recent(&in, &ledger->direct, newest);
    unpack_recent(&in, &ledger->own, newest);
    return in.failed || in.rest.len ? -1 : 0;
}

void ledger_open_messages(const struct ledger *ledger, struct fpset *open)
{
    const struct messages *messages = &ledger->messages;
    for (uint32_t i = messages->open.oldest; i != NO_MESSAGE; i = messages->slots[i].newer)
        fpset_add(open, message_fingerprint(&messages->slots[i]), 0);
}

static bool attempt_mentions(const struct record *attempt, sv address)
{
    const sv texts[] = {attempt->sender, attempt->stream.address, attempt->recipient,
                        attempt->original, attempt->reply.text};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (text_mentions(texts[i], address))
            return true;
    return false;
}

static bool sender_mentions(const struct sender *sender, sv address)
{
    struct stream_names names = sender_names(sender);
    return text_mentions(sender_text(sender), address) || text_mentions(names.address, address);
}

bool ledger_forget(struct ledger *ledger, sv address)
{
    bool found = false;
    static const struct record nowhere;
    struct messages *messages = &ledger->messages;
    for (uint32_t i = messages->open.oldest; i != NO_MESSAGE; i = messages->slots[i].newer) {
        struct message *message = &messages->slots[i];
        uint64_t fingerprint = message_fingerprint(message);
        if (message->sender && sender_mentions(message->sender, address)) {
            sender_drop(&messages->senders, message->sender);
            message->sender = NULL;
            found = true;
        }
        size_t rest = 0;
        for (const struct pending *at = message->pending; at;
             at = pending_next(at) == message->pending ? NULL : pending_next(at))
            rest++;
        for (const struct pending *at = message->pending, *next; rest; rest--, at = next) {
            next = pending_next(at);
            struct record attempt = pending_attempt(at, &nowhere);
            if (!attempt_mentions(&attempt, address))
                continue;
            found = true;
            pendings_settle(&messages->pendings, fingerprint, &message->pending,
                            attempt.address_key);
        }
    }
    return found;
}
