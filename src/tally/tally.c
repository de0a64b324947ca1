/* Counts events: by outcome, category, destination, host, hour, code, and keeps samples of each.
 *
 * Counters of two tallies can be added (merge.c), in any order, with the same sums. */
#include "bouncelog/tally/tally.h"

#include <stdio.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/bytes.h"
#include "bouncelog/base/date.h"
#include "bouncelog/base/mailbox.h"
#include "merge.h"

enum { NAME_BYTES_MAX = 512, RULE_KEY_MAX = 256, DATE_LENGTH = 10 };

bool tally_shows_first(int64_t time, sv text, int64_t other_time, sv other)
{
    if (time != other_time)
        return time < other_time;
    return sv_cmp(sv_sub(text, 0, SAMPLE_BYTES), other) < 0;
}

static bool is_earlier(const struct sample *a, const struct sample *b)
{
    int files = sv_cmp(a->file, b->file);
    if (files)
        return files < 0;
    return a->line != b->line ? a->line < b->line
                              : sv_cmp(sv_make(a->text, a->len), sv_make(b->text, b->len)) < 0;
}

/* Where it belongs; SAMPLES_MAX: nowhere. */
static size_t place_of(const struct samples *samples, const struct sample *sample)
{
    size_t at = samples->kept;
    while (at && is_earlier(sample, &samples->list[at - 1]))
        at--;
    return at;
}

void samples_insert(struct samples *samples, const struct sample *sample)
{
    size_t at = place_of(samples, sample);
    if (at == SAMPLES_MAX)
        return;
    if (samples->kept < SAMPLES_MAX)
        samples->kept++;
    memmove(&samples->list[at + 1], &samples->list[at],
            (samples->kept - at - 1) * sizeof *samples->list);
    samples->list[at] = *sample;
}

void samples_add(struct samples *samples, sv file, int64_t line, sv text)
{
    const struct sample *last = &samples->list[SAMPLES_MAX - 1];
    samples->count++;
    if (samples->kept == SAMPLES_MAX && sv_eq(file, last->file) && line > last->line)
        return;
    struct sample sample = {.file = file, .line = line};
    sample.len = tally_keep(sample.text, text);
    samples_insert(samples, &sample);
}

void line_tally_clear(struct line_tally *lines)
{
    lines->total = lines->delivery = lines->context = lines->other = lines->unparsed = 0;
    lines->skipped = 0;
    lines->unparsed_samples.count = lines->ambiguous_samples.count = 0;
    lines->unparsed_samples.kept = lines->ambiguous_samples.kept = 0;
}

static void place_samples(struct samples *samples, sv file, int64_t first)
{
    for (size_t i = 0; i < samples->kept; i++) {
        samples->list[i].file = file;
        samples->list[i].line += first;
    }
}

void line_tally_place(struct line_tally *lines, sv file, int64_t first)
{
    place_samples(&lines->unparsed_samples, file, first);
    place_samples(&lines->ambiguous_samples, file, first);
}

void tally_init(struct tally *tally)
{
    *tally = (struct tally){.first = INT64_MAX, .last = INT64_MIN};
    map_init(&tally->enhanced, sizeof(int64_t));
    map_init(&tally->providers, sizeof(struct provider_tally));
    map_init(&tally->provider_days, sizeof(struct outcomes));
    map_init(&tally->retries, sizeof(struct retries));
    map_init(&tally->recipient_domains, sizeof(struct destination));
    map_init(&tally->operators, sizeof(struct operator_tally));
    map_init(&tally->relays, sizeof(struct operator_tally *));
    map_init(&tally->sender_domains, sizeof(struct sender_domain));
    map_init(&tally->hosts, sizeof(struct outcomes));
    map_init(&tally->hours, sizeof(struct outcomes));
    map_init(&tally->rules, sizeof(int64_t));
    map_init(&tally->shapes, sizeof(int64_t));
    map_init(&tally->blocks, sizeof(struct block));
    map_init(&tally->paths, sizeof(struct path));
    streams_init(&tally->streams);
    cells_init(&tally->cells);
}

