/* Cuts the refusals of each block into episodes. One goes on until mail was taken by the provider
 * from that host and nothing was refused for some hours: a provider that slows us takes some mail
 * all the time, and a night without mail ends nothing. The first and the last refusal are known by
 * the second, those between by the hour. */
#include "episodes.h"

#include <stdlib.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/bytes.h"

enum { QUIET_HOURS = 6, DAY_HOURS = 24, EPISODES_MAX = 1000, HOUR = ACTIVITY_SECONDS };

struct hours {
    const struct hour_activity *list;
    size_t count;
};

static struct hours hours_of(const struct activity *activity, struct arena *arena)
{
    struct hour_activity *list = arena_alloc(arena, (activity->count + 1) * sizeof *list);
    return (struct hours){list, activity_copy(activity, list)};
}

/* The first hour after this one in which mail was taken; INT32_MAX: none. */
static int32_t taken_after(const struct hours *taken, int32_t hour)
{
    for (size_t i = 0; i < taken->count; i++)
        if (taken->list[i].hour > hour && taken->list[i].delivered)
            return taken->list[i].hour;
    return INT32_MAX;
}

static int64_t taken_in(const struct hours *taken, int32_t hour)
{
    for (size_t i = 0; i < taken->count; i++)
        if (taken->list[i].hour == hour)
            return taken->list[i].delivered;
    return 0;
}

static bool is_word(sv text, size_t at, const char *word)
{
    sv rest = sv_skip(text, at), want = sv_from(word);
    return rest.len >= want.len && sv_eq_nocase(sv_sub(rest, 0, want.len), want) &&
           (!at || !is_alpha(text.ptr[at - 1]));
}

/* Seconds that a unit stands for; 0: it is none. */
static int64_t unit_of(sv text)
{
    static const struct {
        const char *word;
        int64_t seconds;
    } units[] = {{"second", 1}, {"sec", 1},     {"minute", 60},
                 {"min", 60},   {"hour", 3600}, {"day", 86400}};
    while (text.len && text.ptr[0] == ' ')
        text = sv_skip(text, 1);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (is_word(text, 0, units[i].word))
            return units[i].seconds;
    return 0;
}

/* "per 60 seconds" says how fast, not how long. */
static bool is_rate(sv text, size_t blank)
{
    sv before = sv_sub(text, 0, blank);
    return sv_ends(before, SV("per")) || sv_ends(before, SV("every")) ||
           sv_ends(before, SV("within"));
}

/* "try again in 300 seconds": a number with a unit, shortly behind a word that asks to wait. */
static int64_t retry_after(sv text)
{
    static const char *const words[] = {"again", "retry", "wait", "after"};
    enum { REACH = 24 };
    size_t asked = SIZE_MAX;
    for (size_t at = 0; at < text.len; at++) {
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (is_word(text, at, words[i]))
                asked = at;
        if (!is_digit(text.ptr[at]) || asked == SIZE_MAX || at - asked > REACH ||
            text.ptr[at - 1] != ' ' || is_rate(text, at - 1))
            continue;
        size_t end = at;
        uint64_t number;
        while (end < text.len && is_digit(text.ptr[end]))
            end++;
        int64_t unit = unit_of(sv_skip(text, end));
        if (unit && sv_to_u64(sv_sub(text, at, end), &number) && number && number < 1000000)
            return (int64_t)number * unit;
        at = end;
    }
    return 0;
}

static const struct path *find_path(const struct tally *tally, sv host, sv provider)
{
    struct buf key = {0};
    buf_printf(&key, "%.*s\n%.*s", SV_FMT(host), SV_FMT(provider));
    const struct path *path = map_get(&tally->paths, buf_sv(&key));
    buf_release(&key);
    return path;
}

static void add(struct report *report, const struct episode_row *row)
{
    if (report->episode_count < EPISODES_MAX)
        report->episodes[report->episode_count++] = *row;
}

static void cut(struct report *report, const struct block *block, struct episode_row row,
                const struct hours *taken, int64_t taken_last)
{
    struct hours refused = hours_of(&block->seen.hours, &report->arena);
    row.first_seen = block->seen.first;
    for (size_t i = 0; i < refused.count; i++) {
        const struct hour_activity *at = &refused.list[i];
        if (!row.count)
            row.taken_per_hour = taken_in(taken, at->hour);
        row.count += at->dead;
        bool last = i + 1 == refused.count;
        int64_t until = last ? report->last / HOUR : at[1].hour;
        int32_t after = taken_after(taken, at->hour);
        row.last_seen = last ? block->seen.last : (int64_t)at->hour * HOUR + HOUR - 1;
        bool quiet = until - at->hour > QUIET_HOURS;
        bool at_once = last && taken_last > block->seen.last && after > until; /* in that hour */
        row.ended = quiet && (after <= until || at_once);
        row.ended_at = !row.ended ? 0 : at_once ? block->seen.last : (int64_t)after * HOUR;
        if (!last && !row.ended)
            continue;
        add(report, &row);
        row.count = 0;
        row.first_seen = last ? 0 : (int64_t)at[1].hour * HOUR;
    }
}

static int by_count(const void *left, const void *right)
{
    const struct episode_row *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    int order = sv_cmp(a->host, b->host);
    if (order == 0)
        order = sv_cmp(a->provider, b->provider);
    if (order == 0)
        order = sv_cmp(a->kind, b->kind);
    if (order == 0)
        order = sv_cmp(a->list, b->list);
    return order ? order : (a->first_seen > b->first_seen) - (a->first_seen < b->first_seen);
}

void episodes_make(struct report *report, const struct tally *tally,
                   const struct report_options *options)
{
    report->episodes = arena_alloc(&report->arena, EPISODES_MAX * sizeof *report->episodes);
    for (size_t i = 0; i < map_count(&tally->blocks); i++) {
        const struct block *block = map_value_at(&tally->blocks, i);
        sv rest, host = sv_cut(map_key_at(&tally->blocks, i), '\n', &rest);
        sv provider = sv_cut(rest, '\n', &rest);
        const struct path *path = find_path(tally, host, provider);
        struct hours taken = {NULL, 0};
        if (path)
            taken = hours_of(&path->activity, &report->arena);
        struct episode_row row = {
            .kind = taxonomy_category_name(options->taxonomy, block->category),
            .first_contact = block->category == options->taxonomy->roles[ROLE_FIRST_CONTACT],
            .host = host,
            .provider = provider,
            .list = block->list,
            .retry_after_s = retry_after(sv_make(block->sample, block->sample_len))};
        cut(report, block, row, &taken, path ? path->taken_last : 0);
    }
    qsort(report->episodes, report->episode_count, sizeof *report->episodes, by_count);
    if (report->episode_count > options->top)
        report->episode_count = options->top;
}

int64_t episodes_latest(const struct sighting *seen, int64_t last)
{
    return activity_dead_after(&seen->hours, last / HOUR - DAY_HOURS);
}
