/* Records failures and deliveries under each address. A delivery refutes what is older than it,
 * whichever of them is recorded first: so the order of reading does not matter. A failure that
 * names an original recipient is recorded under both addresses. */
#include "bouncelog/evidence/evidence.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/model/activity.h"
#include "bouncelog/model/operator.h"
#include "failures.h"

void evidence_init(struct evidence *evidence)
{
    *evidence = (struct evidence){0};
    map_init(&evidence->addresses, sizeof(struct address_record));
    map_init(&evidence->domains, sizeof(struct address_record));
}

static void release_map(struct map *map)
{
    for (size_t i = 0; i < map_count(map); i++)
        address_record_release(map_value_at(map, i));
    map_release(map);
}

void evidence_release(struct evidence *evidence)
{
    release_map(&evidence->addresses);
    release_map(&evidence->domains);
    fpset_release(&evidence->senders);
}

static void keep_latest(struct failure *failure, const struct event *event, sv key)
{
    const struct record *a = &event->attempt;
    bool other = !sv_eq_nocase(a->recipient, key);
    char network[OPERATOR_MAX];
    bool own = !a->provider.len && operator_is_own(a->relay.host, sv_after_last(a->recipient, '@'));
    sv texts[FAILURE_TEXTS] = {[FAILURE_ENHANCED] = a->reply.enhanced,
                               [FAILURE_REPLY] = a->reply.text,
                               [FAILURE_RULE] = a->verdict.rule,
                               [FAILURE_HOST] = a->host,
                               [FAILURE_QUEUE_ID] = a->queue_id,
                               [FAILURE_FILE] = event->file,
                               [FAILURE_FINAL] = other ? a->recipient : SV_EMPTY,
                               [FAILURE_ORIGINAL] = a->original,
                               [FAILURE_PROVIDER] = a->provider,
                               [FAILURE_RELAY] = relay_name(&a->relay),
                               [FAILURE_DSN] = a->dsn,
                               [FAILURE_NETWORK] =
                                   own ? operator_network(a->relay.ip, network) : SV_EMPTY};
    failure->facts = (struct failure_facts){.mta = a->mta,
                                            .outcome = (uint8_t)a->outcome,
                                            .severity = (uint8_t)a->severity,
                                            .origin = (uint8_t)a->said.origin,
                                            .stage = (uint8_t)a->said.stage,
                                            .cause = event->cause,
                                            .local = a->local,
                                            .never_rcpt = a->never_rcpt,
                                            .for_all = event->for_all};
    failure->last_seen = a->time;
    failure->code = (int16_t)a->reply.code;
    failure->line = a->line;
    failure_set_texts(failure, texts);
}

/* Of a message whose beginning was not seen, copies for others of an alias may have gone before: a
 * failure of this one speaks against nobody else. */
static bool may_mean_original(const struct event *event)
{
    return event->begun && event->attempt.original.len;
}

static bool past_knows(const struct evidence *evidence, uint64_t fingerprint)
{
    const struct fpset *known = evidence->past.known;
    int flags = known ? fpset_get(known, fingerprint) : FPSET_NEW;
    return flags != FPSET_NEW && (flags & EVIDENCE_KNOWN);
}

struct address_record *evidence_address(struct evidence *evidence, sv key)
{
    bool added;
    struct address_record *record = map_add(&evidence->addresses, key, &added);
    if (added && past_knows(evidence, hash_bytes(key)))
        evidence->past.recall(evidence->past.context, key, record);
    return record;
}

/* Is it worth its key to ask for it? */
static bool may_know(const struct evidence *evidence, uint64_t fingerprint)
{
    return map_has_hash(&evidence->addresses, fingerprint) || past_knows(evidence, fingerprint);
}

static struct address_record *get_address(struct evidence *evidence, sv spelling,
                                          uint64_t fingerprint)
{
    char bytes[MAILBOX_MAX];
    if (!may_know(evidence, fingerprint))
        return NULL;
    sv key = mailbox_key(spelling, bytes);
    if (key.len && past_knows(evidence, fingerprint))
        return evidence_address(evidence, key);
    return map_get(&evidence->addresses, key);
}

