/* A period as bytes, all but its destinations (pack_destinations.c). They begin with their version;
 * the numbers behind it are packed as pack.h says, tables as their size and their rows.
 * Categories go by name, so that a new pattern file cannot give old numbers another meaning. */
#include "pack.h"

#include "bouncelog/base/date.h"
#include "merge.h"

enum {
    VERSION = 5,
    WITHOUT_RETRIES = 1,
    WITHOUT_STEPS = 2,
    WITHOUT_MESSAGES = 3, /* ...and without sightings */
    WITHOUT_CELLS = 4,    /* ...and without notices */
    OUTCOMES_OF_LINES = OUTCOME_REFUSED + 1,
    HASH_BYTES = 8
};

void pack_map(struct buf *out, const struct map *map, pack_value *pack)
{
    pack_unsigned(out, map_count(map));
    for (size_t i = 0; i < map_count(map); i++) {
        pack_text(out, map_key_at(map, i));
        pack(out, map_value_at(map, i));
    }
}

void unpack_map(struct unpack *in, struct map *map, unpack_value *unpack)
{
    size_t count = unpack_count(in, LEAST_ROW);
    for (size_t i = 0; i < count && !in->failed; i++) {
        sv name = unpack_text(in);
        unpack(in, tally_name(map, name));
    }
}

static void pack_int(struct buf *out, const void *value)
{
    pack_number(out, *(const int64_t *)value);
}

static void unpack_int(struct unpack *in, void *value)
{
    *(int64_t *)value = unpack_finite(in);
}

void pack_outcomes(struct buf *out, const void *value)
{
    const struct outcomes *outcomes = value;
    pack_number(out, outcomes->count);
    pack_number(out, outcomes->delivered);
    pack_number(out, outcomes->deferred);
    pack_number(out, outcomes->bounced);
    pack_number(out, outcomes->expired);
}

void unpack_outcomes(struct unpack *in, void *value)
{
    struct outcomes *outcomes = value;
    outcomes->count = unpack_finite(in);
    outcomes->delivered = unpack_finite(in);
    outcomes->deferred = unpack_finite(in);
    outcomes->bounced = unpack_finite(in);
    outcomes->expired = unpack_finite(in);
}

static void pack_fingerprint(void *context, uint64_t fingerprint, unsigned flags)
{
    pack_hash(context, fingerprint | flags); /* the low bits of one are flags anyhow */
}

static void pack_set(struct buf *out, const struct fpset *set)
{
    pack_unsigned(out, set->count);
    buf_reserve(out, set->count * HASH_BYTES);
    fpset_each(set, pack_fingerprint, out);
}

static void unpack_set(struct unpack *in, struct fpset *set)
{
    size_t count = unpack_count(in, HASH_BYTES);
    fpset_reserve(set, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = unpack_hash(in);
        fpset_add(set, hash, hash & ((1u << FPSET_FLAG_BITS) - 1));
    }
}

static void pack_samples(struct buf *out, const struct samples *samples)
{
    pack_number(out, samples->count);
    pack_unsigned(out, samples->kept);
    for (size_t i = 0; i < samples->kept; i++) {
        const struct sample *sample = &samples->list[i];
        pack_text(out, sample->file);
        pack_number(out, sample->line);
        pack_text(out, sv_make(sample->text, sample->len));
    }
}

static size_t unpack_sample_text(struct unpack *in, char *to)
{
    sv text = sv_sub(unpack_text(in), 0, SAMPLE_BYTES);
    *sv_put(to, text) = 0;
    return text.len;
}

static void unpack_samples(struct unpack *in, struct samples *samples, struct arena *texts)
{
    samples->count = unpack_finite(in);
    size_t count = unpack_count(in, LEAST_ROW);
    for (size_t i = 0; i < count && i < SAMPLES_MAX; i++) {
        struct sample *sample = &samples->list[i];
        sample->file = arena_copy(texts, unpack_text(in));
        sample->line = unpack_finite(in);
        sample->len = unpack_sample_text(in, sample->text);
        samples->kept = i + 1;
    }
}

static void pack_category(struct buf *out, struct category_tally *counts)
{
    pack_number(out, counts->count);
    pack_number(out, counts->transient);
    pack_number(out, counts->permanent);
    pack_set(out, &counts->addresses);
    pack_number(out, counts->sample_time);
    pack_number(out, counts->sample_code);
    pack_text(out, sv_from(counts->sample_enhanced));
    pack_text(out, sv_make(counts->sample_text, counts->sample_len));
    pack_sighting(out, &counts->seen);
}

