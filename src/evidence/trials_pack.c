/* Trials as bytes. Shapes are written first, in the order of their bytes, then the addresses in
 * theirs, each with its failures by time: so the same failures give the same bytes. Categories,
 * MTAs and rules go by their names, which later pattern files may order otherwise. */
#include <stdlib.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/pack.h"
#include "bouncelog/base/text.h"
#include "bouncelog/model/operator.h"
#include "trials.h"

enum { TRIALS_VERSION = 1, HASH_BYTES = 8 };

enum shape_flag {
    SHAPE_LOCAL = 1,
    SHAPE_NEVER_RCPT = 2,
    SHAPE_SUPPRESSIBLE = 4,
    SHAPE_AMBIGUOUS = 8,
    SHAPE_FOR_A_TIME = 16,
    SHAPE_FOR_ALL = 32
};

static uint64_t flags_of(const struct event *event)
{
    const struct record *attempt = &event->attempt;
    return (attempt->local ? SHAPE_LOCAL : 0u) | (attempt->never_rcpt ? SHAPE_NEVER_RCPT : 0u) |
           (event->suppressible ? SHAPE_SUPPRESSIBLE : 0u) |
           (attempt->ambiguous ? SHAPE_AMBIGUOUS : 0u) |
           (attempt->verdict.for_a_time ? SHAPE_FOR_A_TIME : 0u) |
           (event->for_all ? SHAPE_FOR_ALL : 0u);
}

void trial_shape_pack(struct buf *out, const struct event *event, const struct taxonomy *taxonomy,
                      uint64_t words)
{
    const struct record *attempt = &event->attempt;
    uint64_t mta = taxonomy_mta_stored(taxonomy, attempt->mta);
    bool own = !attempt->provider.len &&
               operator_is_own(attempt->relay.host, sv_after_last(attempt->recipient, '@'));
    const uint64_t numbers[] = {attempt->outcome,
                                attempt->severity,
                                attempt->said.origin,
                                attempt->said.stage,
                                attempt->verdict.basis,
                                flags_of(event),
                                (uint64_t)attempt->reply.code,
                                mta};
    const sv texts[] = {
        mta == MTA_STORED_NAMED ? taxonomy_mta_name(taxonomy, attempt->mta) : SV_EMPTY,
        taxonomy_category_name(taxonomy, event->cause),
        taxonomy_category_name(taxonomy, attempt->verdict.category), attempt->verdict.rule,
        attempt->reply.enhanced, attempt->dsn, attempt->provider, attempt->relay.host,
        /* Which network it is in matters where the relay is the domain's own. */
        own || relay_name(&attempt->relay).ptr == attempt->relay.ip.ptr ? attempt->relay.ip
                                                                        : SV_EMPTY};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        pack_unsigned(out, numbers[i]);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        pack_text(out, texts[i]);
    pack_hash(out, words);
}

bool trial_shape_is_deferred(sv packed)
{
    return packed.len && packed.ptr[0] == OUTCOME_DEFERRED;
}

static unsigned below(struct unpack *in, unsigned limit)
{
    uint64_t number = unpack_unsigned(in);
    in->failed = in->failed || number >= limit;
    return in->failed ? 0 : (unsigned)number;
}

int trial_shape_unpack(struct event *event, sv bytes, const struct taxonomy *taxonomy)
{
    struct unpack in = unpack_of(bytes);
    struct record *attempt = &event->attempt;
    attempt->kind = RECORD_ATTEMPT;
    attempt->outcome = (enum outcome)below(&in, OUTCOME_COUNT);
    attempt->severity = (enum severity)below(&in, SEVERITY_COUNT);
    attempt->said.origin = (enum origin)below(&in, ORIGIN_COUNT);
    attempt->said.stage = (enum stage)below(&in, STAGE_COUNT);
    attempt->verdict.basis = (enum basis)below(&in, BASIS_COUNT);
    uint64_t flags = unpack_unsigned(&in);
    attempt->local = flags & SHAPE_LOCAL;
    attempt->never_rcpt = flags & SHAPE_NEVER_RCPT;
    event->suppressible = flags & SHAPE_SUPPRESSIBLE;
    attempt->ambiguous = flags & SHAPE_AMBIGUOUS;
    attempt->verdict.for_a_time = flags & SHAPE_FOR_A_TIME;
    event->for_all = flags & SHAPE_FOR_ALL;
    attempt->reply.code = (int)below(&in, 1000);
    uint64_t mta = unpack_unsigned(&in);
    attempt->mta = taxonomy_mta_of_stored(taxonomy, mta, unpack_text(&in));
    event->cause = taxonomy_category(taxonomy, unpack_text(&in));
    attempt->verdict.category = taxonomy_category(taxonomy, unpack_text(&in));
    sv *const texts[] = {&attempt->verdict.rule, &attempt->reply.enhanced, &attempt->dsn,
                         &attempt->provider,     &attempt->relay.host,     &attempt->relay.ip};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = unpack_text(&in);
    (void)unpack_hash(&in);
    return in.failed || in.rest.len ? -1 : 0;
}

