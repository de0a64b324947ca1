/* Adds counters to counters: sums are added, names are looked up in the table that they are
 * merged into, and of what is kept once the earliest stays. The sums are the same in any order
 * and any grouping, which is why days, threads and hosts can be counted apart. */
#include "merge.h"

#include "bouncelog/base/text.h"

static void merge_samples(struct samples *into, const struct samples *from)
{
    into->count += from->count;
    for (size_t i = 0; i < from->kept; i++)
        samples_insert(into, &from->list[i]);
}

void line_tally_merge(struct line_tally *into, const struct line_tally *from)
{
    into->total += from->total;
    into->delivery += from->delivery;
    into->context += from->context;
    into->other += from->other;
    into->unparsed += from->unparsed;
    into->skipped += from->skipped;
    merge_samples(&into->unparsed_samples, &from->unparsed_samples);
    merge_samples(&into->ambiguous_samples, &from->ambiguous_samples);
}

void *tally_name(struct map *map, sv name)
{
    return map_add_hashed(map, name, sv_eq(name, SV("<>")) ? NULL_SENDER_HASH : hash_bytes(name),
                          NULL);
}

void outcomes_add(struct outcomes *sum, const struct outcomes *more)
{
    sum->count += more->count;
    sum->delivered += more->delivered;
    sum->deferred += more->deferred;
    sum->bounced += more->bounced;
    sum->expired += more->expired;
}

static void add_destination(void *value, const void *other)
{
    struct destination *into = value;
    const struct destination *from = other;
    outcomes_add(&into->outcomes, &from->outcomes);
    activity_merge(&into->activity, &from->activity);
    into->own = into->own || from->own;
}

static void add_operator(void *value, const void *other)
{
    struct operator_tally *into = value;
    const struct operator_tally *from = other;
    into->several =
        into->several || from->several || (into->domain && into->domain != from->domain);
    into->network = into->network || from->network;
    into->domain = from->domain;
    activity_merge(&into->activity, &from->activity);
}

static void add_ranked(void *value, const void *other)
{
    outcomes_add(value, other);
}

static void add_sender_domain(void *value, const void *other)
{
    struct sender_domain *into = value;
    const struct sender_domain *from = other;
    outcomes_add(&into->outcomes, &from->outcomes);
    messages_add(&into->messages, &from->messages);
}

static void add_retries(void *value, const void *other)
{
    retries_add(value, other);
}

static void add_number(void *value, const void *other)
{
    *(int64_t *)value += *(const int64_t *)other;
}

static void merge_map(struct map *into, const struct map *from,
                      void (*add)(void *value, const void *other))
{
    for (size_t i = 0; i < map_count(from); i++)
        add(tally_name(into, map_key_at(from, i)), map_value_at(from, i));
}

void tally_merge_category(struct category_tally *into, const struct category_tally *from)
{
    bool first =
        from->count &&
        (!into->count ||
         tally_shows_first(from->sample_time, sv_make(from->sample_text, from->sample_len),
                           into->sample_time, sv_make(into->sample_text, into->sample_len)));
    into->count += from->count;
    into->transient += from->transient;
    into->permanent += from->permanent;
    fpset_merge(&into->addresses, &from->addresses);
    sighting_merge(&into->seen, &from->seen);
    if (!first)
        return;
    into->sample_time = from->sample_time;
    into->sample_code = from->sample_code;
    into->sample_len = from->sample_len;
    memcpy(into->sample_enhanced, from->sample_enhanced, sizeof into->sample_enhanced);
    memcpy(into->sample_text, from->sample_text, sizeof into->sample_text);
}

/* Files of samples must live as long as what they are merged into. */
static void keep_files(struct samples *samples, struct arena *arena)
{
    for (size_t i = 0; i < samples->kept; i++)
        samples->list[i].file = arena_copy(arena, samples->list[i].file);
}

static void merge_replies(struct tally *into, const struct tally *from)
{
    int64_t *to = &into->replies[0][0][0];
    const int64_t *more = &from->replies[0][0][0];
    for (size_t i = 0; i < sizeof into->replies / sizeof *to; i++)
        to[i] += more[i];
}

