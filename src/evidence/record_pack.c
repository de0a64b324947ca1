/* Packs an address record into bytes, and adds such bytes to what is known of another. Failures go
 * by the names of their categories, which later pattern files may order otherwise; times are
 * distances from the latest one, which makes most of them one byte. */
#include "bouncelog/base/pack.h"
#include "failures.h"

enum {
    PACKED_VERSION = 4,
    WITHOUT_FATE = 3,
    WITHOUT_TIER = 2,
    WITHOUT_REFUTED = 1,
    PACKED_LEAST = 1
};

enum message_flag { FLAG_AS_ORIGINAL = 1, FLAG_AT_ONCE = 2 };
/* Older versions take both for the first one, and hold it against nobody. */
enum reply_flag { FLAG_NEVER_RCPT = 1, FLAG_FOR_ALL = 2 };

static void pack_facts(struct buf *out, const struct failure_facts *facts,
                       const struct taxonomy *taxonomy)
{
    uint64_t mta = taxonomy_mta_stored(taxonomy, facts->mta);
    unsigned reply =
        (facts->never_rcpt ? FLAG_NEVER_RCPT : 0U) | (facts->for_all ? FLAG_FOR_ALL : 0U);
    const unsigned numbers[] = {(unsigned)mta, facts->outcome, facts->severity,
                                facts->origin, facts->stage,   facts->local,
                                reply};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        pack_unsigned(out, numbers[i]);
    pack_text(out, taxonomy_category_name(taxonomy, facts->cause));
    if (mta == MTA_STORED_NAMED)
        pack_text(out, taxonomy_mta_name(taxonomy, facts->mta));
}

static uint8_t small(struct unpack *in, unsigned limit)
{
    uint64_t number = unpack_unsigned(in);
    return number < limit ? (uint8_t)number : 0;
}

static struct failure_facts unpack_facts(struct unpack *in, const struct taxonomy *taxonomy)
{
    struct failure_facts facts = {0};
    uint64_t mta = small(in, MTA_STORED_NAMED + 1);
    facts.outcome = small(in, OUTCOME_COUNT);
    facts.severity = small(in, SEVERITY_COUNT);
    facts.origin = small(in, ORIGIN_COUNT);
    facts.stage = small(in, STAGE_COUNT);
    facts.local = unpack_unsigned(in) != 0;
    uint64_t reply = unpack_unsigned(in);
    facts.never_rcpt = reply & FLAG_NEVER_RCPT;
    facts.for_all = reply & FLAG_FOR_ALL;
    facts.cause = taxonomy_category(taxonomy, unpack_text(in));
    facts.mta =
        taxonomy_mta_of_stored(taxonomy, mta, mta == MTA_STORED_NAMED ? unpack_text(in) : SV_EMPTY);
    return facts;
}

static void pack_failure(struct buf *out, const struct failure *failure,
                         const struct taxonomy *taxonomy)
{
    pack_unsigned(out, failure->message_count);
    for (size_t i = 0; i < failure->message_count; i++) {
        const struct failed_message *message = failure_message(failure, i);
        pack_hash(out, message->message);
        pack_number(out, message->time - failure->last_seen);
        pack_unsigned(out, message->earlier);
        pack_unsigned(out, (message->as_original ? FLAG_AS_ORIGINAL : 0u) |
                               (message->at_once ? FLAG_AT_ONCE : 0u));
        pack_unsigned(out, message->original != 0);
        if (message->original)
            pack_hash(out, message->original);
    }
    pack_unsigned(out, failure->day_count);
    for (size_t i = 0; i < failure->day_count; i++)
        pack_number(out, failure_day(failure, i) - failure->last_seen);
    pack_number(out, failure->forgotten);
    pack_number(out, failure->line);
    pack_number(out, failure->code);
    pack_facts(out, &failure->facts, taxonomy);
    for (int i = 0; i < FAILURE_TEXTS; i++)
        pack_text(out, failure_text(failure, (enum failure_text)i));
}

static void pack_failures(struct buf *out, const struct failure *failures,
                          const struct taxonomy *taxonomy)
{
    size_t count = 0;
    for (const struct failure *at = failures; at; at = at->next)
        count++;
    pack_unsigned(out, count);
    for (const struct failure *at = failures; at; at = at->next) {
        pack_text(out, taxonomy->categories[at->category].name);
        pack_number(out, at->last_seen);
        pack_failure(out, at, taxonomy);
    }
}

