/* Mail that other nights saw taken. A log may be read late, and an address that fails may have
 * taken mail a week ago: the days of the history know who took mail when. Only the days that can
 * matter are looked through, and only for the addresses that have failed. */
#include <stdlib.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "state.h"

struct wanted {
    uint64_t fingerprint; /* fpset_kept */
    struct address_record *record;
};

struct deliveries {
    struct archive *archive;
    struct evidence *evidence;
    bool all, marks;
    struct wanted *wanted; /* by fingerprint */
    size_t count, domains;
    int64_t first, last; /* days */
    int64_t latest;      /* time of the latest attempt; INT64_MIN: none */
};

/* How far back mail that was taken says something of a failure. */
static int64_t recent_days(const struct deliveries *deliveries)
{
    return deliveries->archive->options.patterns->policy.recent.days;
}

static bool is_wanted(struct deliveries *deliveries, const struct address_record *record)
{
    return record->failures &&
           (deliveries->all || record->changed || address_record_came_back(record));
}

static void add_span(struct deliveries *deliveries, const struct address_record *record)
{
    for (const struct failure *failure = record->failures; failure; failure = failure->next) {
        int64_t day = date_day(failure_first_seen(failure)) - recent_days(deliveries);
        if (day < deliveries->first)
            deliveries->first = day;
    }
}