/* Before there were sightings, a sample was the earliest of its day. */
static void unpack_seen(struct unpack *in, struct sighting *seen, int64_t sample_time,
                        uint64_t version)
{
    if (version > WITHOUT_MESSAGES)
        unpack_sighting(in, seen);
    else
        seen->first = seen->last = sample_time;
}

static void unpack_category(struct unpack *in, struct category_tally *counts, uint64_t version)
{
    counts->count = unpack_finite(in);
    counts->transient = unpack_finite(in);
    counts->permanent = unpack_finite(in);
    unpack_set(in, &counts->addresses);
    counts->sample_time = unpack_finite(in);
    counts->sample_code = (int)unpack_finite(in);
    sv enhanced = sv_sub(unpack_text(in), 0, sizeof counts->sample_enhanced - 1);
    *sv_put(counts->sample_enhanced, enhanced) = 0;
    counts->sample_len = unpack_sample_text(in, counts->sample_text);
    unpack_seen(in, &counts->seen, counts->sample_time, version);
}

static void pack_categories(struct buf *out, struct tally *tally, const struct taxonomy *taxonomy)
{
    size_t used = 0;
    for (size_t i = 0; i < taxonomy->category_count; i++)
        used += tally->categories[i].count != 0;
    pack_unsigned(out, used);
    for (size_t i = 0; i < taxonomy->category_count; i++)
        if (tally->categories[i].count) {
            pack_text(out, taxonomy->categories[i].name);
            pack_category(out, &tally->categories[i]);
        }
}

uint8_t category_named(const struct taxonomy *taxonomy, sv name)
{
    uint8_t category = taxonomy_category(taxonomy, name);
    return category == CATEGORY_NONE ? taxonomy->roles[ROLE_UNCLASSIFIED] : category;
}

static void unpack_categories(struct unpack *in, struct tally *tally,
                              const struct taxonomy *taxonomy, uint64_t version)
{
    size_t count = unpack_count(in, LEAST_ROW);
    for (size_t i = 0; i < count && !in->failed; i++) {
        struct category_tally counts = {0};
        uint8_t category = category_named(taxonomy, unpack_text(in));
        unpack_category(in, &counts, version);
        tally_merge_category(&tally->categories[category], &counts);
        fpset_release(&counts.addresses);
        activity_release(&counts.seen.hours);
    }
}

static void pack_blocks(struct buf *out, const struct map *blocks, const struct taxonomy *taxonomy)
{
    pack_unsigned(out, map_count(blocks));
    for (size_t i = 0; i < map_count(blocks); i++) {
        struct block *block = map_value_at(blocks, i);
        pack_text(out, map_key_at(blocks, i));
        pack_number(out, block->count);
        pack_text(out, taxonomy->categories[block->category].name);
        pack_text(out, block->list);
        pack_text(out, block->remedy);
        pack_number(out, block->sample_time);
        pack_text(out, sv_make(block->sample, block->sample_len));
        pack_sighting(out, &block->seen);
    }
}

static void unpack_blocks(struct unpack *in, struct tally *tally, const struct taxonomy *taxonomy,
                          uint64_t version)
{
    size_t count = unpack_count(in, LEAST_ROW);
    for (size_t i = 0; i < count && !in->failed; i++) {
        struct block *block = tally_name(&tally->blocks, unpack_text(in));
        block->count = unpack_finite(in);
        block->category = category_named(taxonomy, unpack_text(in));
        block->list = arena_copy(&tally->texts, unpack_text(in));
        block->remedy = arena_copy(&tally->texts, unpack_text(in));
        block->sample_time = unpack_finite(in);
        block->sample_len = unpack_sample_text(in, block->sample);
        unpack_seen(in, &block->seen, block->sample_time, version);
    }
}

/* Those that are not 0: MTA, outcome, category (empty: a delivery), count; ended by MTA_STORED_END.
 */
static void pack_replies(struct buf *out, const struct tally *tally,
                         const struct taxonomy *taxonomy)
{
    for (uint8_t mta = 0; mta < MTA_MAX; mta++)
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            for (size_t category = 0; category <= CATEGORY_MAX; category++) {
                int64_t count = tally->replies[mta][outcome][category];
                if (!count)
                    continue;
                uint64_t stored = taxonomy_mta_stored(taxonomy, mta);
                pack_unsigned(out, stored);
                if (stored == MTA_STORED_NAMED)
                    pack_text(out, taxonomy_mta_name(taxonomy, mta));
                pack_unsigned(out, (uint64_t)outcome);
                pack_text(out,
                          category < CATEGORY_MAX ? taxonomy->categories[category].name : SV_EMPTY);
                pack_number(out, count);
            }
    pack_unsigned(out, MTA_STORED_END);
}