void address_record_pack(struct buf *out, const struct address_record *record,
                         const struct taxonomy *taxonomy)
{
    pack_unsigned(out, PACKED_VERSION);
    pack_number(out, record->delivered_at);
    pack_number(out, record->listing.since);
    pack_number(out, record->listing.last_failure);
    pack_number(out, record->listing.cleared_at);
    pack_number(out, record->listing.excused);
    pack_unsigned(out, record->listing.tier);
    pack_unsigned(out, (uint64_t)record->listing.fate << 1 | record->listing.probed);
    pack_unsigned(out, record->listing.rule != 0);
    if (record->listing.rule)
        pack_hash(out, record->listing.rule);
    pack_failures(out, record->failures, taxonomy);
    pack_failures(out, record->refuted, taxonomy);
}

/* What is read: into which failures of a record; the category may be none any more. */
struct target {
    struct failure **failures;
    struct failure *failure;
    uint8_t category;
};

static void unpack_message(struct unpack *in, int64_t last_seen, struct target *target)
{
    struct failed_message message = {.message = unpack_hash(in)};
    message.time = last_seen + unpack_finite(in);
    message.earlier = (uint32_t)unpack_unsigned(in);
    uint64_t flags = unpack_unsigned(in);
    message.as_original = flags & FLAG_AS_ORIGINAL;
    message.at_once = flags & FLAG_AT_ONCE;
    if (unpack_unsigned(in))
        message.original = unpack_hash(in);
    if (in->failed || target->category == CATEGORY_NONE)
        return;
    if (!target->failure)
        target->failure = failure_of(target->failures, target->category);
    failure_add_message(target->failure, &message);
}

static void unpack_failure(struct unpack *in, struct target *target, uint64_t version,
                           const struct taxonomy *taxonomy)
{
    sv texts[FAILURE_TEXTS] = {{0}};
    int text_count = version > WITHOUT_REFUTED ? FAILURE_TEXTS : FAILURE_NETWORK;
    int64_t last_seen = unpack_finite(in);
    size_t messages = unpack_count(in, PACKED_LEAST);
    for (size_t i = 0; i < messages && !in->failed; i++)
        unpack_message(in, last_seen, target);
    size_t days = unpack_count(in, PACKED_LEAST);
    for (size_t i = 0; i < days && !in->failed; i++) {
        int64_t time = last_seen + unpack_finite(in);
        if (target->failure)
            failure_add_day(target->failure, time);
    }
    int64_t forgotten = unpack_finite(in), line = unpack_finite(in);
    int16_t code = (int16_t)unpack_finite(in);
    struct failure_facts facts = unpack_facts(in, taxonomy);
    for (int i = 0; i < text_count; i++)
        texts[i] = unpack_text(in);
    struct failure *failure = target->failure;
    if (!failure)
        return;
    failure->forgotten += forgotten;
    if (!failure_takes(failure, last_seen, texts[FAILURE_HOST], texts[FAILURE_FILE], line))
        return;
    failure->last_seen = last_seen;
    failure->line = line;
    failure->code = code;
    failure->facts = facts;
    failure_set_texts(failure, texts);
}

static void unpack_failures(struct unpack *in, struct failure **failures, uint64_t version,
                            const struct taxonomy *taxonomy)
{
    size_t count = unpack_count(in, PACKED_LEAST);
    for (size_t i = 0; i < count && !in->failed; i++) {
        struct target target = {failures, NULL, taxonomy_category(taxonomy, unpack_text(in))};
        unpack_failure(in, &target, version, taxonomy);
    }
}

/* Of two states of one address the older listing counts. */
static void unpack_fate(struct unpack *in, struct listing *listing, bool counts)
{
    uint64_t fate = unpack_unsigned(in);
    uint64_t rule = unpack_unsigned(in) ? unpack_hash(in) : 0;
    if (!counts)
        return;
    listing->fate = fate >> 1 < FATES ? (enum fate)(fate >> 1) : FATE_UNTESTED;
    listing->probed = fate & 1;
    listing->rule = rule;
}

