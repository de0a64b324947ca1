/* Incidents. Each time that an address was called dead is noted at the places that it speaks of:
 * the provider or operator of the server, or the pool of all who run their own, and the domain. Of
 * places with enough of them the mail that was taken there, and everywhere, is asked for once, by
 * the hour; surge.c says which stretches are out of the usual. */
#include "incidents.h"

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/model/operator.h"
#include "surge.h"

enum { HOURS_A_DAY = 24, DAYS_BEFORE = 32, DAYS_AFTER = 3, DAYS_MAX = 400, MARGIN = 1 };

struct death {
    int32_t hour;
    bool first, living;
    uint64_t domain; /* fingerprint */
};

struct span {
    int32_t first, end; /* hours, with the margin */
    size_t incident;
};

struct place {
    enum incident_kind kind;
    sv name;
    struct death *deaths;
    size_t count;
    struct activity mail;
    struct span *spans;
    size_t span_count;
};

void incidents_init(struct incidents *incidents)
{
    *incidents = (struct incidents){.all = mem_zero(1, sizeof *incidents->all)};
    map_init(&incidents->places, sizeof(struct place));
}

static void release_place(struct place *place)
{
    mem_free(place->deaths);
    mem_free(place->spans);
    activity_release(&place->mail);
}

void incidents_release(struct incidents *incidents)
{
    for (size_t i = 0; i < map_count(&incidents->places); i++)
        release_place(map_value_at(&incidents->places, i));
    map_release(&incidents->places);
    release_place(incidents->all);
    mem_free(incidents->all);
    arena_release(&incidents->names);
    mem_free(incidents->found);
}

static struct place *find_place(const struct incidents *incidents, sv name, enum incident_kind kind,
                                bool make)
{
    struct buf key = {0};
    struct map *places = (struct map *)&incidents->places;
    buf_add(&key, name);
    buf_add_byte(&key, (char)('0' + kind)); /* a domain may be called like a provider */
    struct place *place =
        make ? map_add(places, buf_sv(&key), NULL) : map_get(places, buf_sv(&key));
    buf_release(&key);
    if (make)
        place->kind = kind;
    return place;
}

/* The server's provider, else its operator, else the pool. */
static struct place *server_of(const struct incidents *incidents,
                               const struct incident_place *where, bool make)
{
    char lower[OPERATOR_MAX];
    if (where->provider.len)
        return find_place(incidents, where->provider, INCIDENT_PROVIDER, make);
    sv operator= operator_of(where->relay, where->domain, lower);
    return find_place(incidents, operator, operator.len ? INCIDENT_OPERATOR : INCIDENT_POOL, make);
}

static void add_death(struct place *place, const struct death *death)
{
    place->deaths = mem_room(place->deaths, place->count, sizeof *place->deaths);
    place->deaths[place->count++] = *death;
}

void incidents_note(struct incidents *incidents, const struct incident_place *where,
                    struct incident_death said)
{
    struct death death = {(int32_t)(said.time / ACTIVITY_SECONDS), said.first, said.living,
                          hash_nocase(where->domain)};
    add_death(server_of(incidents, where, true), &death);
    add_death(find_place(incidents, where->domain, INCIDENT_DOMAIN, true), &death);
    add_death(incidents->all, &death);
}

struct visit {
    const struct incidents *incidents;
    const struct incident_guard *guard;
};

static enum incident_kind kind_of(enum activity_kind kind, sv name)
{
    return kind == ACTIVITY_PROVIDER ? INCIDENT_PROVIDER
           : kind == ACTIVITY_DOMAIN ? INCIDENT_DOMAIN
           : name.len                ? INCIDENT_OPERATOR
                                     : INCIDENT_POOL;
}

static void add_mail(void *context, sv name, enum activity_kind kind,
                     const struct hour_activity *hours, size_t count)
{
    const struct visit *visit = context;
    struct place *place = find_place(visit->incidents, name, kind_of(kind, name), false);
    bool wanted = place && place->count >= (size_t)visit->guard->addresses;
    for (size_t i = 0; i < count; i++) {
        if (wanted)
            activity_add(&place->mail, &hours[i]);
        if (kind != ACTIVITY_DOMAIN) /* each mail has one server */
            activity_add(&visit->incidents->all->mail, &hours[i]);
    }
}

struct window {
    int32_t first; /* hour */
    size_t hours;
};

static struct window window_of(const struct place *place)
{
    int32_t first = place->deaths[0].hour, last = first;
    for (size_t i = 0; i < place->count; i++) {
        if (place->deaths[i].hour < first)
            first = place->deaths[i].hour;
        if (place->deaths[i].hour > last)
            last = place->deaths[i].hour;
    }
    if (last - first > DAYS_MAX * HOURS_A_DAY)
        first = last - DAYS_MAX * HOURS_A_DAY;
    first -= DAYS_BEFORE * HOURS_A_DAY;
    return (struct window){first, (size_t)(last + DAYS_AFTER * HOURS_A_DAY + 1 - first)};
}

