/* Makes the report: sorted tables of what was counted and decided, each cut to what was asked for.
 *
 * Tables that have a file of their own (fixes, latest, retries, times, ...) are made there. */
#include "bouncelog/report/report.h"

#include <stdlib.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mem.h"
#include "counts.h"
#include "episodes.h"
#include "fixes.h"
#include "latest.h"
#include "rankings.h"
#include "regrets.h"
#include "retries.h"
#include "suppressions.h"
#include "times.h"

/* More unparsed delivery lines than both of these: the run may have under-counted. */
enum { UNPARSED_MAX = 10, UNPARSED_SHARE = 1000 };

/* Sorted arrays: by count down, then by name. */
#define ORDER(a, b, name_a, name_b)                                                                \
    ((a)->count != (b)->count ? ((a)->count < (b)->count ? 1 : -1) : sv_cmp(name_a, name_b))

static int by_category(const void *left, const void *right)
{
    const struct category_row *a = left, *b = right;
    return ORDER(a, b, a->category, b->category);
}

static int by_code(const void *left, const void *right)
{
    const struct code_row *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return a->code != b->code ? (a->code < b->code ? -1 : 1) : sv_cmp(a->enhanced, b->enhanced);
}

static int by_block(const void *left, const void *right)
{
    const struct block_row *a = left, *b = right;
    int order = ORDER(a, b, a->host, b->host);
    if (order == 0)
        order = sv_cmp(a->provider, b->provider);
    if (order == 0)
        order = sv_cmp(a->category, b->category);
    return order ? order : sv_cmp(a->list, b->list);
}

static void make_categories(struct report *report, const struct tally *tally,
                            const struct report_options *options)
{
    const struct taxonomy *taxonomy = options->taxonomy;
    report->categories = mem_zero(taxonomy->category_count, sizeof *report->categories);
    for (size_t i = 0; i < taxonomy->category_count; i++) {
        const struct category_tally *counts = &tally->categories[i];
        const struct category *category = &taxonomy->categories[i];
        if (!counts->count)
            continue;
        report->categories[report->category_count++] = (struct category_row){
            .category = category->name,
            .meaning = category->meaning,
            .scope = category->scope == SCOPE_NONE ? SV_EMPTY : scope_name(category->scope),
            .remedy = category->remedy,
            .count = counts->count,
            .transient = counts->transient,
            .permanent = counts->permanent,
            .recipients = (int64_t)counts->addresses.count,
            .first_seen = counts->seen.first,
            .last_seen = counts->seen.last,
            .last_24h = episodes_latest(&counts->seen, tally->last),
            .sample_code = counts->sample_code,
            .sample_enhanced = sv_from(counts->sample_enhanced),
            .sample_text =
                redact_text(options->redactor, sv_make(counts->sample_text, counts->sample_len),
                            &report->arena)};
    }
    qsort(report->categories, report->category_count, sizeof *report->categories, by_category);
}

static void make_codes(struct report *report, const struct tally *tally,
                       const struct taxonomy *taxonomy)
{
    report->codes = mem_zero(1000, sizeof *report->codes);
    for (int code = 0; code < 1000; code++) {
        if (!tally->codes[code])
            continue;
        const struct code_entry *entry = taxonomy_code(taxonomy, code);
        report->codes[report->code_count++] =
            (struct code_row){.code = code,
                              .enhanced = SV_EMPTY,
                              .class_name = taxonomy_code_class(code),
                              .meaning = entry ? entry->meaning : SV_EMPTY,
                              .remedy = entry ? entry->remedy : SV_EMPTY,
                              .count = tally->codes[code]};
    }
    qsort(report->codes, report->code_count, sizeof *report->codes, by_code);
}

