/* Incidents. Each time that an address was called dead is noted at the places that it speaks of:
 * the provider or operator of the server, or the pool of all who run their own, and the domain. Of
 * places with enough of them the mail that was taken there, and everywhere, is asked for once, by
 * the hour; surge.c says which stretches are out of the usual. */
#include "incidents.h"

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/model/operator.h"
#include "surge.h"

enum { HOURS_A_DAY = 24, MARGIN = 1 };

/* Mails a day to a domain that is a small one. */
enum { SMALL_MAX = 100, FRAGMENT_SECONDS = 600 };

/* Domains that make a fault one of their network. */
enum { NEIGHBOURS = 2 };

struct span {
    int32_t first, end; /* hours, with the margin */
    size_t incident;
};

struct place {
    enum incident_kind kind;
    sv name;
    struct deaths_here dead;
    struct activity mail;
    bool crowded; /* so many were called dead that there may be an incident: of others no more is
                   * known */
    bool known;   /* mail to it was counted: not a network of one domain alone */
    struct span *spans;
    size_t span_count;
};

void incidents_init(struct incidents *incidents, const struct incident_guard *guard)
{
    *incidents = (struct incidents){.guard = guard, .key = mem_zero(1, sizeof *incidents->key)};
    map_init(&incidents->places, sizeof(struct place));
}

static void release_place(struct place *place)
{
    mem_free(place->dead.list);
    mem_free(place->spans);
    activity_release(&place->mail);
}

void incidents_release(struct incidents *incidents)
{
    for (size_t i = 0; i < map_count(&incidents->places); i++)
        release_place(map_value_at(&incidents->places, i));
    map_release(&incidents->places);
    buf_release(incidents->key);
    mem_free(incidents->key);
    arena_release(&incidents->names);
    fpset_release(&incidents->large);
    activity_release(&incidents->mail);
    activity_release(&incidents->small);
    world_release(&incidents->world);
    mem_free(incidents->found);
}

static struct place *find_place(const struct incidents *incidents, sv name, enum incident_kind kind,
                                bool make)
{
    struct buf *key = incidents->key;
    struct map *places = (struct map *)&incidents->places;
    buf_clear(key);
    buf_add(key, name);
    buf_add_byte(key, (char)('0' + kind)); /* a domain may be called like a provider */
    struct place *place = make ? map_add(places, buf_sv(key), NULL) : map_get(places, buf_sv(key));
    if (make)
        place->kind = kind;
    return place;
}

enum { PLACES = 3 };

/* All that speak for the address: a domain, a server, and the pool of those who keep their own. */
static size_t places_of(const struct incidents *incidents, const struct incident_place *where,
                        bool make, struct place **places)
{
    char lower[OPERATOR_MAX];
    size_t count = 0;
    places[count++] = find_place(incidents, where->domain, INCIDENT_DOMAIN, make);
    if (where->provider.len) {
        places[count++] = find_place(incidents, where->provider, INCIDENT_PROVIDER, make);
        return count;
    }
    if (where->relay.len && !operator_is_own(where->relay, where->domain)) {
        sv name = operator_of_relay(where->relay, lower);
        places[count++] = find_place(incidents, name, INCIDENT_OPERATOR, make);
        return count;
    }
    if (where->network.len)
        places[count++] = find_place(incidents, where->network, INCIDENT_NETWORK, make);
    places[count++] = find_place(incidents, SV_EMPTY, INCIDENT_POOL, make);
    return count;
}

void incidents_note(struct incidents *incidents, const struct incident_place *where,
                    struct incident_death said)
{
    struct death death = {.hour = (int32_t)(said.time / ACTIVITY_SECONDS),
                          .first = said.first,
                          .living = said.living,
                          .domain = hash_nocase(where->domain)};
    struct place *places[PLACES];
    size_t count = places_of(incidents, where, true, places);
    for (size_t i = 0; i < count && i < sizeof death.places / sizeof *death.places; i++)
        death.places[i] = places[i];
    world_add(&incidents->world, &death);
    for (size_t i = 0; i < count; i++)
        deaths_add_last(&places[i]->dead, &incidents->world);
}

