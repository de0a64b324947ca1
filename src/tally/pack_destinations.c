/* Destinations as bytes: they tell an incident, and are looked at for many days at once. Hours are
 * distances from the one before, so that most of them take a byte. What 1.0.0 kept had intervals
 * of four hours, and no operators. */
#include "bouncelog/base/mem.h"
#include "merge.h"
#include "pack.h"

enum { VERSION = 2, BY_INTERVALS = 1, LEAST_HOUR = 3 };

/* Once a day had six intervals of four hours. */
enum { INTERVALS = 6, INTERVAL_HOURS = 4, HOURS_A_DAY = 24 };

void pack_hours(struct buf *out, struct activity *activity)
{
    size_t count;
    const struct hour_activity *hours = activity_hours(activity, &count);
    int32_t before = 0;
    pack_unsigned(out, count);
    for (size_t i = 0; i < count; i++) {
        pack_number(out, hours[i].hour - before);
        pack_unsigned(out, hours[i].delivered);
        pack_unsigned(out, hours[i].dead);
        before = hours[i].hour;
    }
}

struct reading {
    struct unpack *in;
    int64_t day;
    uint64_t version;
    /* Of one place, in order, for whoever only looks at them; NULL: nobody does. */
    struct hour_activity *hours;
    size_t room, hour_count;
};

/* An hour that no date has is damage. */
static int32_t hour_behind(struct unpack *in, int64_t before, int64_t hours)
{
    int32_t hour;
    if (!__builtin_add_overflow(before, hours, &hour))
        return hour;
    in->failed = true;
    return 0;
}

static void unpack_intervals(const struct reading *reading, struct activity *activity)
{
    for (int32_t i = 0; i < INTERVALS; i++) {
        struct hour_activity hour = {
            .hour = hour_behind(reading->in, reading->day * HOURS_A_DAY, i * INTERVAL_HOURS)};
        hour.delivered = (uint32_t)unpack_unsigned(reading->in);
        hour.dead = (uint32_t)unpack_unsigned(reading->in);
        if (hour.delivered || hour.dead)
            activity_add(activity, &hour);
    }
}

void unpack_hours(struct unpack *in, struct activity *activity)
{
    size_t count = unpack_count(in, LEAST_HOUR);
    struct hour_activity hour = {0};
    for (size_t i = 0; i < count && !in->failed; i++) {
        hour.hour = hour_behind(in, hour.hour, unpack_finite(in));
        hour.delivered = (uint32_t)unpack_unsigned(in);
        hour.dead = (uint32_t)unpack_unsigned(in);
        if (!in->failed)
            activity_add(activity, &hour);
    }
}

/* Hours were written in their order: of millions of places that are looked at none needs memory of
 * its own. False: they are not in order, and none was taken. */
static bool look_at_hours(struct reading *reading)
{
    struct unpack start = *reading->in, *in = reading->in;
    size_t count = unpack_count(in, LEAST_HOUR);
    int32_t before = INT32_MIN, hour = 0;
    if (count > reading->room) {
        reading->room = count * 2;
        reading->hours = mem_grow(reading->hours, reading->room, sizeof *reading->hours);
    }
    reading->hour_count = count;
    for (size_t i = 0; i < count && !in->failed; i++, before = hour) {
        hour = hour_behind(in, hour, unpack_finite(in));
        reading->hours[i] = (struct hour_activity){.hour = hour};
        reading->hours[i].delivered = (uint32_t)unpack_unsigned(in);
        reading->hours[i].dead = (uint32_t)unpack_unsigned(in);
        if (hour <= before || !(reading->hours[i].delivered | reading->hours[i].dead)) {
            *in = start;
            reading->hour_count = 0;
            return false;
        }
    }
    return true;
}

static void unpack_activity(struct reading *reading, struct activity *activity)
{
    reading->hour_count = 0;
    if (reading->version == BY_INTERVALS)
        unpack_intervals(reading, activity);
    else if (!reading->hours || !look_at_hours(reading))
        unpack_hours(reading->in, activity);
}

static void pack_places(struct buf *out, struct map *map)
{
    pack_unsigned(out, map_count(map));
    for (size_t i = 0; i < map_count(map); i++) {
        struct destination *destination = map_value_at(map, i);
        pack_text(out, map_key_at(map, i));
        pack_outcomes(out, &destination->outcomes);
        pack_unsigned(out, destination->own);
        pack_hours(out, &destination->activity);
    }
}

/* A network with one domain is that domain. */
static bool is_kept(const struct operator_tally *operator)
{
    return operator->several || !operator->network;
}

static void pack_operators(struct buf *out, struct map *map)
{
    size_t kept = 0;
    for (size_t i = 0; i < map_count(map); i++)
        kept += is_kept(map_value_at(map, i));
    pack_unsigned(out, kept);
    for (size_t i = 0; i < map_count(map); i++) {
        struct operator_tally *operator= map_value_at(map, i);
        if (!is_kept(operator))
            continue;
        pack_text(out, map_key_at(map, i));
        pack_unsigned(out, operator->network);
        pack_hours(out, &operator->activity);
    }
}

void tally_pack_destinations(struct buf *out, struct tally *tally)
{
    pack_unsigned(out, VERSION);
    pack_places(out, &tally->providers);
    pack_places(out, &tally->recipient_domains);
    pack_operators(out, &tally->operators);
}

