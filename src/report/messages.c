/* Makes rows of message counts. Shares are rounded to four decimals. A cut has the names with the
 * most messages, and all others in one row that is called (other); a name that the counters
 * themselves had no room for is in that row already. */
#include "bouncelog/report/messages.h"

#include <stdlib.h>

#include "bouncelog/base/bytes.h"
#include "rankings.h"

enum { NAME_MAX_BYTES = 512 };

#define OTHER_NAME SV("(other)")

const char *const stream_cut_names[CUTS] = {"sender_domain", "sender", "campaign"};

/* Who was deferred where nobody counted it waits less than not at all. */
static int64_t waiting_of(const struct message_counts *counts)
{
    return counts->waiting > 0 ? counts->waiting : 0;
}

/* Nor is less than nothing delivered where a mail took back what an earlier run had counted. */
static int64_t delivered_of(const struct message_counts *counts)
{
    return counts->delivered > 0 ? counts->delivered : 0;
}

static int64_t total_of(const struct message_counts *counts)
{
    return messages_total(counts) - counts->waiting + waiting_of(counts) - counts->delivered +
           delivered_of(counts);
}

static struct message_row row_of(sv name, const struct message_counts *counts)
{
    struct message_row row = {.name = name, .counts = *counts, .total = total_of(counts)};
    row.counts.waiting = waiting_of(counts);
    row.counts.delivered = delivered_of(counts);
    row.sent = row.total - counts->handed_over - counts->discarded;
    row.delivery_rate = rankings_share(row.counts.delivered, row.sent);
    row.bounce_rate = rankings_share(counts->bounced + counts->expired, row.sent);
    row.hard_bounce_rate = rankings_share(counts->bounced, row.sent);
    return row;
}

static int by_name(const void *left, const void *right)
{
    const struct message_row *a = left, *b = right;
    return sv_cmp(a->name, b->name);
}

/* All names of a cut that have mail. */
static struct message_rows rows_of(const struct map *map, struct arena *arena)
{
    struct message_rows rows = {.rows =
                                    arena_alloc(arena, (map_count(map) + 1) * sizeof *rows.rows)};
    for (size_t i = 0; i < map_count(map); i++) {
        struct message_row row = row_of(map_key_at(map, i), map_value_at(map, i));
        if (row.total || row.counts.deferred)
            rows.rows[rows.count++] = row;
    }
    return rows;
}

/* What was deferred on a day and decided on a later one waited at the end of that day. */
static struct message_rows days_of(const struct map *map, struct arena *arena)
{
    struct message_rows days = rows_of(map, arena);
    size_t kept = 0;
    for (size_t i = 0; i < days.count; i++) {
        struct message_counts counts = days.rows[i].counts;
        messages_settle(&counts, 0);
        days.rows[kept] = row_of(days.rows[i].name, &counts);
        kept += days.rows[kept].total > 0;
    }
    days.count = kept;
    return days;
}

struct candidate {
    sv name;
    int64_t total;
    const struct message_counts *counts;
};

static int by_total(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->total != b->total)
        return a->total < b->total ? 1 : -1;
    return sv_cmp(a->name, b->name);
}

/* Of those beyond `top` the counts go into the rest. */
static size_t keep_top(struct candidate *list, size_t count, size_t top,
                       struct message_counts *rest)
{
    qsort(list, count, sizeof *list, by_total);
    for (size_t i = top; i < count; i++)
        messages_add(rest, list[i].counts);
    return count < top ? count : top;
}

/* Those kept so far, and some more, are sorted now and then: from then on most are too few. */
static struct message_rows top_of(const struct map *map, size_t offset, size_t top,
                                  struct arena *arena)
{
    size_t room = top < map_count(map) / 8 ? 8 * top + 8 : map_count(map) + 1, kept = 0;
    struct candidate *list = arena_alloc(arena, room * sizeof *list);
    struct message_counts rest = {0};
    int64_t least = 1; /* of what may be among them */
    for (size_t i = 0; i < map_count(map); i++) {
        const char *value = map_value_at(map, i);
        const void *at = value + offset;
        struct candidate next = {map_key_at(map, i), total_of(at), at};
        if (next.total < least || sv_eq(next.name, OTHER_NAME))
            messages_add(&rest, at);
        else
            list[kept++] = next;
        if (kept == room) {
            kept = keep_top(list, kept, top, &rest);
            least = kept ? list[kept - 1].total : INT64_MAX;
        }
    }
    kept = keep_top(list, kept, top, &rest);
    struct message_rows rows = {.rows = arena_alloc(arena, (kept + 1) * sizeof *rows.rows)};
    for (; rows.count < kept; rows.count++)
        rows.rows[rows.count] = row_of(list[rows.count].name, list[rows.count].counts);
    rows.rows[kept] = row_of(OTHER_NAME, &rest);
    rows.count += rows.rows[kept].total > 0;
    return rows;
}

static void make_streams(struct message_report *report, const struct tally *tally, size_t top,
                         const struct redactor *redactor, struct arena *arena)
{
    const struct map *kinds = tally->streams.kinds;
    report->streams[CUT_SENDER_DOMAIN] =
        top_of(&tally->sender_domains, offsetof(struct sender_domain, messages), top, arena);
    report->streams[CUT_SENDER] = top_of(&kinds[STREAM_SENDER], 0, top, arena);
    report->streams[CUT_CAMPAIGN] = top_of(&kinds[STREAM_CAMPAIGN], 0, top, arena);
    for (int cut = CUT_SENDER; cut < CUTS; cut++)
        for (size_t i = 0; i < report->streams[cut].count; i++) {
            sv *name = &report->streams[cut].rows[i].name;
            if (!sv_eq(*name, OTHER_NAME))
                *name = redact_address(redactor, *name, arena);
        }
}

void messages_make(struct message_report *report, const struct tally *tally, size_t top,
                   const struct redactor *redactor, struct arena *arena)
{
    report->messages = row_of(SV_EMPTY, &tally->messages);
    report->notifications = row_of(SV_EMPTY, &tally->notifications);
    report->days = days_of(&tally->streams.kinds[STREAM_DAY], arena);
    report->providers = rows_of(&tally->streams.kinds[STREAM_PROVIDER], arena);
    qsort(report->days.rows, report->days.count, sizeof *report->days.rows, by_name);
    qsort(report->providers.rows, report->providers.count, sizeof *report->providers.rows, by_name);
    make_streams(report, tally, top, redactor, arena);
}

const struct message_row *messages_provider(const struct message_report *report, sv name)
{
    struct message_row key = {.name = name};
    return bsearch(&key, report->providers.rows, report->providers.count,
                   sizeof *report->providers.rows, by_name);
}

bool messages_stream(const struct tally *tally, sv name, struct message_row *row)
{
    char lower[NAME_MAX_BYTES];
    sv key = sv_sub(name, 0, sizeof lower);
    bytes_lower(lower, key);
    key = sv_make(lower, key.len);
    const struct sender_domain *domain = map_get(&tally->sender_domains, key);
    const struct message_counts *counts = domain ? &domain->messages : NULL;
    if (!counts)
        counts = map_get(&tally->streams.kinds[STREAM_SENDER], key);
    if (!counts)
        counts = map_get(&tally->streams.kinds[STREAM_CAMPAIGN], key);
    if (counts)
        *row = row_of(name, counts);
    return counts != NULL;
}

bool messages_overflowed(const struct tally *tally)
{
    return map_get(&tally->streams.kinds[STREAM_SENDER], OTHER_NAME) ||
           map_get(&tally->streams.kinds[STREAM_CAMPAIGN], OTHER_NAME);
}