void tally_release(struct tally *tally)
{
    map_release(&tally->enhanced);
    tally_release_destinations(tally);
    map_release(&tally->operators);
    map_release(&tally->relays);
    map_release(&tally->providers);
    map_release(&tally->provider_days);
    map_release(&tally->retries);
    map_release(&tally->recipient_domains);
    map_release(&tally->sender_domains);
    map_release(&tally->hosts);
    map_release(&tally->hours);
    map_release(&tally->rules);
    map_release(&tally->shapes);
    tally_release_blocks(tally);
    streams_release(&tally->streams);
    cells_release(&tally->cells);
    fpset_release(&tally->recipients);
    fpset_release(&tally->originals);
    for (size_t i = 0; i < CATEGORY_MAX; i++) {
        fpset_release(&tally->categories[i].addresses);
        activity_release(&tally->categories[i].seen.hours);
    }
    arena_release(&tally->texts);
}

void *tally_find_name(struct map *map, sv name, uint64_t hash)
{
    char lower[NAME_BYTES_MAX];
    void *known = map_by_hash(map, hash);
    if (known)
        return known;
    return map_add_hashed(map, mailbox_domain_key(sv_sub(name, 0, sizeof lower), lower), hash,
                          NULL);
}

void *tally_find_domain(struct map *map, sv address, uint64_t hash)
{
    void *known = map_by_hash(map, hash);
    return known ? known : tally_find_name(map, sv_after_last(address, '@'), hash);
}

static void count_hour(struct tally *tally, int64_t time, enum outcome outcome)
{
    int64_t hour = date_step(time, 3600) * 3600;
    if (!tally->last_hour_counts || hour != tally->last_hour) {
        char name[DATE_TEXT];
        date_format(hour, name);
        tally->last_hour = hour;
        tally->last_hour_counts = map_add(&tally->hours, sv_from(name), NULL);
    }
    outcomes_count(tally->last_hour_counts, outcome);
}

static void count_host(struct tally *tally, const struct record *attempt)
{
    if (!attempt->host.len)
        return;
    if (!tally->last_host_counts || attempt->host_key != tally->last_host) {
        uint64_t name = hash_nocase(attempt->host);
        tally->last_host_counts = tally_find_name(&tally->hosts, attempt->host, name);
        tally->last_host = attempt->host_key;
    }
    outcomes_count(tally->last_host_counts, attempt->outcome);
}

/* NULL: it has none, or is not known. */
static struct sender_domain *find_sender_domain(struct tally *tally, const struct event *event)
{
    if (event->sender_known && !event->sender.len)
        return tally_find_name(&tally->sender_domains, SV("<>"), NULL_SENDER_HASH);
    if (!event->sender_known || !event->sender_domain_key)
        return NULL;
    return tally_find_domain(&tally->sender_domains, event->sender, event->sender_domain_key);
}

static void count_sender_domain(struct tally *tally, const struct event *event,
                                const struct message_step *step)
{
    struct sender_domain *domain = find_sender_domain(tally, event);
    if (!domain)
        return;
    if (!event->withdrawn && !event->stopped && !outcome_is_late(event->attempt.outcome))
        outcomes_count(&domain->outcomes, event->attempt.outcome);
    if (!event->notification)
        messages_count(&domain->messages, step);
}

/* What a list of ours stopped came to nobody, and is in no ranking. */
static void count_rankings(struct tally *tally, const struct event *event,
                           const struct message_step *step)
{
    const struct record *a = &event->attempt;
    if (!event->stopped) {
        tally_destinations(tally, event);
        count_host(tally, a);
    }
    if (a->outcome == OUTCOME_DELIVERED && !event->strange)
        tally_path(tally, event);
    if (!event->strange && !event->stopped)
        count_hour(tally, a->time, a->outcome);
    count_sender_domain(tally, event, step);
}

static int64_t *find_rule(struct tally *tally, sv rule, sv category)
{
    char key[RULE_KEY_MAX];
    char *end = sv_put(sv_put(sv_put(key, sv_sub(rule, 0, RULE_KEY_MAX / 2)), SV("\n")),
                       sv_sub(category, 0, RULE_KEY_MAX / 2 - 1));
    return map_add(&tally->rules, sv_make(key, (size_t)(end - key)), NULL);
}

