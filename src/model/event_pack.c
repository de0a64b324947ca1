/* Texts repeat from event to event, and are written in full each time: whoever keeps events
 * compresses them (archive/events.c), which finds more than a table of texts would.
 */
#include "bouncelog/model/event_pack.h"

#include <string.h>

#include "bouncelog/base/text.h"

enum flag {
    SENDER_KNOWN = 1,
    HAS_SENDER = 2,
    NOTIFICATION = 4,
    STOPPED = 8,
    STRANGE = 16,
    HAS_DELAY = 32
};

static unsigned flags_of(const struct event *event)
{
    const struct record *a = &event->attempt;
    return (event->sender_known ? SENDER_KNOWN : 0U) | (a->has_sender ? HAS_SENDER : 0U) |
           (event->notification ? NOTIFICATION : 0U) | (event->stopped ? STOPPED : 0U) |
           (event->strange ? STRANGE : 0U) | (a->delay_s >= 0 ? HAS_DELAY : 0U);
}

/* What an event shows as text, in the order of the bytes. */
enum { TEXTS = 13 };
static void find_texts(struct event *event, sv *texts[TEXTS])
{
    struct record *a = &event->attempt;
    sv *all[] = {&a->host,     &a->queue_id,     &event->sender, &a->sender,         &a->recipient,
                 &a->original, &a->relay.host,   &a->relay.ip,   &a->reply.enhanced, &a->reply.text,
                 &a->dsn,      &a->verdict.rule, &a->provider};
    _Static_assert(sizeof all / sizeof *all == TEXTS, "all of them");
    memcpy(texts, all, sizeof all);
}

/* Of small numbers, those that their enums bound. */
enum { SMALLS = 8 };
static const unsigned bounds[SMALLS] = {OUTCOME_COUNT + 1, SEVERITY_COUNT,  STAGE_COUNT,
                                        ORIGIN_COUNT + 1,  BASIS_COUNT + 1, ACTION_COUNT,
                                        PROOF_COUNT,       UINT16_MAX + 1};

void event_pack(struct buf *out, const struct event *event, const struct taxonomy *taxonomy)
{
    struct event copy = *event;
    const struct record *a = &event->attempt;
    const unsigned smalls[SMALLS] = {
        a->outcome,       a->severity,   a->said.stage, a->said.origin,
        a->verdict.basis, event->action, event->proof,  (unsigned)a->relay.port};
    sv *texts[TEXTS];
    pack_unsigned(out, flags_of(event));
    pack_number(out, a->time);
    for (size_t i = 0; i < SMALLS; i++)
        pack_unsigned(out, smalls[i] < bounds[i] ? smalls[i] : 0);
    pack_number(out, a->reply.code);
    if (!a->has_sender)
        copy.attempt.sender = SV_EMPTY;
    find_texts(&copy, texts);
    for (size_t i = 0; i < TEXTS; i++)
        pack_text(out, *texts[i]);
    pack_text(out, taxonomy_mta_name(taxonomy, a->mta));
    pack_text(out, taxonomy_category_name(taxonomy, a->verdict.category));
    pack_text(out, taxonomy_category_name(taxonomy, event->cause));
    if (a->delay_s >= 0) {
        uint64_t bits;
        memcpy(&bits, &a->delay_s, sizeof bits);
        pack_hash(out, bits);
    }
    pack_text(out, event->file);
    pack_number(out, a->line);
}

static double unpack_delay(struct unpack *in)
{
    uint64_t bits = unpack_hash(in);
    double seconds;
    memcpy(&seconds, &bits, sizeof seconds);
    return seconds >= 0 && seconds < 1e12 ? seconds : -1; /* neither is what is no number */
}

static void unpack_smalls(struct unpack *in, struct event *event)
{
    struct record *a = &event->attempt;
    unsigned smalls[SMALLS];
    for (size_t i = 0; i < SMALLS; i++) {
        uint64_t number = unpack_unsigned(in);
        in->failed = in->failed || number >= bounds[i];
        smalls[i] = in->failed ? 0 : (unsigned)number;
    }
    a->outcome = (enum outcome)smalls[0];
    a->severity = (enum severity)smalls[1];
    a->said.stage = (enum stage)smalls[2];
    a->said.origin = (enum origin)smalls[3];
    a->verdict.basis = (enum basis)smalls[4];
    event->action = (enum action)smalls[5];
    event->proof = (enum proof)smalls[6];
    a->relay.port = (int)smalls[7];
}

/* A local user has no domain. */
static uint64_t domain_key_of(sv address)
{
    return sv_find_byte(address, '@') == SV_NPOS ? 0 : hash_nocase(sv_after_last(address, '@'));
}

void event_unpack(struct unpack *in, struct event *event, const struct taxonomy *taxonomy)
{
    struct record *a = &event->attempt;
    sv *texts[TEXTS];
    *event = (struct event){.attempt = {.kind = RECORD_ATTEMPT}};
    uint64_t flags = unpack_unsigned(in);
    a->time = unpack_finite(in);
    unpack_smalls(in, event);
    a->reply.code = (int)unpack_finite(in);
    find_texts(event, texts);
    for (size_t i = 0; i < TEXTS; i++)
        *texts[i] = unpack_text(in);
    a->mta = taxonomy_mta(taxonomy, unpack_text(in));
    a->verdict.category = taxonomy_category(taxonomy, unpack_text(in));
    event->cause = taxonomy_category(taxonomy, unpack_text(in));
    event->sender_known = flags & SENDER_KNOWN;
    a->has_sender = flags & HAS_SENDER;
    event->notification = flags & NOTIFICATION;
    event->stopped = flags & STOPPED;
    event->strange = flags & STRANGE;
    a->delay_s = flags & HAS_DELAY ? unpack_delay(in) : -1;
    event->file = unpack_text(in);
    a->line = unpack_finite(in);
    a->domain_key = domain_key_of(a->recipient);
    event->sender_domain_key = domain_key_of(event->sender);
}

bool event_forget(struct event *event, sv address, bool *changed)
{
    struct record *a = &event->attempt;
    *changed = text_mentions(a->recipient, address) || text_mentions(a->original, address);
    if (*changed)
        return false;
    if (text_mentions(event->sender, address) || text_mentions(a->sender, address)) {
        event->sender = a->sender = SV_EMPTY;
        event->sender_known = a->has_sender = false;
        *changed = true;
    }
    if (text_mentions(a->reply.text, address)) {
        a->reply.text = SV_EMPTY;
        *changed = true;
    }
    return true;
}
