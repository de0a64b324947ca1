#include "bouncelog/pipeline/pipeline.h"

#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"
#include "bouncelog/policy/policy.h"
#include "worker.h"

enum { AHEAD = 16, SOON = 6 };

/* The ordered lane: what its handler needs for one event. */
struct lane {
    struct scan *scan;
    const struct pipeline_options *options;
    size_t source;
};

void pipeline_judge(const struct patterns *patterns, struct event *event)
{
    struct record *attempt = &event->attempt;
    const struct taxonomy *taxonomy = &patterns->taxonomy;
    if (attempt->outcome == OUTCOME_EXPIRED) { /* its own words are no reason: the cause is */
        attempt->verdict.category = taxonomy->expired;
        attempt->verdict.remedy = taxonomy->categories[taxonomy->expired].remedy;
        attempt->verdict.list = SV_EMPTY;
    }
    event->action = policy_action(&patterns->policy, taxonomy, event);
}

static bool sender_wanted(const struct pipeline_options *options, const struct event *event)
{
    if (!options->sender_count)
        return true;
    for (size_t i = 0; event->sender_known && i < options->sender_count; i++)
        if (text_glob(options->senders[i], event->sender))
            return true;
    return false;
}

static void on_event(void *context, struct event *event)
{
    struct lane *lane = context;
    const struct pipeline_options *options = lane->options;
    int64_t time = event->attempt.time;
    if (time < options->since || time >= options->until || !sender_wanted(options, event))
        return;
    const struct patterns *patterns = options->patterns;
    pipeline_judge(patterns, event);
    uint8_t category = event->attempt.verdict.category;
    bool per_domain =
        category < patterns->taxonomy.category_count && patterns->policy.rules[category].per_domain;
    tally_event(&lane->scan->tally, &patterns->taxonomy, lane->source, event);
    evidence_note(&lane->scan->evidence, event, per_domain);
    if (options->sink)
        options->sink(options->sink_context, event);
}

static void run_chunk(struct lane *lane, struct worker *worker, struct input *input,
                      const struct chunk *chunk, const struct clock *clock, struct batch *batch)
{
    struct scan *scan = lane->scan;
    int64_t *line = &scan->source_lines[chunk->source];
    sv file = sv_from(input_source(input, chunk->source)->path);
    records_clear(&batch->records);
    worker_run(worker, chunk, clock, *line + 1, batch);
    *line += batch->line_count;
    lane->source = chunk->source;
    const struct record *records = batch->records.list;
    for (size_t i = 0; i < batch->records.count; i++) {
        /* The tables are larger than the caches: ask early for what comes later. */
        if (i + AHEAD < batch->records.count) {
            ledger_expect(scan->ledger, &records[i + AHEAD]);
            if (records[i + AHEAD].kind == RECORD_ATTEMPT)
                tally_expect(&scan->tally, &records[i + AHEAD]);
        }
        if (i + SOON < batch->records.count)
            ledger_expect_more(scan->ledger, &records[i + SOON]);
        ledger_apply(scan->ledger, file, &records[i]);
    }
}

static struct clock clock_of(struct worker *worker, struct input *input, const struct chunk *chunk,
                             const struct pipeline_options *options)
{
    const struct source *source = input_source(input, chunk->source);
    struct clock_options clock = {options->zone_given, options->year,
                                  source->mtime ? source->mtime : options->now};
    return parser_clock(worker->parser, input_head(input), &clock);
}

void pipeline_run(struct scan *scan, struct input *input, const struct pipeline_options *options)
{
    struct lane lane = {.scan = scan, .options = options};
    struct parser_options parser = {options->patterns, options->only, options->host,
                                    options->inbound};
    struct ledger_options ledger = {options->messages_max, options->filters, options->filter_count,
                                    on_event, &lane};
    struct worker worker;
    struct batch batch = {0};
    struct chunk chunk;
    struct clock clock = {0};
    *scan = (struct scan){.ledger = ledger_new(&ledger),
                          .source_count = input_source_count(input),
                          .source_lines = mem_zero(input_source_count(input) + 1, sizeof(int64_t))};
    tally_init(&scan->tally);
    evidence_init(&scan->evidence);
    worker_init(&worker, &parser);
    while (input_next(input, &chunk)) {
        if (chunk.first)
            clock = clock_of(&worker, input, &chunk, options);
        run_chunk(&lane, &worker, input, &chunk, &clock, &batch);
        if (options->progress)
            options->progress(options->progress_context, input);
    }
    line_tally_merge(&scan->lines, &worker.lines);
    scan->limits = parser_limits(worker.parser) + classifier_limits(worker.classifier);
    records_release(&batch.records);
    worker_release(&worker);
}

void scan_release(struct scan *scan)
{
    tally_release(&scan->tally);
    evidence_release(&scan->evidence);
    ledger_free(scan->ledger);
    mem_free(scan->source_lines);
}