static void unpack_replies(struct unpack *in, struct tally *tally, const struct taxonomy *taxonomy)
{
    uint8_t own_list = taxonomy->roles[ROLE_OWN_LIST];
    for (uint64_t mta; (mta = unpack_unsigned(in)) != MTA_STORED_END && !in->failed;) {
        sv name = mta == MTA_STORED_NAMED ? unpack_text(in) : SV_EMPTY;
        uint64_t outcome = unpack_unsigned(in);
        sv category = unpack_text(in);
        int64_t count = unpack_finite(in);
        if (mta > MTA_STORED_NAMED || outcome >= OUTCOME_COUNT) {
            in->failed = true;
            return;
        }
        size_t at = category.len ? category_named(taxonomy, category) : CATEGORY_MAX;
        tally->replies[taxonomy_mta_of_stored(taxonomy, mta, name)][outcome][at] += count;
        if (outcome == OUTCOME_BOUNCED && at == own_list)
            tally->stopped += count;
    }
}

static void pack_codes(struct buf *out, const struct tally *tally)
{
    for (size_t code = 1; code < sizeof tally->codes / sizeof *tally->codes; code++)
        if (tally->codes[code]) {
            pack_unsigned(out, code);
            pack_number(out, tally->codes[code]);
        }
    pack_unsigned(out, 0);
}

static void unpack_codes(struct unpack *in, struct tally *tally)
{
    for (uint64_t code; (code = unpack_unsigned(in)) != 0;) {
        if (code >= sizeof tally->codes / sizeof *tally->codes)
            in->failed = true;
        else
            tally->codes[code] = unpack_finite(in);
        if (in->failed)
            return;
    }
}

