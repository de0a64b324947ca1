/* Joins the lines of one message by host and queue id. A line about the sender, a hand-over, a
 * delivery attempt or an end is applied to what is known of the message: attempts leave as
 * events with their sender, what was deferred waits for the words of an expiry, and an
 * acceptance whose reply names a queue id of ours is a way into another queue and no delivery.
 * How Postfix, Exim and sendmail write these lines stands in patterns/mta/. */
#include "bouncelog/ledger/ledger.h"

#include "aliases.h"
#include "bouncelog/base/bytes.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/model/operator.h"
#include "state.h"

enum { MESSAGES_MAX = 262144, RECENT_SETS = 32768, DIRECT_SETS = 4096, OWN_SETS = 1024 };

struct ledger *ledger_new(const struct ledger_options *options)
{
    struct ledger *ledger = mem_zero(1, sizeof *ledger);
    ledger->options = *options;
    messages_init(&ledger->messages, options->messages_max ? options->messages_max : MESSAGES_MAX);
    recent_ids_init(&ledger->recent, RECENT_SETS);
    recent_ids_init(&ledger->direct, DIRECT_SETS);
    recent_ids_init(&ledger->own, OWN_SETS);
    return ledger;
}

void ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    messages_release(&ledger->messages);
    recent_ids_release(&ledger->recent);
    recent_ids_release(&ledger->direct);
    recent_ids_release(&ledger->own);
    fpset_release(&ledger->several);
    fpset_release(&ledger->old_keys);
    arena_release(&ledger->texts);
    mem_free(ledger);
}

struct ledger_counts ledger_counts(const struct ledger *ledger)
{
    return (struct ledger_counts){ledger->unresolved_expiries, ledger->messages.evicted};
}

/* Of its recipients some have not been named yet: the input ends before they were tried. */
static bool names_are_missing(const struct message *message)
{
    size_t named = message->done;
    const struct pending *at = message->pending;
    while (at && named < message->expected) {
        named++;
        at = pending_next(at) == message->pending ? NULL : pending_next(at);
    }
    return !message->closed && named < message->expected;
}

bool ledger_expanded(const struct ledger *ledger, uint64_t message, uint64_t original)
{
    const struct messages *messages = &ledger->messages;
    uint64_t pair = hash_mix(message, original);
    if (fpset_get(&ledger->several, pair) != FPSET_NEW)
        return true;
    const struct expansion *known = (struct expansion *)chains_find(&messages->expansions, pair);
    /* What is deferred may be the copy that an alias keeps: it is told when that is decided. */
    return (known && names_are_missing(&messages->slots[known->slot])) ||
           pendings_have(&messages->pendings, message, original);
}

/* Of the message that has this queue id on the record's host. */
static uint64_t message_key(const struct record *record, uint64_t queue_key)
{
    return message_key_of(record->host_key, queue_key);
}

static struct message *find_message(struct ledger *ledger, const struct record *record)
{
    bool created;
    struct message *message =
        messages_get(&ledger->messages, record->message_key, record->time, &created);
    if (created && record->queue_id.len)
        recent_ids_add(&ledger->recent, record->queue_key, message->sequence);
    if (created)
        message->announced = record->kind != RECORD_ATTEMPT;
    return message;
}

static void emit(struct ledger *ledger, sv file, const struct message *message, struct event *event)
{
    const struct record *attempt = &event->attempt;
    event->file = file;
    event->message = message_fingerprint(message);
    event->message_id = messages_id(&ledger->messages, message);
    event->recipients = message->expected;
    event->begun = message->begun;
    event->sender_known = message->sender || attempt->has_sender;
    event->sender = attempt->sender;
    event->stream = attempt->stream;
    if (message->sender) {
        event->sender = sender_text(message->sender);
        event->stream = sender_names(message->sender);
        event->sender_key = message->sender->key;
        event->sender_domain_key = message->sender->domain_key;
    } else if (attempt->has_sender) {
        const struct sender *recent =
            senders_find(&ledger->messages.senders, attempt->sender, attempt->sender_hash);
        event->sender_domain_key = recent ? recent->domain_key : 0;
        event->sender_key =
            recent ? recent->key : hash_address(attempt->sender, &event->sender_domain_key);
    }
    if (!event->stream.address.len && event->sender.len)
        event->stream = (struct stream_names){event->sender, hash_bytes(event->sender), false};
    bool failed = outcome_is_failure(attempt->outcome);
    /* Of a message with the null sender that nobody was seen to hand in, we think that it is ours.
     */
    bool ours =
        message->notification || (event->sender_known && !event->sender.len && !message->submitted);
    event->notification = ours;
    event->suppressible = failed && !attempt->ambiguous && !ours;
    ledger->options.handler(ledger->options.context, event);
}