void tally_merge(struct tally *into, const struct tally *from)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        into->attempts[i] += from->attempts[i];
    merge_replies(into, from);
    messages_add(&into->messages, &from->messages);
    messages_add(&into->notifications, &from->notifications);
    streams_merge(&into->streams, &from->streams);
    cells_merge(&into->cells, &from->cells);
    into->transient += from->transient;
    into->permanent += from->permanent;
    into->stopped += from->stopped;
    into->strange += from->strange;
    if (from->first < into->first)
        into->first = from->first;
    if (from->last > into->last)
        into->last = from->last;
    for (size_t i = 0; i < CATEGORY_MAX; i++)
        tally_merge_category(&into->categories[i], &from->categories[i]);
    for (size_t i = 0; i < sizeof into->codes / sizeof *into->codes; i++)
        into->codes[i] += from->codes[i];
    merge_map(&into->enhanced, &from->enhanced, add_number);
    merge_map(&into->providers, &from->providers, add_destination);
    merge_map(&into->provider_days, &from->provider_days, add_ranked);
    merge_map(&into->retries, &from->retries, add_retries);
    merge_map(&into->recipient_domains, &from->recipient_domains, add_destination);
    merge_map(&into->operators, &from->operators, add_operator);
    merge_map(&into->sender_domains, &from->sender_domains, add_sender_domain);
    merge_map(&into->hosts, &from->hosts, add_ranked);
    merge_map(&into->hours, &from->hours, add_ranked);
    merge_map(&into->rules, &from->rules, add_number);
    merge_map(&into->shapes, &from->shapes, add_number);
    tally_merge_blocks(into, from);
    fpset_merge(&into->recipients, &from->recipients);
    fpset_merge(&into->originals, &from->originals);
    merge_samples(&into->unclassified, &from->unclassified);
    keep_files(&into->unclassified, &into->texts);
}

void period_init(struct period *period)
{
    *period = (struct period){0};
    tally_init(&period->tally);
    period->tally.cells.counts = true;
}

void period_release(struct period *period)
{
    tally_release(&period->tally);
}

void period_merge(struct period *into, const struct period *from)
{
    tally_merge(&into->tally, &from->tally);
    line_tally_merge(&into->lines, &from->lines);
    keep_files(&into->lines.unparsed_samples, &into->tally.texts);
    keep_files(&into->lines.ambiguous_samples, &into->tally.texts);
    into->unresolved_expiries += from->unresolved_expiries;
    into->evicted += from->evicted;
}

void period_settle(struct period *period, int64_t days)
{
    struct tally *tally = &period->tally;
    messages_settle(&tally->messages, days);
    messages_settle(&tally->notifications, days);
    streams_settle(&tally->streams, days);
    cells_settle(&tally->cells, days);
    for (size_t i = 0; i < map_count(&tally->sender_domains); i++) {
        struct sender_domain *domain = map_value_at(&tally->sender_domains, i);
        messages_settle(&domain->messages, days);
    }
}

static bool forget_samples(struct samples *samples, sv address)
{
    size_t kept = 0, had = samples->kept;
    for (size_t i = 0; i < had; i++)
        if (!text_mentions(sv_make(samples->list[i].text, samples->list[i].len), address))
            samples->list[kept++] = samples->list[i];
    samples->kept = kept;
    return kept < had;
}

static bool forget_text(char *text, size_t *len, sv address)
{
    if (!text_mentions(sv_make(text, *len), address))
        return false;
    *len = 0;
    text[0] = 0;
    return true;
}

bool period_forget(struct period *period, sv address, uint64_t fingerprint)
{
    struct tally *tally = &period->tally;
    bool found = fpset_remove(&tally->recipients, fingerprint);
    found = fpset_remove(&tally->originals, fingerprint) || found;
    for (size_t i = 0; i < CATEGORY_MAX; i++) {
        struct category_tally *category = &tally->categories[i];
        found = fpset_remove(&category->addresses, fingerprint) || found;
        found = forget_text(category->sample_text, &category->sample_len, address) || found;
    }
    for (size_t i = 0; i < map_count(&tally->blocks); i++) {
        struct block *block = map_value_at(&tally->blocks, i);
        found = forget_text(block->sample, &block->sample_len, address) || found;
    }
    found = streams_forget(&tally->streams, address) || found;
    found = cells_forget(&tally->cells, address) || found;
    found = forget_samples(&tally->unclassified, address) || found;
    found = forget_samples(&period->lines.unparsed_samples, address) || found;
    return forget_samples(&period->lines.ambiguous_samples, address) || found;
}