static const enum incident_kind kind_of[] = {
    [ACTIVITY_PROVIDER] = INCIDENT_PROVIDER, [ACTIVITY_OPERATOR] = INCIDENT_OPERATOR,
    [ACTIVITY_NETWORK] = INCIDENT_NETWORK,   [ACTIVITY_DOMAIN] = INCIDENT_DOMAIN,
    [ACTIVITY_OWN_DOMAIN] = INCIDENT_DOMAIN,
};

static void add_hours(struct activity *sum, const struct hour_activity *hours, size_t count)
{
    for (size_t i = 0; i < count; i++)
        activity_add(sum, &hours[i]);
}

/* Does it take so much mail that it has nothing in common with the small ones? */
static bool is_large(const struct hour_activity *hours, size_t count)
{
    int64_t taken = 0;
    for (size_t i = 0; i < count; i++)
        taken += hours[i].delivered;
    return taken > (int64_t)SMALL_MAX * (1 + (hours[count - 1].hour - hours[0].hour) / HOURS_A_DAY);
}

/* Each mail has one server: that of a provider, of an operator, or of the domain itself. */
static void add_mail(void *context, sv name, enum activity_kind kind,
                     const struct hour_activity *hours, size_t count)
{
    struct incidents *incidents = context;
    struct place *place = find_place(incidents, name, kind_of[kind], false);
    if (!count)
        return;
    if (place && place->crowded) {
        add_hours(&place->mail, hours, count);
        place->known = true;
    }
    if (kind == ACTIVITY_OWN_DOMAIN && is_large(hours, count))
        fpset_add(&incidents->large, hash_nocase(name), 0);
    else if (kind == ACTIVITY_OWN_DOMAIN)
        add_hours(&incidents->small, hours, count);
    if (kind != ACTIVITY_DOMAIN && kind != ACTIVITY_NETWORK)
        add_hours(&incidents->mail, hours, count);
}