/* --- pack */

struct numbered {
    sv bytes;
    uint32_t index;
};

static int by_bytes(const void *a, const void *b)
{
    return sv_cmp(((const struct numbered *)a)->bytes, ((const struct numbered *)b)->bytes);
}

static struct numbered *sorted_keys(const struct map *map)
{
    size_t count = map_count(map);
    struct numbered *list = mem_zero(count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = (struct numbered){map_key_at(map, i), (uint32_t)i};
    qsort(list, count, sizeof *list, by_bytes);
    return list;
}

/* What was the index i is now its place among the sorted ones. */
static uint32_t *places_of(const struct numbered *sorted, size_t count)
{
    uint32_t *places = mem_zero(count + 1, sizeof *places);
    for (size_t i = 0; i < count; i++)
        places[sorted[i].index] = (uint32_t)i;
    return places;
}

static int by_address(const void *left, const void *right)
{
    const struct trial *a = left, *b = right;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    if (a->known != b->known)
        return a->known < b->known ? -1 : 1;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    if (a->message != b->message)
        return a->message < b->message ? -1 : 1;
    return (a->shape > b->shape) - (a->shape < b->shape);
}

static struct trial *sorted_trials(const struct trials *trials, const uint32_t *addresses,
                                   const uint32_t *shapes)
{
    struct trial *list = mem_zero(trials->count + 1, sizeof *list);
    for (size_t i = 0; i < trials->count; i++) {
        list[i] = trials->list[i];
        list[i].address = addresses[list[i].address];
        list[i].shape = shapes[list[i].shape];
    }
    qsort(list, trials->count, sizeof *list, by_address);
    return list;
}

static void pack_address(struct buf *out, sv address, const struct trial *list, size_t count,
                         int64_t base)
{
    pack_text(out, address);
    pack_unsigned(out, count);
    for (size_t i = 0; i < count; i++) {
        pack_unsigned(out, list[i].shape);
        pack_number(out, list[i].known - base);
        pack_number(out, list[i].time - list[i].known);
        pack_unsigned(out, list[i].earlier);
        pack_hash(out, list[i].message);
    }
}

void trials_pack(struct buf *out, const struct trials *trials)
{
    size_t shape_count = map_count(&trials->shapes), count = map_count(&trials->addresses);
    struct numbered *shapes = sorted_keys(&trials->shapes),
                    *addresses = sorted_keys(&trials->addresses);
    uint32_t *shape_places = places_of(shapes, shape_count),
             *address_places = places_of(addresses, count);
    struct trial *list = sorted_trials(trials, address_places, shape_places);
    int64_t base = INT64_MAX;
    for (size_t i = 0; i < trials->count; i++)
        base = list[i].known < base ? list[i].known : base;
    pack_unsigned(out, TRIALS_VERSION);
    pack_number(out, trials->count ? base : 0);
    pack_unsigned(out, shape_count);
    for (size_t i = 0; i < shape_count; i++) {
        const struct trial_words *words = map_value_at(&trials->shapes, shapes[i].index);
        pack_text(out, shapes[i].bytes);
        pack_text(out, words->reply);
    }
    for (size_t at = 0, end; at < trials->count; at = end) {
        for (end = at; end < trials->count && list[end].address == list[at].address; end++)
            ;
        pack_address(out, addresses[list[at].address].bytes, list + at, end - at, base);
    }
    mem_free(list);
    mem_free(shapes);
    mem_free(addresses);
    mem_free(shape_places);
    mem_free(address_places);
}

/* --- unpack */

/* Bytes of a day, bit by bit. */
struct reading {
    struct unpack in;
    int64_t base;
    size_t shapes;
};

static bool begin(struct reading *reading, sv bytes)
{
    reading->in = unpack_of(bytes);
    uint64_t version = unpack_unsigned(&reading->in);
    reading->base = unpack_finite(&reading->in);
    reading->shapes = unpack_count(&reading->in, HASH_BYTES);
    return version == TRIALS_VERSION && !reading->in.failed;
}

static struct trial read_trial(struct reading *reading)
{
    struct unpack *in = &reading->in;
    struct trial trial = {.original = TRIAL_NOBODY};
    uint64_t shape = unpack_unsigned(in);
    in->failed = in->failed || shape >= reading->shapes;
    trial.shape = (uint32_t)shape;
    trial.known = reading->base + unpack_finite(in);
    trial.time = trial.known + unpack_finite(in);
    trial.earlier = (uint32_t)unpack_unsigned(in);
    trial.message = unpack_hash(in);
    return trial;
}

static bool read_shapes(struct trials *trials, struct reading *reading, uint32_t *shapes)
{
    static const struct taxonomy none;
    for (size_t i = 0; i < reading->shapes && !reading->in.failed; i++) {
        sv packed = unpack_text(&reading->in), reply = unpack_text(&reading->in);
        struct event event = {0};
        if (trial_shape_unpack(&event, packed, &none) < 0)
            return false;
        shapes[i] = trials_add_shape(trials, packed, reply);
    }
    return !reading->in.failed;
}

int trials_unpack(struct trials *trials, sv bytes)
{
    struct reading reading;
    if (!begin(&reading, bytes))
        return -1;
    struct unpack *in = &reading.in;
    uint32_t *shapes = mem_zero(reading.shapes + 1, sizeof *shapes);
    bool reads = read_shapes(trials, &reading, shapes);
    while (reads && in->rest.len && !in->failed) {
        sv address = unpack_text(in);
        size_t count = unpack_count(in, HASH_BYTES);
        uint32_t index = in->failed ? 0 : trials_add_address(trials, address);
        for (size_t i = 0; i < count && !in->failed; i++) {
            struct trial trial = read_trial(&reading);
            if (in->failed)
                break;
            trial.address = index;
            trial.shape = shapes[trial.shape];
            trials_put(trials, &trial);
        }
    }
    mem_free(shapes);
    return reads && !in->failed ? 0 : -1;
}

int trials_each_address(sv bytes, trials_visitor *visit, void *context)
{
    struct reading reading;
    if (!begin(&reading, bytes))
        return -1;
    struct unpack *in = &reading.in;
    for (size_t i = 0; i < reading.shapes && !in->failed; i++) {
        (void)unpack_text(in);
        (void)unpack_text(in);
    }
    while (in->rest.len && !in->failed) {
        sv address = unpack_text(in);
        size_t count = unpack_count(in, HASH_BYTES);
        for (size_t i = 0; i < count && !in->failed; i++)
            (void)read_trial(&reading);
        if (!in->failed)
            visit(context, address);
    }
    return in->failed ? -1 : 0;
}

/* --- forget */

/* Words that speak of the address, though they were said of another. */
static bool forget_words(struct trials *trials, sv address)
{
    bool found = false;
    for (size_t i = 0; i < map_count(&trials->shapes); i++) {
        struct trial_words *words = map_value_at(&trials->shapes, i);
        if (!text_mentions(words->reply, address))
            continue;
        words->reply = SV("(forgotten)");
        found = true;
    }
    return found;
}

int trials_forget(struct buf *out, sv bytes, sv address)
{
    struct trials all, kept;
    if (!text_may_mention(bytes, address))
        return 0;
    trials_init(&all);
    trials_init(&kept);
    int result = trials_unpack(&all, bytes);
    if (result == 0) {
        const struct trial_address *goes = map_get(&all.addresses, address);
        bool found = forget_words(&all, address) || goes;
        for (size_t i = 0; i < all.count && found; i++)
            if (!goes || all.list[i].address != goes->index)
                trials_copy(&kept, &all, &all.list[i]);
        if (found)
            trials_pack(out, &kept);
        result = found;
    }
    trials_release(&all);
    trials_release(&kept);
    return result;
}