int address_record_unpack(struct address_record *record, sv bytes, const struct taxonomy *taxonomy)
{
    struct unpack in = unpack_of(bytes);
    uint64_t version = unpack_unsigned(&in);
    if (version < WITHOUT_REFUTED || version > PACKED_VERSION)
        return -1;
    int64_t delivered_at = unpack_finite(&in), listed_at = unpack_finite(&in);
    int64_t listed_for = unpack_finite(&in), cleared_at = unpack_finite(&in);
    int64_t excused = version > WITHOUT_REFUTED ? unpack_finite(&in) : 0;
    enum tier tier = version > WITHOUT_TIER ? (enum tier)small(&in, TIER_COUNT) : TIER_NONE;
    if (version > WITHOUT_FATE)
        unpack_fate(&in, &record->listing,
                    listed_at && (!record->listing.since || listed_at < record->listing.since));
    if (delivered_at && (!record->delivered_at || delivered_at > record->delivered_at))
        record->delivered_at = delivered_at;
    if (listed_at && (!record->listing.since || listed_at < record->listing.since))
        record->listing.since = listed_at;
    if (listed_at && (record->listing.tier == TIER_NONE || tier < record->listing.tier))
        record->listing.tier = tier;
    if (listed_for > record->listing.last_failure)
        record->listing.last_failure = listed_for;
    if (cleared_at > record->listing.cleared_at)
        record->listing.cleared_at = cleared_at;
    if (excused > record->listing.excused)
        record->listing.excused = excused;
    unpack_failures(&in, &record->failures, version, taxonomy);
    if (version > WITHOUT_REFUTED)
        unpack_failures(&in, &record->refuted, version, taxonomy);
    if (in.failed || in.rest.len)
        return -1;
    address_record_settle(record);
    return 0;
}

/* --- a glance */

static void glance_message(struct unpack *in, struct failed_message *message)
{
    (void)unpack_hash(in);
    message->time = unpack_finite(in);
    message->earlier = (uint32_t)unpack_unsigned(in);
    (void)unpack_unsigned(in);
    message->original = unpack_unsigned(in) ? unpack_hash(in) : 0;
}

static void glance_failure(struct unpack *in, struct address_glance *glance, uint64_t version,
                           const struct taxonomy *taxonomy)
{
    bool counts = taxonomy_category(taxonomy, unpack_text(in)) != CATEGORY_NONE;
    int text_count = version > WITHOUT_REFUTED ? FAILURE_TEXTS : FAILURE_NETWORK;
    int64_t last_seen = unpack_finite(in), first = last_seen;
    size_t messages = unpack_count(in, PACKED_LEAST);
    for (size_t i = 0; i < messages && !in->failed; i++) {
        struct failed_message message;
        glance_message(in, &message);
        int64_t time = last_seen + message.time - message.earlier;
        first = time < first ? time : first;
        glance->waits = glance->waits || (counts && message.original);
    }
    size_t days = unpack_count(in, PACKED_LEAST);
    for (size_t i = 0; i < days && !in->failed; i++) {
        int64_t time = last_seen + unpack_finite(in);
        first = time < first ? time : first;
    }
    for (int i = 0; i < 3; i++) /* forgotten, line, code */
        (void)unpack_finite(in);
    struct failure_facts facts = unpack_facts(in, taxonomy);
    for (int i = 0; i < text_count; i++)
        (void)unpack_text(in);
    if (!counts || !messages)
        return;
    glance->came_back = glance->came_back || facts.outcome == OUTCOME_BOUNCED_LATER;
    glance->first = first < glance->first ? first : glance->first;
    glance->latest = last_seen > glance->latest ? last_seen : glance->latest;
}

int address_record_glance(struct address_glance *glance, sv bytes, const struct taxonomy *taxonomy)
{
    struct unpack in = unpack_of(bytes);
    struct listing listing = {0};
    uint64_t version = unpack_unsigned(&in);
    *glance = (struct address_glance){.first = INT64_MAX, .latest = INT64_MIN};
    if (version < WITHOUT_REFUTED || version > PACKED_VERSION)
        return -1;
    for (int i = version > WITHOUT_REFUTED ? 5 : 4; i > 0; i--)
        (void)unpack_finite(&in); /* times */
    if (version > WITHOUT_TIER)
        (void)unpack_unsigned(&in);
    if (version > WITHOUT_FATE)
        unpack_fate(&in, &listing, false);
    size_t count = unpack_count(&in, PACKED_LEAST);
    for (size_t i = 0; i < count && !in.failed; i++)
        glance_failure(&in, glance, version, taxonomy);
    return in.failed ? -1 : 0;
}
