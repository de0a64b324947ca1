/* Counts lines by their own days. Of the lines between two that have a time, nobody says when they
 * were written; they follow the one before, so that the result does not depend on where a chunk
 * ends. The first line of a message (RECORD_QUEUED) has a time and yet no say, since a parser may
 * know it already and not read it again. */
#include "line_days.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"

enum { LOOK_BACK = 16, CLASSES = LINE_UNPARSED + 1 };

void chunk_days_clear(struct chunk_days *days)
{
    days->count = 0;
    days->day = DAY_UNKNOWN;
    for (size_t i = 0; i < CLASSES; i++)
        days->counted[i] = 0;
}

void chunk_days_release(struct chunk_days *days)
{
    mem_free(days->list);
    *days = (struct chunk_days){0};
}

static struct day_lines *lines_of_day(struct chunk_days *days, int64_t day)
{
    for (size_t i = days->count; i > 0 && i + LOOK_BACK > days->count; i--)
        if (days->list[i - 1].day == day)
            return &days->list[i - 1];
    days->list = mem_room(days->list, days->count, sizeof *days->list);
    days->list[days->count] = (struct day_lines){.day = day};
    return &days->list[days->count++];
}

/* Those that were read since the last time, but for one of this class. */
static void take_read(struct chunk_days *days, const struct lines *read, int but)
{
    struct day_lines *lines = NULL;
    for (int i = 0; i < CLASSES; i++) {
        int64_t more = read->counts[i] - days->counted[i] - (i == but);
        if (!more)
            continue;
        if (!lines)
            lines = lines_of_day(days, days->day);
        lines->counts[i] += more;
        days->counted[i] += more;
    }
}

void chunk_days_note(struct chunk_days *days, const struct lines *read, enum line_class class,
                     const struct records *records, size_t from)
{
    int64_t day = DAY_UNKNOWN;
    for (size_t i = from; i < records->count && day == DAY_UNKNOWN; i++)
        if (records->list[i].kind != RECORD_QUEUED)
            day = date_day(records->list[i].time); /* all records of a line have its time */
    if (day == DAY_UNKNOWN || day == days->day)
        return;
    take_read(days, read, (int)class);
    days->day = day;
}

void chunk_days_end(struct chunk_days *days, const struct lines *read)
{
    take_read(days, read, -1);
}

static void note_sample(int64_t *on, const struct samples *samples, size_t kept, int64_t day)
{
    if (samples->kept > kept && kept < SAMPLES_MAX)
        on[kept] = day;
}

void chunk_days_unparsed(struct chunk_days *days, const struct samples *samples, size_t kept)
{
    note_sample(days->unparsed_on, samples, kept, days->day);
}

void chunk_days_ambiguous(struct chunk_days *days, const struct samples *samples, size_t kept)
{
    lines_of_day(days, days->day)->ambiguous++;
    note_sample(days->ambiguous_on, samples, kept, days->day);
}

/* What a run has of a day; few days have samples. */
struct day_counts {
    struct day_lines lines;
    struct samples *unparsed, *ambiguous;
};

static struct day_counts *counts_of_day(struct line_days *days, int64_t day)
{
    return map_add(&days->days, sv_make((const char *)&day, sizeof day), NULL);
}

void line_days_init(struct line_days *days)
{
    map_init(&days->days, sizeof(struct day_counts));
    line_days_begin(days);
}

void line_days_release(struct line_days *days)
{
    for (size_t i = 0; i < map_count(&days->days); i++) {
        struct day_counts *counts = map_value_at(&days->days, i);
        mem_free(counts->unparsed);
        mem_free(counts->ambiguous);
    }
    map_release(&days->days);
}

void line_days_begin(struct line_days *days)
{
    days->day = DAY_UNKNOWN;
}

static void add_lines(struct day_lines *to, const struct day_lines *from)
{
    for (size_t i = 0; i < CLASSES; i++)
        to->counts[i] += from->counts[i];
    to->ambiguous += from->ambiguous;
}