static void make_enhanced(struct report *report, const struct tally *tally,
                          const struct taxonomy *taxonomy)
{
    size_t count = map_count(&tally->enhanced);
    report->enhanced = mem_zero(count + 1, sizeof *report->enhanced);
    for (size_t i = 0; i < count; i++) {
        sv code = map_key_at(&tally->enhanced, i);
        const struct enhanced_entry *entry = taxonomy_enhanced(taxonomy, code);
        const int64_t *seen = map_value_at(&tally->enhanced, i);
        report->enhanced[report->enhanced_count++] = (struct code_row){
            .enhanced = code, .meaning = entry ? entry->name : SV_EMPTY, .count = *seen};
    }
    qsort(report->enhanced, report->enhanced_count, sizeof *report->enhanced, by_code);
}

static int by_hits(const void *left, const void *right)
{
    const struct rule_row *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    int names = sv_cmp(a->rule, b->rule);
    return names ? names : sv_cmp(a->category, b->category);
}

static struct rule_row *make_hits(const struct map *map, size_t *count)
{
    struct rule_row *rows = mem_zero(map_count(map) + 1, sizeof *rows);
    *count = map_count(map);
    for (size_t i = 0; i < *count; i++) {
        rows[i].rule = sv_cut(map_key_at(map, i), '\n', &rows[i].category);
        rows[i].count = *(const int64_t *)map_value_at(map, i);
    }
    qsort(rows, *count, sizeof *rows, by_hits);
    return rows;
}

static void make_blocks(struct report *report, const struct tally *tally,
                        const struct report_options *options)
{
    size_t count = map_count(&tally->blocks);
    report->blocks = mem_zero(count + 1, sizeof *report->blocks);
    for (size_t i = 0; i < count; i++) {
        const struct block *block = map_value_at(&tally->blocks, i);
        sv rest, host = sv_cut(map_key_at(&tally->blocks, i), '\n', &rest);
        report->blocks[report->block_count++] = (struct block_row){
            .host = host,
            .provider = sv_cut(rest, '\n', &rest),
            .category = taxonomy_category_name(options->taxonomy, block->category),
            .list = block->list,
            .remedy = block->remedy,
            .count = block->count,
            .first_seen = block->seen.first,
            .last_seen = block->seen.last,
            .last_24h = episodes_latest(&block->seen, tally->last),
            .sample = redact_text(options->redactor, sv_make(block->sample, block->sample_len),
                                  &report->arena)};
    }
    qsort(report->blocks, report->block_count, sizeof *report->blocks, by_block);
    fixes_make(report, options->taxonomy);
    if (report->block_count > options->top)
        report->block_count = options->top;
}

static struct sample_list make_samples(struct report *report, const struct samples *samples,
                                       const struct report_options *options)
{
    struct sample_list list = {.count = samples->count, .kept = samples->kept};
    list.rows = arena_alloc(&report->arena, (samples->kept + 1) * sizeof *list.rows);
    for (size_t i = 0; i < samples->kept; i++) {
        const struct sample *sample = &samples->list[i];
        list.rows[i] = (struct sample_row){
            .file = sample->file,
            .line = sample->line,
            .text =
                redact_text(options->redactor, sv_make(sample->text, sample->len), &report->arena)};
    }
    return list;
}

/* Never "all of them" while one is missing. */
static double share_rounded_down(int64_t part, int64_t whole)
{
    return whole ? (double)(int64_t)((double)part * 10000 / (double)whole) / 10000 : 1;
}

static void find_gaps(struct report *report)
{
    int64_t unparsed = report->lines.unparsed, lines = report->lines.delivery + unparsed;
    report->understood_rate = share_rounded_down(report->lines.delivery, lines);
    report->unparsed_too_many = unparsed > UNPARSED_MAX && unparsed * UNPARSED_SHARE > lines;
    for (size_t i = 0; i < report->input_count; i++)
        report->input_errors += report->inputs[i].error.len > 0;
    report->incomplete = report->unparsed_too_many || report->evicted || report->input_errors ||
                         report->strange_times ||
                         (report->cut && (report->cut->unknown_count || report->cut->unnamed));
}

