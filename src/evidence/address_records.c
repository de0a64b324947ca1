/* Evidence in memory as address records: all of it is our own, and stays where it is.
 *
 * Whoever decides looks at records one by one, and need not know whether a history is behind them.
 */
#include "bouncelog/evidence/address_records.h"

static void each(void *context, address_record_visitor *visit, void *visitor)
{
    const struct evidence *evidence = context;
    for (size_t i = 0; i < map_count(&evidence->addresses); i++) {
        const struct address_record *record = map_value_at(&evidence->addresses, i);
        visit(visitor, map_key_at(&evidence->addresses, i), record, record);
    }
}

static const struct address_record *keep(void *context, sv key)
{
    const struct evidence *evidence = context;
    return map_get(&evidence->addresses, key);
}

static const struct address_record *find(void *context, sv key, const struct address_record **own)
{
    *own = keep(context, key);
    return *own;
}

static int64_t latest(void *context)
{
    const struct evidence *evidence = context;
    int64_t time = INT64_MIN;
    for (size_t i = 0; i < map_count(&evidence->addresses); i++) {
        const struct address_record *record = map_value_at(&evidence->addresses, i);
        int64_t failed = address_record_latest(record);
        time = failed > time ? failed : time;
    }
    return time;
}

struct address_records address_records_of(const struct evidence *evidence)
{
    return (struct address_records){each, find, keep, latest, (void *)evidence, .stay = true};
}
