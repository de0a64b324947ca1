/* Outages: the intervals in which a domain or a provider called many living addresses dead.
 *
 * Names are noted together with the time of a failure that would list an address there; then the
 * activity of those names, some days before included, is read once, and guards.c judges it. */
#include "outages.h"

#include "bouncelog/base/buf.h"
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/suppress/policy.h"

/* How long before the first failure it is looked at what was usual. */
enum { DAYS_BEFORE = 14, DAYS_MAX = 400 };

struct outage_name {
    bool noted;
    int64_t first, last;        /* intervals since 1970 */
    struct interval *intervals; /* from `from` on */
    bool *outage;
    int64_t from;
    size_t count;
};

void outages_init(struct outages *outages)
{
    map_init(&outages->names, sizeof(struct outage_name));
}

void outages_release(struct outages *outages)
{
    for (size_t i = 0; i < map_count(&outages->names); i++) {
        struct outage_name *name = map_value_at(&outages->names, i);
        mem_free(name->intervals);
        mem_free(name->outage);
    }
    map_release(&outages->names);
}

/* A domain may be called like a provider. */
static struct outage_name *find_name(const struct outages *outages, sv name, bool is_domain,
                                     bool make)
{
    struct buf key = {0};
    buf_add(&key, name);
    buf_add_byte(&key, is_domain ? '@' : ' ');
    struct map *names = (struct map *)&outages->names;
    struct outage_name *found =
        make ? map_add(names, buf_sv(&key), NULL) : map_get(names, buf_sv(&key));
    buf_release(&key);
    return found;
}

static void note(struct outages *outages, sv text, bool is_domain, int64_t interval)
{
    struct outage_name *name = find_name(outages, text, is_domain, true);
    if (!name->noted || interval < name->first)
        name->first = interval;
    if (!name->noted || interval > name->last)
        name->last = interval;
    name->noted = true;
}

void outages_note(struct outages *outages, sv domain, sv provider, int64_t time)
{
    note(outages, domain, true, date_step(time, INTERVAL_SECONDS));
    if (provider.len)
        note(outages, provider, false, date_step(time, INTERVAL_SECONDS));
}

struct visit {
    const struct outages *outages;
    int64_t day;
};

static void add_activity(void *context, sv text, bool is_domain, const struct activity *activity)
{
    const struct visit *visit = context;
    struct outage_name *name = find_name(visit->outages, text, is_domain, false);
    if (!name)
        return;
    for (int i = 0; i < INTERVALS_A_DAY; i++) {
        int64_t at = visit->day * INTERVALS_A_DAY + i - name->from;
        if (at < 0 || at >= (int64_t)name->count)
            continue;
        name->intervals[at].delivered += activity->delivered[i];
        name->intervals[at].dead += activity->dead[i];
    }
}

static void make_intervals(struct outage_name *name)
{
    int64_t most = (int64_t)DAYS_MAX * INTERVALS_A_DAY;
    name->from = name->first - (int64_t)DAYS_BEFORE * INTERVALS_A_DAY;
    if (name->last - name->from >= most)
        name->from = name->last - most + 1;
    name->count = (size_t)(name->last - name->from + 1);
    name->intervals = mem_zero(name->count, sizeof *name->intervals);
    name->outage = mem_zero(name->count, sizeof *name->outage);
}

/* The days that any of the names is watched on; there may be years between them. */
static void add_days(struct map *days, const struct outage_name *name)
{
    for (int64_t at = 0; at < (int64_t)name->count; at += INTERVALS_A_DAY) {
        int64_t day = (name->from + at) / INTERVALS_A_DAY;
        map_add(days, sv_make((const char *)&day, sizeof day), NULL);
    }
    int64_t last = name->last / INTERVALS_A_DAY;
    map_add(days, sv_make((const char *)&last, sizeof last), NULL);
}

void outages_find(struct outages *outages, const struct suppress_source *source,
                  const struct outage_guard *guard)
{
    struct map days;
    map_init(&days, 1);
    for (size_t i = 0; i < map_count(&outages->names); i++) {
        make_intervals(map_value_at(&outages->names, i));
        add_days(&days, map_value_at(&outages->names, i));
    }
    for (size_t i = 0; i < map_count(&days); i++) {
        struct visit visit = {.outages = outages};
        memcpy(&visit.day, map_key_at(&days, i).ptr, sizeof visit.day);
        source->each_activity(source->activity_context, visit.day, add_activity, &visit);
    }
    map_release(&days);
    for (size_t i = 0; i < map_count(&outages->names); i++) {
        struct outage_name *name = map_value_at(&outages->names, i);
        policy_outages(guard, name->intervals, name->count, INTERVALS_A_DAY, name->outage);
    }
}

static bool covers(const struct outages *outages, sv text, bool is_domain, int64_t interval)
{
    const struct outage_name *name = find_name(outages, text, is_domain, false);
    int64_t at = name ? interval - name->from : -1;
    return at >= 0 && at < (int64_t)name->count && name->outage[at];
}

bool outages_cover(const struct outages *outages, sv domain, sv provider, int64_t time)
{
    return covers(outages, domain, true, date_step(time, INTERVAL_SECONDS)) ||
           (provider.len && covers(outages, provider, false, date_step(time, INTERVAL_SECONDS)));
}
