/* Takes a part of the mail out of the cells of a day, as counters that a report can be made of:
 * those of attempts, messages, categories, providers and domains. Whatever else a tally has stays
 * empty. */
#include "bouncelog/base/date.h"
#include "bouncelog/base/text.h"
#include "merge.h"

enum { DATE_LENGTH = 10 };

static bool matches(const struct cut_patterns *patterns, sv name)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (patterns->list[i].len && text_glob(patterns->list[i], name))
            return true;
    return !patterns->count;
}

/* Only the null sender has no name at all. */
static bool matches_sender(const struct cut_patterns *patterns, const struct cell_names *names)
{
    if (names->sender == SENDER_DOMAIN)
        return matches(patterns, names->sender_domain);
    for (size_t i = 0; i < patterns->count; i++)
        if (names->sender == SENDER_NULL && !patterns->list[i].len)
            return true;
    return !patterns->count;
}

enum match { MATCH_NONE, MATCH_PERHAPS, MATCH_ALL };

/* A cell without names may hold mail of the part. */
static enum match match_of(const struct cut *cut, const struct cell_names *names)
{
    if (names->sender == SENDER_ANY)
        return MATCH_PERHAPS;
    if (!matches_sender(&cut->senders, names) || !matches(&cut->providers, names->provider))
        return MATCH_NONE;
    if (names->kind & CELL_SHARED && cut->recipient_domains.count)
        return MATCH_PERHAPS;
    return matches(&cut->recipient_domains, names->recipient_domain) ? MATCH_ALL : MATCH_NONE;
}

bool cut_has(const struct cut *cut, const struct event *event)
{
    struct cell_name_room room;
    struct cell_names names = cells_names_of(event, 0, &room);
    return match_of(cut, &names) == MATCH_ALL;
}

static void add_outcomes(struct outcomes *sum, const struct cell *cell)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (!outcome_is_late((enum outcome)i))
            sum->count += cell->attempts[i];
    sum->delivered += cell->attempts[OUTCOME_DELIVERED];
    sum->deferred += cell->attempts[OUTCOME_DEFERRED];
    sum->bounced += cell->attempts[OUTCOME_BOUNCED];
    sum->expired += cell->attempts[OUTCOME_EXPIRED];
}

static void add_messages(struct tally *into, const struct cell *cell,
                         const struct cell_names *names, sv date)
{
    struct map *kinds = into->streams.kinds;
    if (names->kind & CELL_NOTIFICATION) {
        messages_add(&into->notifications, &cell->messages);
        return;
    }
    messages_add(&into->messages, &cell->messages);
    if (!(names->kind & CELL_STRANGE))
        messages_add(map_add(&kinds[STREAM_DAY], date, NULL), &cell->messages);
    if (names->provider.len)
        messages_add(map_add(&kinds[STREAM_PROVIDER], names->provider, NULL), &cell->messages);
}

static void add_sender(struct tally *into, const struct cell *cell, const struct cell_names *names)
{
    bool null = names->sender == SENDER_NULL;
    if (!null && names->sender != SENDER_DOMAIN)
        return;
    struct sender_domain *sender =
        tally_name(&into->sender_domains, null ? SV("<>") : names->sender_domain);
    if (!(names->kind & CELL_STOPPED))
        add_outcomes(&sender->outcomes, cell);
    if (!(names->kind & CELL_NOTIFICATION))
        messages_add(&sender->messages, &cell->messages);
}

static void add_places(struct tally *into, const struct cell *cell, const struct cell_names *names,
                       sv date)
{
    struct buf key = {0};
    sv name = names->kind & CELL_SHARED ? SV("(other)") : names->recipient_domain;
    if (name.len) {
        struct destination *domain = tally_name(&into->recipient_domains, name);
        add_outcomes(&domain->outcomes, cell);
    }
    if (!names->provider.len)
        return;
    struct provider_tally *provider = tally_name(&into->providers, names->provider);
    add_outcomes(&provider->sum.outcomes, cell);
    if (names->kind & CELL_STRANGE)
        return;
    buf_printf(&key, "%.*s\n%.*s", SV_FMT(names->provider), SV_FMT(date));
    add_outcomes(map_add(&into->provider_days, buf_sv(&key), NULL), cell);
    buf_release(&key);
}

static void add_reasons(struct tally *into, const struct cell *cell)
{
    for (const struct cell_reason *reason = cell->reasons; reason; reason = reason->next) {
        struct category_tally counts = {.count = reason->count,
                                        .transient = reason->transient,
                                        .permanent = reason->permanent,
                                        .seen = {.first = reason->first, .last = reason->last},
                                        .sample_time = reason->reply_time,
                                        .sample_code = reason->code};
        *sv_put(counts.sample_enhanced,
                sv_sub(reason->enhanced, 0, sizeof counts.sample_enhanced - 1)) = 0;
        counts.sample_len = tally_keep(counts.sample_text, reason->reply);
        tally_merge_category(&into->categories[reason->category], &counts);
    }
}

static void add_cell(struct tally *into, const struct cell *cell, const struct cell_names *names,
                     int64_t day)
{
    char date[DATE_TEXT];
    date_format(day * DATE_DAY, date);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        into->attempts[i] += cell->attempts[i];
    if (names->kind & CELL_STOPPED)
        into->stopped += cell->attempts[OUTCOME_BOUNCED];
    into->transient += cell->transient;
    into->permanent += cell->permanent;
    if (cell->first && cell->first < into->first)
        into->first = cell->first;
    if (cell->first && cell->last > into->last)
        into->last = cell->last;
    add_messages(into, cell, names, sv_make(date, DATE_LENGTH));
    add_sender(into, cell, names);
    if (!(names->kind & CELL_STOPPED))
        add_places(into, cell, names, sv_make(date, DATE_LENGTH));
    add_reasons(into, cell);
}

int64_t cells_cut(struct tally *into, const struct cells *cells, const struct cut *cut, int64_t day)
{
    int64_t unnamed = 0;
    for (size_t i = 0; i < map_count(&cells->map); i++) {
        const struct cell *cell = map_value_at(&cells->map, i);
        struct cell_names names = cells_names(map_key_at(&cells->map, i));
        enum match match = match_of(cut, &names);
        if (match == MATCH_ALL)
            add_cell(into, cell, &names, day);
        for (int j = 0; match == MATCH_PERHAPS && j < OUTCOME_COUNT; j++)
            unnamed += cell->attempts[j];
    }
    return unnamed;
}