void incidents_reserve(struct incidents *incidents, size_t more)
{
    incidents->found =
        mem_grow(incidents->found, incidents->count + more, sizeof *incidents->found);
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

static void search_place(struct incidents *incidents, struct place *place, sv key)
{
    const struct incident_guard *guard = incidents->guard;
    const struct world *world = &incidents->world;
    struct window window = deaths_window_here(world, &place->dead);
    struct surge_sums *sums = deaths_sums(world, &place->dead, &place->mail, window);
    size_t known;
    const struct hour_activity *hours = activity_hours(&incidents->mail, &known);
    int64_t latest = known ? (int64_t)hours[known - 1].hour - window.first : 0;
    struct surge_series series = {sums, world->sums + (window.first - world->window.first),
                                  window.hours, latest > 0 ? (size_t)latest : 0};
    bool *taken_out = mem_zero(window.hours, sizeof *taken_out);
    struct surge surge;
    place->name = arena_copy(&incidents->names, sv_sub(key, 0, key.len - 1));
    while (surge_find(&series, guard, taken_out, &surge)) {
        surge_extend(&series, guard, &surge);
        for (size_t i = surge.first; i < surge.end; i++)
            taken_out[i] = true;
        int least = place->kind == INCIDENT_POOL      ? guard->addresses
                    : place->kind == INCIDENT_NETWORK ? NEIGHBOURS
                                                      : 0;
        if (!least || deaths_are_common(world, &place->dead, window.first + (int32_t)surge.first,
                                        window.first + (int32_t)surge.end, least))
            add_incident(incidents, place, window, &surge);
    }
    mem_free(taken_out);
    mem_free(sums);
}

static const struct incident *cover(const struct incidents *incidents, const struct place *place,
                                    int32_t hour)
{
    for (size_t i = 0; place && i < place->span_count; i++)
        if (hour >= place->spans[i].first && hour < place->spans[i].end)
            return &incidents->found[place->spans[i].incident];
    return NULL;
}

/* Marks the deaths that happened in an incident that is found already. */
static void explain(struct incidents *incidents, const struct place *place)
{
    for (size_t i = 0; i < place->dead.count; i++) {
        struct death *death = &incidents->world.deaths.list[place->dead.list[i]];
        for (size_t j = 0; j < sizeof death->places / sizeof *death->places; j++)
            if (cover(incidents, death->places[j], death->hour))
                death->explained = true;
    }
}

static bool is_large_domain(const struct incidents *incidents, uint64_t domain)
{
    return fpset_get(&incidents->large, domain) != FPSET_NEW;
}

/* What is left for the pool: small domains, and what no other incident explains. */
static void thin_out(struct incidents *incidents, struct place *pool)
{
    size_t kept = 0;
    struct deaths_here *dead = &pool->dead;
    for (size_t i = 0; i < dead->count; i++) {
        const struct death *death = &incidents->world.deaths.list[dead->list[i]];
        if (!is_large_domain(incidents, death->domain) && !death->explained)
            dead->list[kept++] = dead->list[i];
    }
    dead->count = kept;
    activity_merge(&pool->mail, &incidents->small);
}

/* Servers before domains: a few of a provider's incident may be many of one of its small domains,
 * and would join there what died on other days. What shares but a network, or nothing, comes last:
 * a domain's own incident is none of its neighbours'. */
enum turn { TURN_SERVERS, TURN_DOMAINS, TURN_NETWORKS, TURN_POOL };

static enum turn turn_of(const struct place *place)
{
    return place->kind == INCIDENT_POOL      ? TURN_POOL
           : place->kind == INCIDENT_NETWORK ? TURN_NETWORKS
           : place->kind == INCIDENT_DOMAIN  ? TURN_DOMAINS
                                             : TURN_SERVERS;
}

static void search(struct incidents *incidents, enum turn turn)
{
    for (size_t i = 0; i < map_count(&incidents->places); i++) {
        struct place *place = map_value_at(&incidents->places, i);
        if (turn_of(place) != turn || !place->crowded)
            continue;
        explain(incidents, place);
        if (turn == TURN_POOL)
            thin_out(incidents, place);
        if ((place->known || turn == TURN_POOL) &&
            place->dead.count >= (size_t)incidents->guard->addresses)
            search_place(incidents, place, map_key_at(&incidents->places, i));
    }
}

/* All that is known are a few minutes: a part of a log, in which nothing is usual. */
static bool is_fragment(struct incidents *incidents, const struct suppress_source *source)
{
    size_t hours;
    (void)activity_hours(&incidents->mail, &hours);
    return hours <= 2 &&
           (source->latest < source->first || source->latest - source->first < FRAGMENT_SECONDS);
}

size_t incidents_reader(struct incidents *incidents, struct reader *reader)
{
    int least = incidents->guard->addresses;
    struct world *world = &incidents->world;
    if (!world->deaths.count || world->deaths.count < (size_t)least)
        return 0;
    world_open(world);
    for (size_t i = 0; i < map_count(&incidents->places); i++) {
        struct place *place = map_value_at(&incidents->places, i);
        place->crowded = deaths_are_crowded(world, &place->dead, least);
    }
    struct window window = world->window;
    int64_t first = window.first / HOURS_A_DAY;
    *reader = (struct reader){first, first + (int64_t)(window.hours / HOURS_A_DAY) + 1, add_mail,
                              incidents};
    return 1;
}

void incidents_find(struct incidents *incidents, const struct suppress_source *source)
{
    const struct world *world = &incidents->world;
    if (!world->deaths.count || world->deaths.count < (size_t)incidents->guard->addresses ||
        is_fragment(incidents, source))
        return;
    world_sum(&incidents->world, &incidents->mail);
    for (enum turn turn = TURN_SERVERS; turn <= TURN_POOL; turn++)
        search(incidents, turn);
}

void incidents_forget_deaths(struct incidents *incidents)
{
    world_release(&incidents->world);
    for (size_t i = 0; i < map_count(&incidents->places); i++) {
        struct place *place = map_value_at(&incidents->places, i);
        mem_free(place->dead.list);
        place->dead = (struct deaths_here){0};
    }
}

const struct incident *incidents_cover(const struct incidents *incidents,
                                       const struct incident_place *where, int64_t time)
{
    struct place *places[PLACES];
    if (!incidents->count)
        return NULL;
    size_t count = places_of(incidents, where, false, places);
    const struct incident *incident = NULL;
    bool small = !is_large_domain(incidents, hash_nocase(where->domain));
    for (size_t i = 0; i < count && !incident; i++)
        if (places[i] && (small || places[i]->kind != INCIDENT_POOL))
            incident = cover(incidents, places[i], (int32_t)(time / ACTIVITY_SECONDS));
    return incident;
}
