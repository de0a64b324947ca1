/* A suspect as bytes: its charges by the names of their categories, times as distances from the
 * latest one, which makes most of them one byte. */
#include "bouncelog/base/pack.h"
#include "charges.h"

enum { PACKED_VERSION = 1, PACKED_LEAST = 1 };

enum message_flag { FLAG_AS_ORIGINAL = 1, FLAG_AT_ONCE = 2 };

static void pack_facts(struct buf *out, const struct charge_facts *facts,
                       const struct taxonomy *taxonomy)
{
    const unsigned numbers[] = {facts->mta,   facts->outcome, facts->severity,  facts->origin,
                                facts->stage, facts->local,   facts->never_rcpt};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        pack_unsigned(out, numbers[i]);
    pack_text(out, taxonomy_category_name(taxonomy, facts->cause));
}

static uint8_t small(struct unpack *in, unsigned limit)
{
    uint64_t number = unpack_unsigned(in);
    return number < limit ? (uint8_t)number : 0;
}

static struct charge_facts unpack_facts(struct unpack *in, const struct taxonomy *taxonomy)
{
    struct charge_facts facts = {.mta = small(in, MTA_COUNT)};
    facts.outcome = small(in, OUTCOME_COUNT);
    facts.severity = small(in, SEVERITY_COUNT);
    facts.origin = small(in, ORIGIN_COUNT);
    facts.stage = small(in, STAGE_COUNT);
    facts.local = unpack_unsigned(in) != 0;
    facts.never_rcpt = unpack_unsigned(in) != 0;
    facts.cause = taxonomy_category(taxonomy, unpack_text(in));
    return facts;
}

static void pack_charge(struct buf *out, const struct charge *charge,
                        const struct taxonomy *taxonomy)
{
    pack_unsigned(out, charge->message_count);
    for (size_t i = 0; i < charge->message_count; i++) {
        const struct charge_message *message = charge_message(charge, i);
        pack_hash(out, message->message);
        pack_number(out, message->time - charge->last_seen);
        pack_unsigned(out, message->earlier);
        pack_unsigned(out, (message->as_original ? FLAG_AS_ORIGINAL : 0u) |
                               (message->at_once ? FLAG_AT_ONCE : 0u));
        pack_unsigned(out, message->original != 0);
        if (message->original)
            pack_hash(out, message->original);
    }
    pack_unsigned(out, charge->day_count);
    for (size_t i = 0; i < charge->day_count; i++)
        pack_number(out, charge_day(charge, i) - charge->last_seen);
    pack_number(out, charge->forgotten);
    pack_number(out, charge->line);
    pack_number(out, charge->code);
    pack_facts(out, &charge->facts, taxonomy);
    for (int i = 0; i < CHARGE_TEXTS; i++)
        pack_text(out, charge_text(charge, (enum charge_text)i));
}

void suspect_pack(struct buf *out, const struct suspect *suspect, const struct taxonomy *taxonomy)
{
    size_t charges = 0;
    for (const struct charge *at = suspect->charges; at; at = at->next)
        charges++;
    pack_unsigned(out, PACKED_VERSION);
    pack_number(out, suspect->delivered_at);
    pack_number(out, suspect->listed_at);
    pack_number(out, suspect->listed_for);
    pack_number(out, suspect->cleared_at);
    pack_unsigned(out, charges);
    for (const struct charge *at = suspect->charges; at; at = at->next) {
        pack_text(out, taxonomy->categories[at->category].name);
        pack_number(out, at->last_seen);
        pack_charge(out, at, taxonomy);
    }
}

/* NULL as long as nothing of it counts. */
struct target {
    struct suspect *suspect;
    struct charge *charge;
    uint8_t category;
};

static bool counts(const struct target *target, int64_t time)
{
    return target->category != CATEGORY_NONE &&
           (!target->suspect->delivered_at || time > target->suspect->delivered_at);
}

static void unpack_message(struct unpack *in, int64_t last_seen, struct target *target)
{
    struct charge_message message = {.message = unpack_hash(in)};
    message.time = last_seen + unpack_finite(in);
    message.earlier = (uint32_t)unpack_unsigned(in);
    uint64_t flags = unpack_unsigned(in);
    message.as_original = flags & FLAG_AS_ORIGINAL;
    message.at_once = flags & FLAG_AT_ONCE;
    if (unpack_unsigned(in))
        message.original = unpack_hash(in);
    if (in->failed || !counts(target, message.time))
        return;
    if (!counts(target, charge_message_first(&message)))
        message.earlier = 0;
    if (!target->charge)
        target->charge = suspect_charge(target->suspect, target->category);
    charge_add_message(target->charge, &message);
}

static void unpack_charge(struct unpack *in, struct target *target, const struct taxonomy *taxonomy)
{
    sv texts[CHARGE_TEXTS];
    int64_t last_seen = unpack_finite(in);
    size_t messages = unpack_count(in, PACKED_LEAST);
    for (size_t i = 0; i < messages && !in->failed; i++)
        unpack_message(in, last_seen, target);
    size_t days = unpack_count(in, PACKED_LEAST);
    for (size_t i = 0; i < days && !in->failed; i++) {
        int64_t time = last_seen + unpack_finite(in);
        if (target->charge && counts(target, time))
            charge_add_day(target->charge, time);
    }
    int64_t forgotten = unpack_finite(in), line = unpack_finite(in);
    int16_t code = (int16_t)unpack_finite(in);
    struct charge_facts facts = unpack_facts(in, taxonomy);
    for (int i = 0; i < CHARGE_TEXTS; i++)
        texts[i] = unpack_text(in);
    struct charge *charge = target->charge;
    if (!charge)
        return;
    charge->forgotten += forgotten;
    if (!charge_takes(charge, last_seen, texts[CHARGE_HOST], texts[CHARGE_FILE], line))
        return;
    charge->last_seen = last_seen;
    charge->line = line;
    charge->code = code;
    charge->facts = facts;
    charge_set_texts(charge, texts);
}

int suspect_unpack(struct suspect *suspect, sv bytes, const struct taxonomy *taxonomy)
{
    struct unpack in = unpack_of(bytes);
    if (unpack_unsigned(&in) != PACKED_VERSION)
        return -1;
    int64_t delivered_at = unpack_finite(&in), listed_at = unpack_finite(&in);
    int64_t listed_for = unpack_finite(&in), cleared_at = unpack_finite(&in);
    if (delivered_at && (!suspect->delivered_at || delivered_at > suspect->delivered_at)) {
        suspect->delivered_at = delivered_at;
        suspect_forget_before(suspect, delivered_at + 1);
    }
    if (listed_at && (!suspect->listed_at || listed_at < suspect->listed_at))
        suspect->listed_at = listed_at;
    if (listed_for > suspect->listed_for)
        suspect->listed_for = listed_for;
    if (cleared_at > suspect->cleared_at)
        suspect->cleared_at = cleared_at;
    size_t charges = unpack_count(&in, PACKED_LEAST);
    for (size_t i = 0; i < charges && !in.failed; i++) {
        struct target target = {suspect, NULL, taxonomy_category(taxonomy, unpack_text(&in))};
        unpack_charge(&in, &target, taxonomy);
    }
    return in.failed || in.rest.len ? -1 : 0;
}