/* Lists that are looked through for fingerprints are of structures that begin with theirs. */
static int by_fingerprint(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The first one that has it or, where none has, the one behind. */
static size_t find_first(const void *list, size_t count, size_t size, uint64_t fingerprint)
{
    size_t from = 0, to = count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (by_fingerprint((const char *)list + middle * size, &fingerprint) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static void find_wanted(struct deliveries *deliveries)
{
    struct map *addresses = &deliveries->evidence->addresses,
               *domains = &deliveries->evidence->domains;
    for (size_t i = 0; i < map_count(addresses); i++) {
        struct address_record *record = map_value_at(addresses, i);
        if (!is_wanted(deliveries, record))
            continue;
        deliveries->wanted =
            mem_room(deliveries->wanted, deliveries->count, sizeof *deliveries->wanted);
        deliveries->wanted[deliveries->count++] =
            (struct wanted){fpset_kept(hash_bytes(map_key_at(addresses, i))), record};
        add_span(deliveries, record);
    }
    for (size_t i = 0; i < map_count(domains); i++) {
        const struct address_record *record = map_value_at(domains, i);
        if (!is_wanted(deliveries, record))
            continue;
        deliveries->domains++;
        add_span(deliveries, record);
    }
    if (deliveries->count)
        qsort(deliveries->wanted, deliveries->count, sizeof *deliveries->wanted, by_fingerprint);
}

/* Where all are asked for, addresses are those of the survey, and of this run. */
static void want_known(struct deliveries *deliveries)
{
    struct archive *archive = deliveries->archive;
    struct survey *survey = &archive->survey;
    const struct map *recorded = archive->scan ? &archive->scan->evidence.addresses : NULL;
    for (size_t i = 0; recorded && i < map_count(recorded); i++) {
        const struct address_record *record = map_value_at(recorded, i);
        if (!record->failures)
            continue;
        uint64_t fingerprint = hash_bytes(map_key_at(recorded, i));
        fpset_add(&survey->known, fingerprint, 0);
        if (address_record_came_back(record))
            fpset_add(&survey->came_back, fingerprint, 0);
        add_span(deliveries, record);
    }
    deliveries->marks = survey->known.count > 0;
    if (survey->first == INT64_MAX)
        return;
    int64_t day = date_day(survey->first) - recent_days(deliveries);
    if (day < deliveries->first)
        deliveries->first = day;
}

/* Whether it may lose what it took lately (address_record_may_lose) its whole record says. */
static void mark(const struct deliveries *deliveries, uint64_t fingerprint, int64_t step)
{
    struct survey *survey = &deliveries->archive->survey;
    bool may_lose = late_may_come(step, deliveries->latest) &&
                    fpset_get(&survey->came_back, fingerprint) != FPSET_NEW;
    if (fpset_get(&survey->known, fingerprint) != FPSET_NEW)
        fpset_mark(may_lose ? &survey->recent : &survey->known, fingerprint, 0, step);
}

static void take(void *context, uint64_t fingerprint, int64_t step)
{
    const struct deliveries *deliveries = context;
    const struct wanted *wanted = deliveries->wanted;
    if (archive_was_taken_back(deliveries->archive, fingerprint, step))
        return;
    if (deliveries->marks)
        mark(deliveries, fingerprint, step);
    for (size_t i = find_first(wanted, deliveries->count, sizeof *wanted, fingerprint);
         i < deliveries->count && wanted[i].fingerprint == fingerprint; i++)
        if (!address_record_may_lose(wanted[i].record, step, deliveries->latest))
            address_record_delivered_in(wanted[i].record, step);
}

static int take_day(void *context, const struct item *item, struct err *err)
{
    struct deliveries *deliveries = context;
    return deliveries_each(item->value, archive_taxonomy(deliveries->archive), take, deliveries) < 0
               ? archive_damaged(deliveries->archive, "the counters of a day", err)
               : 0;
}

static void take_domain(void *context, sv name, enum activity_kind kind,
                        const struct hour_activity *hours, size_t count)
{
    const struct deliveries *deliveries = context;
    struct address_record *record = evidence_domain_of(deliveries->evidence, name, kind);
    if (record && is_wanted(context, record))
        evidence_take_activity(record, hours, count);
}

static int day_of(void *context, const struct item *item, struct err *err)
{
    int64_t day, *last = context;
    (void)err;
    if (archive_day_of_key(item->key, &day) && day > *last)
        *last = day;
    return 0;
}

static int take_days(struct deliveries *deliveries, struct err *err)
{
    struct archive *archive = deliveries->archive;
    char text[DAY_KEY];
    /* Marks lie within some years of the first one: that is the latest. */
    int64_t count =
        deliveries->first <= deliveries->last ? deliveries->last - deliveries->first + 1 : 0;
    for (int64_t i = 0; i < count; i++) {
        int64_t day = deliveries->marks ? deliveries->last - i : deliveries->first + i;
        if ((deliveries->count || deliveries->marks) &&
            history_each_of(archive->history, ITEM_DAY, archive_day_key(day, text), take_day,
                            deliveries, err) < 0)
            return -1;
    }
    if (deliveries->domains)
        archive_each_activity(archive, deliveries->first, deliveries->last, take_domain,
                              deliveries);
    return archive_check(archive, err);
}

static int64_t latest_of(const struct archive *archive)
{
    int64_t of_scan = archive->scan ? archive->scan->tally.last : INT64_MIN;
    return archive->newest > of_scan ? archive->newest : of_scan;
}

int archive_take_deliveries(struct archive *archive, struct evidence *evidence, bool all,
                            struct err *err)
{
    struct deliveries deliveries = {.archive = archive,
                                    .evidence = evidence,
                                    .all = all,
                                    .first = INT64_MAX,
                                    .last = INT64_MIN,
                                    .latest = latest_of(archive)};
    int result = 0;
    find_wanted(&deliveries);
    if (all)
        want_known(&deliveries);
    if (deliveries.count || deliveries.domains || deliveries.marks)
        result = history_each_key(archive->history, ITEM_DAY, day_of, &deliveries.last, err) < 0
                     ? -1
                     : take_days(&deliveries, err);
    mem_free(deliveries.wanted);
    return result;
}

/* --- when did it take mail last? */

struct last {
    uint64_t fingerprint; /* fpset_kept */
    int64_t step;
};

struct lasts {
    struct archive *archive;
    struct last *list; /* by fingerprint */
    size_t count;
};

static void take_last(void *context, uint64_t fingerprint, int64_t step)
{
    const struct lasts *lasts = context;
    struct last *list = lasts->list;
    for (size_t i = find_first(list, lasts->count, sizeof *list, fingerprint);
         i < lasts->count && list[i].fingerprint == fingerprint; i++)
        if (step > list[i].step && !archive_was_taken_back(lasts->archive, fingerprint, step))
            list[i].step = step;
}

static int look_in_day(void *context, const struct item *item, struct err *err)
{
    struct lasts *lasts = context;
    return deliveries_each(item->value, archive_taxonomy(lasts->archive), take_last, lasts) < 0
               ? archive_damaged(lasts->archive, "the counters of a day", err)
               : 0;
}

static int64_t time_of(const struct last *last)
{
    return last->step == INT64_MIN ? 0 : last->step * DELIVERY_STEP;
}

int archive_last_delivery(struct archive *archive, sv address, int64_t *time, struct err *err)
{
    struct last last = {fpset_kept(hash_bytes(address)), INT64_MIN};
    struct lasts lasts = {archive, &last, 1};
    if (history_each(archive->history, ITEM_DAY, look_in_day, &lasts, err) < 0)
        return -1;
    *time = time_of(&last);
    return 0;
}

int archive_last_deliveries(struct archive *archive, struct map *addresses, struct err *err)
{
    size_t count = map_count(addresses);
    struct last *list = mem_zero(count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = (struct last){fpset_kept(hash_bytes(map_key_at(addresses, i))), INT64_MIN};
    if (count)
        qsort(list, count, sizeof *list, by_fingerprint);
    struct lasts lasts = {archive, list, count};
    int result = history_each(archive->history, ITEM_DAY, look_in_day, &lasts, err);
    for (size_t i = 0; i < count && result == 0; i++) {
        uint64_t fingerprint = fpset_kept(hash_bytes(map_key_at(addresses, i)));
        size_t at = find_first(list, count, sizeof *list, fingerprint);
        *(int64_t *)map_value_at(addresses, i) = time_of(&list[at]);
    }
    mem_free(list);
    return result < 0 ? -1 : 0;
}