static void pack_totals(struct buf *out, const struct period *period)
{
    const struct tally *tally = &period->tally;
    const struct line_tally *lines = &period->lines;
    int64_t numbers[] = {tally->transient,
                         tally->permanent,
                         tally->first,
                         tally->last,
                         lines->total,
                         lines->delivery,
                         lines->context,
                         lines->other,
                         lines->unparsed,
                         period->evicted,
                         period->unresolved_expiries};
    for (int i = 0; i < OUTCOMES_OF_LINES; i++)
        pack_number(out, tally->attempts[i]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        pack_number(out, numbers[i]);
}

static void unpack_totals(struct unpack *in, struct period *period)
{
    struct tally *tally = &period->tally;
    struct line_tally *lines = &period->lines;
    int64_t *numbers[] = {&tally->transient,
                          &tally->permanent,
                          &tally->first,
                          &tally->last,
                          &lines->total,
                          &lines->delivery,
                          &lines->context,
                          &lines->other,
                          &lines->unparsed,
                          &period->evicted,
                          &period->unresolved_expiries};
    for (int i = 0; i < OUTCOMES_OF_LINES; i++)
        tally->attempts[i] = unpack_finite(in);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        *numbers[i] = numbers[i] == &tally->first || numbers[i] == &tally->last ? unpack_number(in)
                                                                                : unpack_finite(in);
}

void period_pack(struct buf *out, struct period *period, const struct taxonomy *taxonomy)
{
    struct tally *tally = &period->tally;
    pack_unsigned(out, VERSION);
    pack_totals(out, period);
    pack_number(out, tally->strange);
    pack_samples(out, &period->lines.unparsed_samples);
    pack_samples(out, &period->lines.ambiguous_samples);
    pack_samples(out, &tally->unclassified);
    pack_codes(out, tally);
    pack_replies(out, tally, taxonomy);
    pack_map(out, &tally->provider_days, pack_outcomes);
    pack_categories(out, tally, taxonomy);
    pack_blocks(out, &tally->blocks, taxonomy);
    pack_map(out, &tally->enhanced, pack_int);
    pack_map(out, &tally->rules, pack_int);
    pack_map(out, &tally->shapes, pack_int);
    pack_map(out, &tally->sender_domains, pack_sender_domain);
    pack_map(out, &tally->hosts, pack_outcomes);
    pack_map(out, &tally->hours, pack_outcomes);
    pack_number(out, period->lines.skipped);
    pack_messages(out, &tally->messages);
    pack_messages(out, &tally->notifications);
    pack_streams(out, &tally->streams);
    pack_paths(out, &tally->paths);
    pack_recipients(out, &tally->recipients);
    pack_map(out, &tally->retries, pack_retries);
    pack_recipients(out, &tally->originals);
    for (int i = OUTCOMES_OF_LINES; i < OUTCOME_COUNT; i++)
        pack_number(out, tally->attempts[i]);
    pack_cells(out, &tally->cells, taxonomy);
}

/* All before the recipients; false: the bytes are damaged, or newer than this program. */
static bool unpack_begin(struct unpack *in, struct period *period, const struct taxonomy *taxonomy,
                         uint64_t *version)
{
    struct tally *tally = &period->tally;
    *version = unpack_unsigned(in);
    if (*version < WITHOUT_RETRIES || *version > VERSION)
        return false;
    unpack_totals(in, period);
    if (*version > WITHOUT_STEPS)
        tally->strange = unpack_finite(in);
    unpack_samples(in, &period->lines.unparsed_samples, &tally->texts);
    unpack_samples(in, &period->lines.ambiguous_samples, &tally->texts);
    unpack_samples(in, &tally->unclassified, &tally->texts);
    unpack_codes(in, tally);
    unpack_replies(in, tally, taxonomy);
    unpack_map(in, &tally->provider_days, unpack_outcomes);
    unpack_categories(in, tally, taxonomy, *version);
    unpack_blocks(in, tally, taxonomy, *version);
    unpack_map(in, &tally->enhanced, unpack_int);
    unpack_map(in, &tally->rules, unpack_int);
    unpack_map(in, &tally->shapes, unpack_int);
    unpack_map(in, &tally->sender_domains,
               *version > WITHOUT_MESSAGES ? unpack_sender_domain : unpack_outcomes);
    unpack_map(in, &tally->hosts, unpack_outcomes);
    unpack_map(in, &tally->hours, unpack_outcomes);
    period->counts_messages = *version > WITHOUT_MESSAGES;
    if (period->counts_messages) {
        period->lines.skipped = unpack_finite(in);
        unpack_messages(in, &tally->messages);
        unpack_messages(in, &tally->notifications);
        unpack_streams(in, &tally->streams);
        unpack_paths(in, tally);
    }
    return !in->failed;
}

static void unpack_notices(struct unpack *in, struct tally *tally)
{
    for (int i = OUTCOMES_OF_LINES; i < OUTCOME_COUNT; i++)
        tally->attempts[i] = unpack_finite(in);
}

int period_unpack(struct period *period, sv bytes, const struct taxonomy *taxonomy)
{
    struct tally *tally = &period->tally;
    struct unpack in = unpack_of(bytes);
    uint64_t version;
    if (!unpack_begin(&in, period, taxonomy, &version))
        return -1;
    int64_t day = date_day(tally->first);
    unpack_recipients(&in, &tally->recipients, day, version > WITHOUT_STEPS);
    if (version > WITHOUT_RETRIES)
        unpack_map(&in, &tally->retries, unpack_retries);
    if (version > WITHOUT_STEPS)
        unpack_recipients(&in, &tally->originals, day, true);
    tally->cells.incomplete = version <= WITHOUT_CELLS;
    if (version > WITHOUT_CELLS) {
        unpack_notices(&in, tally);
        unpack_cells(&in, &tally->cells, taxonomy);
    }
    return in.failed || in.rest.len ? -1 : 0;
}

int deliveries_each(sv bytes, const struct taxonomy *taxonomy, delivery_visitor *visit,
                    void *context)
{
    struct unpack in = unpack_of(bytes);
    struct period rest;
    uint64_t version;
    period_init(&rest);
    bool good = unpack_begin(&in, &rest, taxonomy, &version);
    if (good) {
        int64_t day = date_day(rest.tally.first);
        visit_deliveries(&in, day, version > WITHOUT_STEPS, visit, context);
        if (version > WITHOUT_RETRIES)
            unpack_map(&in, &rest.tally.retries, unpack_retries);
        if (version > WITHOUT_STEPS)
            visit_deliveries(&in, day, true, visit, context);
        if (version > WITHOUT_CELLS) {
            unpack_notices(&in, &rest.tally);
            (void)unpack_text(&in);
        }
    }
    period_release(&rest);
    return good && !in.failed && !in.rest.len ? 0 : -1;
}