/* What decided; an expiry was decided when it was a deferral. */
static void count_rule(struct tally *tally, const struct taxonomy *taxonomy,
                       const struct record *attempt)
{
    sv rule = attempt->verdict.rule;
    uint8_t category = attempt->verdict.category;
    if (attempt->outcome == OUTCOME_EXPIRED)
        return;
    if (rule.len) {
        size_t slot = ((uintptr_t)rule.ptr / 8 + category) % RULES_LAST;
        struct rule_count *last = &tally->last_rules[slot];
        if (last->rule != rule.ptr || last->len != rule.len || last->category != category)
            *last = (struct rule_count){
                rule.ptr, rule.len, category,
                find_rule(tally, rule, taxonomy_category_name(taxonomy, category))};
        ++*last->value;
    }
    sv shape = attempt->shape;
    if (shape.len && (map_count(&tally->shapes) < SHAPES_MAX || map_get(&tally->shapes, shape)))
        ++*(int64_t *)map_add(&tally->shapes, shape, NULL);
}

static void count_category(struct tally *tally, const struct taxonomy *taxonomy,
                           const struct event *event, uint64_t address)
{
    const struct record *a = &event->attempt;
    uint8_t category =
        a->outcome == OUTCOME_EXPIRED ? taxonomy->roles[ROLE_EXPIRED] : a->verdict.category;
    if (category >= taxonomy->category_count)
        return;
    struct category_tally *counts = &tally->categories[category];
    if (!event->strange)
        sighting_count(&counts->seen, a->time);
    if (counts->count++ == 0 ||
        tally_shows_first(a->time, a->reply.text, counts->sample_time,
                          sv_make(counts->sample_text, counts->sample_len))) {
        counts->sample_time = a->time;
        counts->sample_code = a->reply.code;
        sv enhanced = sv_sub(a->reply.enhanced, 0, sizeof counts->sample_enhanced - 1);
        *sv_put(counts->sample_enhanced, enhanced) = 0;
        counts->sample_len = tally_keep(counts->sample_text, a->reply.text);
    }
    counts->transient += a->severity == SEVERITY_TRANSIENT;
    counts->permanent += a->severity == SEVERITY_PERMANENT;
    fpset_add(&counts->addresses, address, 0);
    if (category == taxonomy->roles[ROLE_UNCLASSIFIED])
        samples_add(&tally->unclassified, event->file, a->line, a->reply.text);
    count_rule(tally, taxonomy, a);
    tally_block(tally, taxonomy, event);
}

static void count_codes(struct tally *tally, const struct record *attempt)
{
    if (attempt->reply.code > 0 && attempt->reply.code < 1000)
        tally->codes[attempt->reply.code]++;
    sv enhanced = attempt->reply.enhanced;
    if (!enhanced.len)
        return;
    /* Class and the first digits of subject and detail tell most codes apart. */
    size_t slot = ((size_t)enhanced.ptr[0] * 31 + (size_t)enhanced.ptr[2 % enhanced.len]) * 31 +
                  (size_t)enhanced.ptr[enhanced.len - 1];
    struct enhanced_count *count = &tally->last_enhanced[slot % ENHANCED_LAST];
    if (!count->value || !sv_eq(enhanced, sv_make(count->text, count->len))) {
        count->value = map_add(&tally->enhanced, enhanced, NULL);
        count->len = enhanced.len < sizeof count->text ? enhanced.len : 0;
        sv_put(count->text, sv_sub(enhanced, 0, count->len));
    }
    ++*count->value;
}

void tally_prefetch(const struct tally *tally, const struct record *record)
{
    if (record->kind != RECORD_ATTEMPT)
        return;
    fpset_prefetch(&tally->recipients, record->address_key);
    map_prefetch(&tally->recipient_domains, record->domain_key);
    if (outcome_is_failure(record->outcome) && record->verdict.category < CATEGORY_MAX)
        fpset_prefetch(&tally->categories[record->verdict.category].addresses, record->address_key);
}

void tally_prefetch_more(const struct tally *tally, const struct record *record)
{
    if (record->kind == RECORD_ATTEMPT)
        map_prefetch_value(&tally->recipient_domains, record->domain_key);
}

static void count_reply(struct tally *tally, const struct taxonomy *taxonomy,
                        const struct record *attempt, bool failed)
{
    uint8_t category = CATEGORY_MAX;
    if (attempt->outcome == OUTCOME_EXPIRED)
        category = taxonomy->roles[ROLE_EXPIRED];
    else if (failed || attempt->outcome == OUTCOME_REFUSED)
        category = attempt->verdict.category;
    if (category > CATEGORY_MAX)
        category = CATEGORY_MAX;
    tally->replies[attempt->mta][attempt->outcome][category]++;
}