/* Where lines without a time at the beginning of a chunk belong. */
static int64_t day_before(const struct line_days *days, const struct chunk_days *chunk)
{
    if (days->day != DAY_UNKNOWN)
        return days->day;
    for (size_t i = 0; i < chunk->count; i++)
        if (chunk->list[i].day != DAY_UNKNOWN)
            return chunk->list[i].day;
    return DAY_UNKNOWN;
}

static void add_samples(struct line_days *days, const struct samples *samples, const int64_t *on,
                        int64_t before, bool unparsed)
{
    for (size_t i = 0; i < samples->kept; i++) {
        struct day_counts *counts = counts_of_day(days, on[i] == DAY_UNKNOWN ? before : on[i]);
        struct samples **to = unparsed ? &counts->unparsed : &counts->ambiguous;
        if (!*to)
            *to = mem_zero(1, sizeof **to);
        samples_insert(*to, &samples->list[i]);
    }
}

void line_days_add(struct line_days *days, const struct chunk_days *chunk,
                   const struct line_tally *lines)
{
    int64_t before = day_before(days, chunk);
    for (size_t i = 0; i < chunk->count; i++) {
        const struct day_lines *part = &chunk->list[i];
        add_lines(&counts_of_day(days, part->day == DAY_UNKNOWN ? before : part->day)->lines, part);
    }
    add_samples(days, &lines->unparsed_samples, chunk->unparsed_on, before, true);
    add_samples(days, &lines->ambiguous_samples, chunk->ambiguous_on, before, false);
    if (chunk->day != DAY_UNKNOWN)
        days->day = chunk->day;
}

/* The believed day that lines of this one are counted on; NULL: none is near, the stamp was wrong,
 * or there was none. */
static struct period *period_of(const struct scan_result *scan, int64_t day)
{
    struct period *nearest = map_get(&scan->days, sv_make((const char *)&day, sizeof day));
    int64_t least = INT64_MAX, first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < map_count(&scan->days) && !nearest && day != DAY_UNKNOWN; i++) {
        int64_t other;
        memcpy(&other, map_key_at(&scan->days, i).ptr, sizeof other);
        first = other < first ? other : first;
        last = other > last ? other : last;
    }
    if (first == INT64_MAX || day < first - 1 || day > last + 1)
        return nearest;
    for (size_t i = 0; i < map_count(&scan->days); i++) {
        int64_t other;
        memcpy(&other, map_key_at(&scan->days, i).ptr, sizeof other);
        int64_t apart = other > day ? other - day : day - other;
        if (apart < least) {
            least = apart;
            nearest = map_value_at(&scan->days, i);
        }
    }
    return nearest;
}

static void merge_counts(struct line_tally *to, const struct day_counts *counts)
{
    struct line_tally more = {.delivery = counts->lines.counts[LINE_DELIVERY],
                              .context = counts->lines.counts[LINE_CONTEXT] +
                                         counts->lines.counts[LINE_SKIPPED],
                              .skipped = counts->lines.counts[LINE_SKIPPED],
                              .other = counts->lines.counts[LINE_OTHER],
                              .unparsed = counts->lines.counts[LINE_UNPARSED]};
    more.total = more.delivery + more.context + more.other + more.unparsed;
    if (counts->unparsed)
        more.unparsed_samples = *counts->unparsed;
    if (counts->ambiguous)
        more.ambiguous_samples = *counts->ambiguous;
    more.unparsed_samples.count = more.unparsed;
    more.ambiguous_samples.count = counts->lines.ambiguous;
    line_tally_merge(to, &more);
}

void line_days_finish(struct line_days *days, struct scan_result *scan)
{
    for (size_t i = 0; i < map_count(&days->days); i++) {
        int64_t day;
        memcpy(&day, map_key_at(&days->days, i).ptr, sizeof day);
        struct period *period = period_of(scan, day);
        merge_counts(period ? &period->lines : &scan->undated, map_value_at(&days->days, i));
    }
}