/* The queue id that an acceptance names is one of ours, and was given after this message's. */
static bool is_other_queue(const struct ledger *ledger, const struct message *message,
                           const struct record *attempt)
{
    uint32_t sequence;
    if (!attempt->forwarded_key || attempt->forwarded_key == attempt->queue_key ||
        !recent_ids_find(&ledger->recent, attempt->forwarded_key, &sequence))
        return false;
    return !message->announced || (int32_t)(sequence - message->sequence) > 0;
}

static bool is_loopback(sv host)
{
    return sv_starts(host, SV("127.")) || sv_eq(host, SV("::1")) ||
           sv_eq_nocase(host, SV("localhost"));
}

enum { PORT_OF_MX = 25 };

/* The length of the first label, if both names have the same; else SV_NPOS. */
static size_t same_label(sv a, sv b)
{
    for (size_t n = 0;; n++) {
        char x = n < a.len ? to_lower(a.ptr[n]) : '.', y = n < b.len ? to_lower(b.ptr[n]) : '.';
        if (x != y)
            return SV_NPOS;
        if (x == '.')
            return n;
    }
}

/* A log may name its host in short, but many hosts are called mx1: ours is the one that answers at
 * a private address, or not at the port of an MX. */
static bool is_same_host(const struct relay *relay, sv host)
{
    if (!host.len || is_digit(host.ptr[0]))
        return false;
    size_t label = same_label(relay->host, host);
    if (label == SV_NPOS)
        return false;
    if (sv_eq_nocase(relay->host, host))
        return true;
    return (label + 1 >= host.len || label + 1 >= relay->host.len) &&
           (operator_is_inside(relay->ip) || (relay->port && relay->port != PORT_OF_MX));
}

/* It went to our own host, which may have given it an id of ours that no line spoke of so far. One
 * that has it already is older than this message. */
static uint64_t awaited_message(const struct ledger *ledger, const struct record *attempt)
{
    const struct relay *relay = &attempt->relay;
    bool here =
        is_loopback(relay->ip.len ? relay->ip : relay->host) || is_same_host(relay, attempt->host);
    if (!here || !attempt->forwarded_key || attempt->forwarded_key == attempt->queue_key)
        return 0;
    uint64_t key = message_key(attempt, attempt->forwarded_key);
    return messages_find(&ledger->messages, key) ? 0 : key;
}

/* amavis on our own host says what the MTA behind it answered. Its queue id may be in no log that
 * is read, or come only later (`grep status=`). */
static bool is_passed_on(const struct record *attempt)
{
    bool here = is_loopback(attempt->relay.ip.len ? attempt->relay.ip : attempt->relay.host);
    return here && attempt->forwarded_key && sv_starts(attempt->reply.text, SV("from MTA("));
}

static bool is_filter(const struct ledger *ledger, const struct record *attempt)
{
    for (size_t i = 0; i < ledger->options.filter_count; i++)
        if (sv_eq_nocase(ledger->options.filters[i], attempt->transport) ||
            sv_eq_nocase(ledger->options.filters[i], attempt->relay.host))
            return true;
    return false;
}

/* How often it was tried in vain before. Logs are not always read in order. */
static void note_waiting(struct event *event, const struct pending *pending)
{
    int64_t time = event->attempt.time;
    struct waiting waiting = pending_waiting(pending);
    if (!waiting.deferrals)
        return;
    event->deferrals = waiting.deferrals;
    event->carried = waiting.carried;
    event->deferred_at = waiting.last;
    event->waited_s = time > waiting.since ? time - waiting.since : 0;
}