/* Of an operator there are no outcomes. */
typedef void place_visitor(void *context, sv name, enum activity_kind kind,
                           struct destination *destination);

static enum activity_kind unpack_place(struct reading *reading, enum activity_kind kind,
                                       struct destination *destination)
{
    struct unpack *in = reading->in;
    bool flag = false;
    if (kind != ACTIVITY_OPERATOR)
        unpack_outcomes(in, &destination->outcomes);
    if (reading->version > BY_INTERVALS)
        flag = unpack_unsigned(in) != 0;
    unpack_activity(reading, &destination->activity);
    destination->own = flag && kind == ACTIVITY_DOMAIN;
    return !flag                       ? kind
           : kind == ACTIVITY_OPERATOR ? ACTIVITY_NETWORK
           : kind == ACTIVITY_DOMAIN   ? ACTIVITY_OWN_DOMAIN
                                       : kind;
}

/* False: nobody knows that version. */
static bool begin(struct reading *reading, struct unpack *in, int64_t day)
{
    *reading = (struct reading){.in = in, .day = day, .version = unpack_unsigned(in)};
    return reading->version >= BY_INTERVALS && reading->version <= VERSION;
}

/* All places in the bytes; what is visited lives until the visitor returns. */
static int each_place(struct reading *reading, place_visitor *visit, void *context)
{
    static const enum activity_kind kinds[] = {ACTIVITY_PROVIDER, ACTIVITY_DOMAIN,
                                               ACTIVITY_OPERATOR};
    struct unpack *in = reading->in;
    for (size_t part = 0; part < (reading->version > BY_INTERVALS ? 3 : 2); part++) {
        size_t count = unpack_count(in, LEAST_ROW);
        for (size_t i = 0; i < count && !in->failed; i++) {
            struct destination destination = {0};
            sv name = unpack_text(in);
            enum activity_kind kind = unpack_place(reading, kinds[part], &destination);
            if (!in->failed)
                visit(context, name, kind, &destination);
            activity_release(&destination.activity);
        }
    }
    return in->failed || in->rest.len ? -1 : 0;
}

static void add_place(void *context, sv name, enum activity_kind kind,
                      struct destination *destination)
{
    struct tally *tally = context;
    if (kind == ACTIVITY_OPERATOR || kind == ACTIVITY_NETWORK) {
        struct operator_tally *operator= map_add(&tally->operators, name, NULL);
        operator->network = operator->network || kind == ACTIVITY_NETWORK;
        operator->several = true;
        activity_merge(&operator->activity, &destination->activity);
        return;
    }
    struct destination *place =
        tally_name(kind == ACTIVITY_PROVIDER ? &tally->providers : &tally->recipient_domains, name);
    outcomes_add(&place->outcomes, &destination->outcomes);
    activity_merge(&place->activity, &destination->activity);
    place->own = place->own || destination->own;
}

int tally_unpack_destinations(struct tally *tally, sv bytes, int64_t day)
{
    struct unpack in = unpack_of(bytes);
    struct reading reading;
    return begin(&reading, &in, day) ? each_place(&reading, add_place, tally) : -1;
}

struct visit {
    activity_visitor *visit;
    void *context;
    const struct reading *reading; /* NULL: of a tally */
};

static void visit_place(void *context, sv name, enum activity_kind kind,
                        struct destination *destination)
{
    const struct visit *to = context;
    size_t count = to->reading->hour_count;
    const struct hour_activity *hours =
        count ? to->reading->hours : activity_hours(&destination->activity, &count);
    to->visit(to->context, name, kind, hours, count);
}

int activity_each(sv bytes, int64_t day, activity_visitor *visit, void *context)
{
    struct unpack in = unpack_of(bytes);
    struct reading reading;
    struct visit to = {visit, context, &reading};
    if (!begin(&reading, &in, day))
        return -1;
    reading.room = HOURS_A_DAY;
    reading.hours = mem_zero(reading.room, sizeof *reading.hours);
    int result = each_place(&reading, visit_place, &to);
    mem_free(reading.hours);
    return result;
}

static void visit_activity(const struct visit *to, sv name, enum activity_kind kind,
                           struct activity *activity)
{
    size_t count;
    const struct hour_activity *hours = activity_hours(activity, &count);
    to->visit(to->context, name, kind, hours, count);
}

void tally_each_activity(struct tally *tally, activity_visitor *visit, void *context)
{
    struct visit to = {visit, context, NULL};
    for (size_t i = 0; i < map_count(&tally->providers); i++) {
        struct provider_tally *provider = map_value_at(&tally->providers, i);
        visit_activity(&to, map_key_at(&tally->providers, i), ACTIVITY_PROVIDER,
                       &provider->sum.activity);
    }
    for (size_t i = 0; i < map_count(&tally->operators); i++) {
        struct operator_tally *operator= map_value_at(&tally->operators, i);
        if (is_kept(operator))
            visit_activity(&to, map_key_at(&tally->operators, i),
                                operator->network ? ACTIVITY_NETWORK : ACTIVITY_OPERATOR,
                           &operator->activity);
    }
    for (size_t i = 0; i < map_count(&tally->recipient_domains); i++) {
        struct destination *domain = map_value_at(&tally->recipient_domains, i);
        visit_activity(&to, map_key_at(&tally->recipient_domains, i),
                       domain->own ? ACTIVITY_OWN_DOMAIN : ACTIVITY_DOMAIN, &domain->activity);
    }
}