static void record_failure(struct address_record *record, sv key, const struct event *event,
                           bool as_original)
{
    const struct record *a = &event->attempt;
    struct failure *failure = failure_of(&record->failures, a->verdict.category);
    struct failed_message message = {.message = event->message,
                                     .time = a->time,
                                     .original =
                                         may_mean_original(event) ? hash_mailbox(a->original) : 0,
                                     .as_original = as_original,
                                     .at_once = event->action == ACTION_SUPPRESS};
    failure_add_message(failure, &message);
    failure_add_day(failure, a->time);
    if (failure_takes(failure, a->time, a->host, event->file, a->line))
        keep_latest(failure, event, key);
    address_record_settle(record);
    record->changed = true;
}

static void fail_address(struct evidence *evidence, sv spelling, const struct event *event,
                         bool as_original)
{
    char bytes[MAILBOX_MAX];
    sv key = mailbox_key(spelling, bytes);
    if (key.len) /* else it is too long to be one */
        record_failure(evidence_address(evidence, key), key, event, as_original);
}

static void fail_domain(struct evidence *evidence, const struct event *event)
{
    char bytes[MAILBOX_MAX];
    sv key = mailbox_domain_key(sv_after_last(event->attempt.recipient, '@'), bytes);
    if (key.len)
        record_failure(map_add(&evidence->domains, key, NULL), key, event, false);
}

static struct address_record *get_domain(const struct evidence *evidence, sv spelling,
                                         uint64_t fingerprint)
{
    char bytes[MAILBOX_MAX];
    return map_has_hash(&evidence->domains, fingerprint)
               ? map_get(&evidence->domains, mailbox_domain_key(spelling, bytes))
               : NULL;
}

static void record_delivery(struct address_record *record, int64_t time)
{
    if (!record || (record->delivered_at && time <= record->delivered_at))
        return;
    record->delivered_at = time;
    address_record_settle(record);
    record->changed = true;
}

void evidence_prefetch(const struct evidence *evidence, const struct record *record)
{
    map_prefetch_has(&evidence->addresses, record->address_key);
    if (evidence->past.known)
        fpset_prefetch(evidence->past.known, record->address_key);
}

/* Until the next ones have come, its place among the others is fetched. */
static void add_sender(struct evidence *evidence, uint64_t sender)
{
    uint64_t *later = &evidence->later[evidence->later_at++ % SENDERS_LATER];
    if (*later)
        fpset_add(&evidence->senders, *later, 0);
    *later = sender | 1; /* which no set of fingerprints looks at */
    fpset_prefetch(&evidence->senders, sender);
}

void evidence_settle_senders(struct evidence *evidence)
{
    for (size_t i = 0; i < SENDERS_LATER; i++) {
        if (evidence->later[i])
            fpset_add(&evidence->senders, evidence->later[i], 0);
        evidence->later[i] = 0;
    }
}

/* Whoever writes to us is no sender of ours: what counts is mail for a server of others, not for a
 * store, a filter or a host inside, nor what an alias of ours passes on. */
static bool leaves(const struct record *attempt)
{
    const struct relay *relay = &attempt->relay;
    return !attempt->local && !attempt->own_hop && !attempt->original.len &&
           (relay->host.len || relay->ip.len) && !operator_is_inside(relay->ip);
}

void evidence_record(struct evidence *evidence, const struct event *event, bool per_domain)
{
    const struct record *attempt = &event->attempt;
    if (event->sender_known && event->sender.len && leaves(attempt))
        add_sender(evidence, event->sender_key);
    if (event->waits)
        return;
    if (attempt->outcome == OUTCOME_DELIVERED) {
        record_delivery(get_address(evidence, attempt->recipient, attempt->address_key),
                        attempt->time);
        if (attempt->original.len)
            record_delivery(
                get_address(evidence, attempt->original, hash_mailbox(attempt->original)),
                attempt->time);
        if (map_count(&evidence->domains))
            record_delivery(
                get_domain(evidence, sv_after_last(attempt->recipient, '@'), attempt->domain_key),
                attempt->time);
        return;
    }
    if (event->action != ACTION_SUPPRESS && event->action != ACTION_COUNT_TOWARD)
        return;
    fail_address(evidence, attempt->recipient, event, false);
    if (may_mean_original(event))
        fail_address(evidence, attempt->original, event, true);
    if (per_domain)
        fail_domain(evidence, event);
}

