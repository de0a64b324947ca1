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
    bool all;
    struct wanted *wanted; /* by fingerprint */
    size_t count, domains;
    int64_t first, last; /* days */
    int64_t latest;      /* time of the latest attempt; INT64_MIN: none */
};

static bool is_wanted(struct deliveries *deliveries, const struct address_record *record)
{
    return record->failures &&
           (deliveries->all || record->changed || address_record_came_back(record));
}

static void add_span(struct deliveries *deliveries, const struct address_record *record)
{
    for (const struct failure *failure = record->failures; failure; failure = failure->next) {
        int64_t day = date_day(failure_first_seen(failure)) -
                      deliveries->archive->options.patterns->policy.recent.days;
        if (day < deliveries->first)
            deliveries->first = day;
    }
}

static int by_fingerprint(const void *a, const void *b)
{
    uint64_t x = ((const struct wanted *)a)->fingerprint,
             y = ((const struct wanted *)b)->fingerprint;
    return (x > y) - (x < y);
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

static void take(void *context, uint64_t fingerprint, int64_t step)
{
    const struct deliveries *deliveries = context;
    size_t from = 0, to = deliveries->count;
    if (archive_was_taken_back(deliveries->archive, fingerprint, step))
        return;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (deliveries->wanted[middle].fingerprint < fingerprint)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < deliveries->count && deliveries->wanted[from].fingerprint == fingerprint; from++)
        if (!address_record_may_lose(deliveries->wanted[from].record, step, deliveries->latest))
            address_record_delivered_in(deliveries->wanted[from].record, step);
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
    int64_t day = archive_day_of_key(item->key), *last = context;
    (void)err;
    if (day > *last)
        *last = day;
    return 0;
}

static int take_days(struct deliveries *deliveries, struct err *err)
{
    struct archive *archive = deliveries->archive;
    char text[DAY_KEY];
    for (int64_t day = deliveries->first; day <= deliveries->last; day++) {
        if (deliveries->count &&
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
    if (deliveries.count || deliveries.domains)
        result = history_each_key(archive->history, ITEM_DAY, day_of, &deliveries.last, err) < 0
                     ? -1
                     : take_days(&deliveries, err);
    mem_free(deliveries.wanted);
    return result;
}

struct last {
    struct archive *archive;
    uint64_t fingerprint;
    int64_t step;
};

static void take_last(void *context, uint64_t fingerprint, int64_t step)
{
    struct last *last = context;
    if (fingerprint == last->fingerprint && step > last->step &&
        !archive_was_taken_back(last->archive, fingerprint, step))
        last->step = step;
}

static int look_in_day(void *context, const struct item *item, struct err *err)
{
    struct last *last = context;
    return deliveries_each(item->value, archive_taxonomy(last->archive), take_last, last) < 0
               ? archive_damaged(last->archive, "the counters of a day", err)
               : 0;
}

int archive_last_delivery(struct archive *archive, sv address, int64_t *time, struct err *err)
{
    struct last last = {archive, fpset_kept(hash_bytes(address)), INT64_MIN};
    if (history_each(archive->history, ITEM_DAY, look_in_day, &last, err) < 0)
        return -1;
    *time = last.step == INT64_MIN ? 0 : last.step * DELIVERY_STEP;
    return 0;
}