static void make_counts(struct report *report, const struct report_source *source)
{
    const struct tally *tally = source->tally;
    report->lines = *source->lines;
    report->has_window = tally->first <= tally->last;
    report->first = tally->first;
    report->last = tally->last;
    report->newest = source->newest;
    if (report->has_window && report->last > report->newest)
        report->newest = report->last;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        report->attempts[i] = tally->attempts[i];
        if (!outcome_is_late((enum outcome)i))
            report->attempts_total += tally->attempts[i];
    }
    report->transient = tally->transient;
    report->permanent = tally->permanent;
    report->recipients = tally_recipients(tally);
    report->unresolved_expiries = source->unresolved_expiries;
    report->evicted = source->evicted;
    report->strange_times = tally->strange;
    report->duplicates = source->duplicates;
    report->has_mail = source->mail != NULL;
    if (source->mail)
        report->mail = *source->mail;
    report->attempts_tried = report->attempts_total - tally->stopped;
    report->bounce_rate = rankings_bounce_rate(
        &(struct outcomes){.count = report->attempts_tried,
                           .bounced = report->attempts[OUTCOME_BOUNCED] - tally->stopped,
                           .expired = report->attempts[OUTCOME_EXPIRED]});
    report->delivered_rate =
        rankings_share(report->attempts[OUTCOME_DELIVERED], report->attempts_tried);
    report->deferred_rate =
        rankings_share(report->attempts[OUTCOME_DEFERRED], report->attempts_tried);
    find_gaps(report);
}

void report_make(struct report *report, const struct report_source *source,
                 const struct report_options *options)
{
    const struct tally *tally = source->tally;
    *report = (struct report){.version = options->version,
                              .generated_at = options->generated_at,
                              .redacted = options->redactor != NULL,
                              .wall = options->wall,
                              .seconds = options->seconds,
                              .inputs = source->inputs,
                              .tally = tally,
                              .cut = source->cut,
                              .input_count = source->input_count};
    make_counts(report, source);
    make_categories(report, tally, options);
    make_codes(report, tally, options->taxonomy);
    make_enhanced(report, tally, options->taxonomy);
    report->rules = make_hits(&tally->rules, &report->rule_count);
    report->shapes = make_hits(&tally->shapes, &report->shape_count);
    latest_shapes_mark(report, source);
    if (report->shape_count > options->top)
        report->shape_count = options->top;
    for (size_t i = 0; i < report->shape_count; i++)
        report->shapes[i].rule =
            redact_text(options->redactor, report->shapes[i].rule, &report->arena);
    make_blocks(report, tally, options);
    episodes_make(report, tally, options);
    messages_make(&report->messages, tally, options->top, options->redactor, &report->arena);
    ranking_make(&report->providers, &tally->providers, options->top);
    ranking_make(&report->recipient_domains, &tally->recipient_domains, options->top);
    ranking_make(&report->sender_domains, &tally->sender_domains, options->top);
    ranking_make(&report->hosts, &tally->hosts, options->top);
    ranking_make(&report->hours, &tally->hours, options->top);
    report->unclassified = make_samples(report, &tally->unclassified, options);
    report->unparsed = make_samples(report, &source->lines->unparsed_samples, options);
    report->ambiguous = make_samples(report, &source->lines->ambiguous_samples, options);
    suppressions_make(report, source->decisions, options);
    times_make(report, tally);
    times_add_trends(report, tally);
    times_list_hours(report, tally);
    latest_day_make(report, source);
    retries_make(report, tally);
    counts_of_suppressions(report, options->taxonomy);
    counts_of_replies(report, tally, options->taxonomy);
    regrets_make(report, source, options);
    if (source->totals)
        counts_of_totals(report, source->totals, options->taxonomy);
}

void report_release(struct report *report)
{
    mem_free(report->categories);
    mem_free(report->codes);
    mem_free(report->enhanced);
    mem_free(report->rules);
    mem_free(report->shapes);
    mem_free(report->blocks);
    suppressions_release(report);
    mem_free(report->held);
    mem_free(report->incidents);
    mem_free(report->cleared);
    mem_free(report->removed);
    ranking_release(&report->providers);
    ranking_release(&report->recipient_domains);
    ranking_release(&report->sender_domains);
    ranking_release(&report->hosts);
    ranking_release(&report->hours);
    mem_free(report->hour_rows);
    arena_release(&report->arena);
    *report = (struct report){0};
}