/* An expiry has the words of the deferral that it ends. */
static struct event expiry_of(const struct record *expiry, const struct pending *pending,
                              sv original)
{
    struct event event = {.attempt = pending_attempt(pending, expiry)};
    struct record *attempt = &event.attempt;
    event.cause = attempt->verdict.category;
    attempt->outcome = OUTCOME_EXPIRED;
    attempt->time = expiry->time;
    attempt->line = expiry->line;
    if (original.len)
        attempt->original = original;
    if (!attempt->stream.address.len)
        attempt->stream = expiry->stream;
    note_waiting(&event, pending);
    return event;
}

void ledger_withdraw(struct ledger *ledger, sv file, const struct message *message,
                     const struct pending *pending, const struct record *record)
{
    struct event event = {.attempt = pending_attempt(pending, record), .cause = CATEGORY_NONE};
    event.attempt.time = record->time;
    event.attempt.line = record->line;
    event.withdrawn = true;
    note_waiting(&event, pending);
    if (event.deferrals)
        emit(ledger, file, message, &event);
}

static void apply_final(struct ledger *ledger, struct message *message)
{
    if (message->done < UINT16_MAX)
        message->done++;
    if (message->frees_itself && message->expected && message->done >= message->expected &&
        !message->pending && !message->closed)
        messages_close(&ledger->messages, message);
}

/* What was not tried waits as well: the words of an expiry may be its own. */
static void apply_deferral(struct ledger *ledger, struct message *message,
                           const struct record *record)
{
    struct chains *pendings = &ledger->messages.pendings;
    if (record->skipped)
        pendings_skip(pendings, message_fingerprint(message), &message->pending, record);
    else
        pendings_defer(pendings, message_fingerprint(message), &message->pending, record);
    if (message->closed) /* an alias has more recipients than sendmail counted */
        messages_reopen(&ledger->messages, message);
}

static void apply_skipped(struct ledger *ledger, sv file, const struct record *record)
{
    struct message *message = find_message(ledger, record);
    aliases_expansion(ledger, file, message, record);
    apply_deferral(ledger, message, record);
}

static void apply_attempt(struct ledger *ledger, sv file, const struct record *record)
{
    struct message *message = find_message(ledger, record);
    struct event event;
    bytes_copy(&event.attempt, record, sizeof *record);
    bytes_zero((char *)&event + sizeof event.attempt, sizeof event - sizeof event.attempt);
    event.cause = CATEGORY_NONE;
    enum outcome *outcome = &event.attempt.outcome;
    struct chains *pendings = &ledger->messages.pendings;
    aliases_expansion(ledger, file, message, record);
    if (*outcome == OUTCOME_DELIVERED && (is_other_queue(ledger, message, record) ||
                                          is_passed_on(record) || is_filter(ledger, record)))
        *outcome = OUTCOME_HANDED_OVER;
    aliases_forwarding(ledger, message, record, *outcome);
    const struct pending *pending = pendings_find(pendings, message_fingerprint(message),
                                                  message->pending, record->address_key);
    if (pending && *outcome == OUTCOME_EXPIRED)
        event = expiry_of(record, pending, record->original);
    else if (pending)
        note_waiting(&event, pending);
    if (*outcome == OUTCOME_DELIVERED)
        event.awaited = awaited_message(ledger, record);
    if (*outcome == OUTCOME_DEFERRED)
        apply_deferral(ledger, message, record);
    emit(ledger, file, message, &event);
    if (record->outcome == OUTCOME_DEFERRED || record->outcome == OUTCOME_REFUSED)
        return;
    pendings_settle(pendings, message_fingerprint(message), &message->pending, record->address_key);
    apply_final(ledger, message);
}

static void set_sender(struct ledger *ledger, struct message *message, const struct record *record)
{
    struct said_sender said = {record->sender, record->sender_hash, record->stream};
    messages_set_sender(&ledger->messages, message, &said);
}

static void apply_sender(struct ledger *ledger, const struct record *record)
{
    struct message *message = find_message(ledger, record);
    message->announced = true;
    message->notification = message->notification || record->notification;
    message->submitted = message->submitted || record->arrival;
    message->begun = message->begun || record->arrival || record->notification;
    message->frees_itself = record->frees_itself;
    if (record->recipients_expected)
        message->expected =
            record->recipients_expected < UINT16_MAX ? (uint16_t)record->recipients_expected : 0;
    if (record->sender.len || record->null_sender)
        set_sender(ledger, message, record);
    if (record->message_id)
        messages_set_id(&ledger->messages, message, record->message_id);
}