void tally_acceptance(struct tally *tally, const struct event *event)
{
    const struct record *attempt = &event->attempt;
    if (event->strange) {
        fpset_add(&tally->recipients, attempt->address_key, RECIPIENT_DELIVERED);
        return;
    }
    int64_t step = date_step(attempt->time, DELIVERY_STEP);
    fpset_mark(&tally->recipients, attempt->address_key, RECIPIENT_DELIVERED, step);
    if (attempt->original.len)
        fpset_mark(&tally->originals, hash_mailbox(attempt->original), 0, step);
}

static void count_messages(struct tally *tally, const struct event *event,
                           const struct message_step *step)
{
    if (event->notification) {
        messages_count(&tally->notifications, step);
        return;
    }
    messages_count(&tally->messages, step);
    if (event->attempt.outcome != OUTCOME_REFUSED)
        streams_count(&tally->streams, event, step);
}

void tally_withdraw(struct tally *tally, const struct event *event)
{
    struct message_step step = messages_step(event);
    count_messages(tally, event, &step);
    count_sender_domain(tally, event, &step);
    cells_count(&tally->cells, NULL, event, &step);
}

/* What a mail says is no attempt: nobody was asked, no host answered. */
static void count_notice(struct tally *tally, const struct taxonomy *taxonomy,
                         const struct event *event)
{
    const struct record *a = &event->attempt;
    struct message_step step = messages_step(event);
    tally->attempts[a->outcome]++;
    count_messages(tally, event, &step);
    count_codes(tally, a);
    count_sender_domain(tally, event, &step);
    count_category(tally, taxonomy, event, a->address_key);
    cells_count(&tally->cells, taxonomy, event, &step);
    if (a->outcome == OUTCOME_BOUNCED_LATER)
        fpset_add(&tally->recipients, a->address_key, RECIPIENT_FAILED);
}

void tally_event(struct tally *tally, const struct taxonomy *taxonomy, const struct event *event)
{
    const struct record *a = &event->attempt;
    uint64_t address = a->address_key;
    bool failed = outcome_is_failure(a->outcome);
    if (outcome_is_late(a->outcome)) {
        count_notice(tally, taxonomy, event);
        return;
    }
    tally->attempts[a->outcome]++;
    count_reply(tally, taxonomy, a, failed);
    tally->stopped += event->stopped;
    tally->strange += event->strange;
    if (a->time < tally->first && !event->strange)
        tally->first = a->time;
    if (a->time > tally->last && !event->strange)
        tally->last = a->time;
    struct message_step step = messages_step(event);
    count_messages(tally, event, &step);
    count_codes(tally, a);
    count_rankings(tally, event, &step);
    cells_count(&tally->cells, taxonomy, event, &step);
    if (a->outcome == OUTCOME_DELIVERED && event->deferrals && !event->strange)
        tally_retry(tally, event);
    if (failed) {
        tally->transient += a->severity == SEVERITY_TRANSIENT;
        tally->permanent += a->severity == SEVERITY_PERMANENT;
        count_category(tally, taxonomy, event, address);
    } else if (a->outcome == OUTCOME_REFUSED) {
        count_category(tally, taxonomy, event, address);
        return;
    }
    if (a->outcome == OUTCOME_DELIVERED && !event->waits)
        tally_acceptance(tally, event);
    else if (a->outcome != OUTCOME_HANDED_OVER)
        fpset_add(&tally->recipients, address,
                  failed     ? RECIPIENT_FAILED
                  : a->piped ? RECIPIENT_DELIVERED
                             : 0); /* without a mark, it refutes nothing */
}

struct recipient_counts tally_recipients(const struct tally *tally)
{
    size_t with[FPSET_FLAG_SETS];
    struct recipient_counts counts = {.attempted = (int64_t)tally->recipients.count};
    fpset_count(&tally->recipients, with);
    for (unsigned flags = 0; flags < FPSET_FLAG_SETS; flags++) {
        if (flags & RECIPIENT_DELIVERED)
            counts.delivered += (int64_t)with[flags];
        if (flags & RECIPIENT_FAILED)
            counts.failed += (int64_t)with[flags];
    }
    return counts;
}