/* sums[i] is what happened in the window before its hour i. */
static struct surge_sums *sums_of(struct place *place, struct window window)
{
    struct surge_sums *sums = mem_zero(window.hours + 1, sizeof *sums);
    size_t count;
    const struct hour_activity *hours = activity_hours(&place->mail, &count);
    for (size_t i = 0; i < count; i++) {
        int64_t at = (int64_t)hours[i].hour - window.first;
        if (at >= 0 && at < (int64_t)window.hours)
            sums[at + 1].taken += hours[i].delivered;
    }
    for (size_t i = 0; i < place->count; i++) {
        int64_t at = (int64_t)place->deaths[i].hour - window.first;
        if (at < 0 || at >= (int64_t)window.hours)
            continue;
        sums[at + 1].dead += place->deaths[i].first;
        sums[at + 1].living += place->deaths[i].living;
    }
    for (size_t i = 1; i <= window.hours; i++) {
        sums[i].taken += sums[i - 1].taken;
        sums[i].dead += sums[i - 1].dead;
        sums[i].living += sums[i - 1].living;
    }
    return sums;
}

/* One domain that is wrong is not a fault of all who run their own servers. */
static bool is_common(const struct place *place, int32_t first, int32_t end, int least)
{
    struct map domains;
    size_t most = 0, all = 0;
    map_init(&domains, sizeof(size_t));
    for (size_t i = 0; i < place->count; i++) {
        const struct death *death = &place->deaths[i];
        if (death->hour < first || death->hour >= end)
            continue;
        size_t *count =
            map_add(&domains, sv_make((const char *)&death->domain, sizeof death->domain), NULL);
        all++;
        if (++*count > most)
            most = *count;
    }
    bool common = map_count(&domains) >= (size_t)least && most * 2 <= all;
    map_release(&domains);
    return common;
}

static void add_incident(struct incidents *incidents, struct place *place, struct window window,
                         const struct surge *surge)
{
    int32_t first = window.first + (int32_t)surge->first, end = window.first + (int32_t)surge->end;
    incidents->found = mem_room(incidents->found, incidents->count, sizeof *incidents->found);
    incidents->found[incidents->count] =
        (struct incident){.kind = place->kind,
                          .name = place->name,
                          .first = (int64_t)first * ACTIVITY_SECONDS,
                          .last = (int64_t)end * ACTIVITY_SECONDS,
                          .share = surge->share,
                          .usual = surge->usual,
                          .addresses = surge->dead};
    place->spans = mem_room(place->spans, place->span_count, sizeof *place->spans);
    place->spans[place->span_count++] =
        (struct span){first - MARGIN, end + MARGIN, incidents->count++};
}

static void search_place(struct incidents *incidents, struct place *place, sv key,
                         const struct incident_guard *guard)
{
    struct window window = window_of(place);
    struct surge_sums *sums = sums_of(place, window), *world = sums_of(incidents->all, window);
    size_t known;
    const struct hour_activity *hours = activity_hours(&incidents->all->mail, &known);
    int64_t latest = known ? (int64_t)hours[known - 1].hour - window.first : 0;
    struct surge_series series = {sums, world, window.hours, latest > 0 ? (size_t)latest : 0};
    bool *taken_out = mem_zero(window.hours, sizeof *taken_out);
    struct surge surge;
    place->name = arena_copy(&incidents->names, sv_sub(key, 0, key.len - 1));
    while (surge_find(&series, guard, taken_out, &surge)) {
        for (size_t i = surge.first; i < surge.end; i++)
            taken_out[i] = true;
        if (place->kind != INCIDENT_POOL ||
            is_common(place, window.first + (int32_t)surge.first, window.first + (int32_t)surge.end,
                      guard->addresses))
            add_incident(incidents, place, window, &surge);
    }
    mem_free(taken_out);
    mem_free(sums);
    mem_free(world);
}

void incidents_find(struct incidents *incidents, const struct suppress_source *source,
                    const struct incident_guard *guard)
{
    struct visit visit = {incidents, guard};
    if (!source->each_activity || incidents->all->count < (size_t)guard->addresses)
        return;
    struct window window = window_of(incidents->all);
    int64_t first = window.first / HOURS_A_DAY;
    source->each_activity(source->activity_context, first,
                          first + (int64_t)(window.hours / HOURS_A_DAY) + 1, add_mail, &visit);
    for (size_t i = 0; i < map_count(&incidents->places); i++) {
        struct place *place = map_value_at(&incidents->places, i);
        if (place->count >= (size_t)guard->addresses)
            search_place(incidents, place, map_key_at(&incidents->places, i), guard);
    }
}

static const struct incident *cover(const struct incidents *incidents, const struct place *place,
                                    int64_t time)
{
    int32_t hour = (int32_t)(time / ACTIVITY_SECONDS);
    for (size_t i = 0; place && i < place->span_count; i++)
        if (hour >= place->spans[i].first && hour < place->spans[i].end)
            return &incidents->found[place->spans[i].incident];
    return NULL;
}

const struct incident *incidents_cover(const struct incidents *incidents,
                                       const struct incident_place *where, int64_t time)
{
    if (!incidents->count)
        return NULL;
    const struct incident *incident = cover(incidents, server_of(incidents, where, false), time);
    return incident ? incident
                    : cover(incidents, find_place(incidents, where->domain, INCIDENT_DOMAIN, false),
                            time);
}