static void apply_queued(struct ledger *ledger, const struct record *record)
{
    struct message *message = find_message(ledger, record);
    message->begun = true;
    message->submitted = message->submitted || record->arrival;
    if (record->message_id)
        messages_set_id(&ledger->messages, message, record->message_id);
}

static void apply_expired(struct ledger *ledger, sv file, const struct record *record)
{
    struct message *message = find_message(ledger, record);
    if (!message->pending && !message->gave_up)
        ledger->unresolved_expiries++;
    message->gave_up = true;
    if (!message->sender && record->sender.len)
        set_sender(ledger, message, record);
    while (message->pending) {
        struct event event = expiry_of(record, message->pending, SV_EMPTY);
        if (!event.attempt.original.len)
            aliases_direct(ledger, message, event.attempt.address_key);
        emit(ledger, file, message, &event);
        pendings_settle(&ledger->messages.pendings, message_fingerprint(message), &message->pending,
                        event.attempt.address_key);
    }
}

/* Whoever still waits was taken out of the queue by hand. */
static void apply_removed(struct ledger *ledger, sv file, const struct record *record)
{
    struct message *message = find_message(ledger, record);
    const struct pending *first = message->pending, *at = first;
    for (; at; at = pending_next(at) == first ? NULL : pending_next(at))
        ledger_withdraw(ledger, file, message, at, record);
    messages_remove(&ledger->messages, message);
}

void ledger_fingerprint(struct record *record)
{
    if (!record->host_key)
        record->host_key = hash_bytes(record->host);
    record->queue_key = hash_id(record->queue_id);
    record->message_key = message_key(record, record->queue_key);
    record->sender_hash = record->sender.len ? hash_bytes(record->sender) : 0;
    if (record->kind != RECORD_ATTEMPT)
        return;
    record->address_key = hash_address(record->recipient, &record->domain_key);
    record->forwarded_key = record->forwarded_id.len ? hash_id(record->forwarded_id) : 0;
}

void ledger_prefetch(const struct ledger *ledger, const struct record *record)
{
    messages_prefetch(&ledger->messages, record->message_key);
    if (record->kind != RECORD_ATTEMPT) {
        recent_ids_prefetch(&ledger->recent, record->queue_key);
        return;
    }
    aliases_prefetch(ledger, record);
    if (record->forwarded_key)
        recent_ids_prefetch(&ledger->recent, record->forwarded_key);
}

void ledger_prefetch_more(const struct ledger *ledger, const struct record *record)
{
    messages_prefetch_more(&ledger->messages, record->message_key);
}

/* The key of a message that is known from 1.0.0 and still open; 0: there is none. */
static uint64_t find_old_key(const struct ledger *ledger, const struct record *record)
{
    uint64_t key = message_key(record, hash_id_before(record->queue_id));
    return fpset_get(&ledger->old_keys, key) != FPSET_NEW && messages_find(&ledger->messages, key)
               ? key
               : 0;
}

void ledger_apply(struct ledger *ledger, sv file, const struct record *record)
{
    struct record fingerprinted;
    if (!record->message_key) {
        fingerprinted = *record;
        ledger_fingerprint(&fingerprinted);
        record = &fingerprinted;
    }
    uint64_t old = ledger->old_keys.count ? find_old_key(ledger, record) : 0;
    if (old) {
        fingerprinted = *record;
        fingerprinted.message_key = old;
        record = &fingerprinted;
    }
    switch (record->kind) {
    case RECORD_ATTEMPT:
        if (record->skipped)
            apply_skipped(ledger, file, record);
        else
            apply_attempt(ledger, file, record);
        break;
    case RECORD_SENDER:
        apply_sender(ledger, record);
        break;
    case RECORD_QUEUED:
        apply_queued(ledger, record);
        break;
    case RECORD_EXPIRED:
        apply_expired(ledger, file, record);
        break;
    case RECORD_REMOVED:
        apply_removed(ledger, file, record);
        break;
    }
}