void evidence_take_back(struct evidence *evidence, const struct event *event)
{
    sv recipient = event->attempt.recipient;
    struct address_record *record = get_address(evidence, recipient, hash_mailbox(recipient));
    if (!record || !record->delivered_at ||
        date_step(record->delivered_at, DELIVERY_STEP) !=
            date_step(event->attempt.time, DELIVERY_STEP))
        return;
    record->delivered_at = 0;
    record->changed = true;
}

void evidence_recall(struct evidence *evidence, const struct event *event)
{
    const struct record *attempt = &event->attempt;
    (void)get_address(evidence, attempt->recipient, attempt->address_key);
    if (attempt->original.len)
        (void)get_address(evidence, attempt->original, hash_mailbox(attempt->original));
}

bool evidence_is_sender(const struct evidence *evidence, sv address)
{
    uint64_t sender = hash_mailbox(address);
    for (size_t i = 0; i < SENDERS_LATER; i++)
        if (evidence->later[i] && fpset_kept(evidence->later[i]) == fpset_kept(sender))
            return true;
    return fpset_get(&evidence->senders, sender) != FPSET_NEW;
}

void evidence_resolve_originals(struct evidence *evidence, const struct ledger *ledger)
{
    struct fpset open = {0};
    ledger_open_messages(ledger, &open);
    for (size_t i = 0; i < map_count(&evidence->addresses); i++)
        address_record_resolve_originals(map_value_at(&evidence->addresses, i), ledger, &open);
    fpset_release(&open);
}

void address_record_delivered_in(struct address_record *record, int64_t step)
{
    if (record->delivered_at && date_step(record->delivered_at, DELIVERY_STEP) >= step)
        return;
    record->delivered_at = step * DELIVERY_STEP;
    address_record_settle(record);
    record->changed = true;
}

int64_t address_record_latest(const struct address_record *record)
{
    int64_t time = INT64_MIN;
    for (const struct failure *at = record->failures; at; at = at->next)
        time = at->last_seen > time ? at->last_seen : time;
    return time;
}

bool address_record_came_back(const struct address_record *record)
{
    for (const struct failure *at = record->failures; at; at = at->next)
        if (at->facts.outcome == OUTCOME_BOUNCED_LATER)
            return true;
    return false;
}

bool address_record_may_lose(const struct address_record *record, int64_t step, int64_t latest)
{
    return late_may_come(step, latest) && address_record_came_back(record);
}

void evidence_take_deliveries(struct evidence *evidence, const struct fpset *recipients,
                              int64_t latest)
{
    for (size_t i = 0; i < map_count(&evidence->addresses); i++) {
        struct address_record *record = map_value_at(&evidence->addresses, i);
        if (!record->failures)
            continue;
        int64_t step = fpset_marked(recipients, hash_bytes(map_key_at(&evidence->addresses, i)));
        if (step != FPSET_UNMARKED && !address_record_may_lose(record, step, latest))
            address_record_delivered_in(record, step);
    }
}

struct address_record *evidence_domain_of(const struct evidence *evidence, sv name,
                                          enum activity_kind kind)
{
    return kind == ACTIVITY_DOMAIN || kind == ACTIVITY_OWN_DOMAIN
               ? map_get(&evidence->domains, name)
               : NULL;
}

void evidence_take_activity(struct address_record *domain, const struct hour_activity *hours,
                            size_t count)
{
    for (size_t i = count; i-- > 0;)
        if (hours[i].delivered) {
            int64_t time = (int64_t)hours[i].hour * ACTIVITY_SECONDS;
            address_record_delivered_in(domain, date_step(time, DELIVERY_STEP));
            return;
        }
}
