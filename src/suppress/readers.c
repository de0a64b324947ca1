/* The days that anybody asks for are gone through once, and each reader is told of his own.
 *
 * What a reader hears does not depend on who else reads. A log without a history tells each name
 * with all of its hours, whatever days are asked for, and all of that is known. */
#include "readers.h"

enum { HOURS_A_DAY = 24 };

struct telling {
    const struct reader *readers;
    size_t count;
    bool by_day;
};

static void tell(void *context, sv name, enum activity_kind kind, const struct hour_activity *hours,
                 size_t count)
{
    const struct telling *telling = context;
    for (size_t i = 0; count && i < telling->count; i++) {
        const struct reader *reader = &telling->readers[i];
        if (!telling->by_day || (hours[0].hour >= reader->first * HOURS_A_DAY &&
                                 hours[0].hour < (reader->last + 1) * HOURS_A_DAY))
            reader->visit(reader->context, name, kind, hours, count);
    }
}

void readers_read(const struct reader *readers, size_t count, const struct suppress_source *source)
{
    struct telling telling = {readers, count, source->by_day};
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        first = readers[i].first < first ? readers[i].first : first;
        last = readers[i].last > last ? readers[i].last : last;
    }
    if (count)
        source->each_activity(source->activity_context, first, last, tell, &telling);
}
