#include "lane.h"

#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"

/* How many records ahead the places of one in memory are asked for. */
enum { AHEAD = 16, SOON = 6 };

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
    evidence_expect_sender(&lane->scan->evidence, event);
    pipeline_judge(patterns, event);
    uint8_t category = event->attempt.verdict.category;
    bool per_domain =
        category < patterns->taxonomy.category_count && patterns->policy.rules[category].per_domain;
    tally_event(&lane->scan->tally, &patterns->taxonomy, event);
    evidence_note(&lane->scan->evidence, event, per_domain);
    if (options->sink)
        options->sink(options->sink_context, event);
}

void lane_init(struct lane *lane, struct scan *scan, struct input *input,
               const struct pipeline_options *options)
{
    struct ledger_options ledger = {options->messages_max, options->filters, options->filter_count,
                                    on_event, lane};
    *lane = (struct lane){.scan = scan, .input = input, .options = options};
    *scan = (struct scan){.ledger = ledger_new(&ledger),
                          .source_count = input_source_count(input),
                          .source_lines = mem_zero(input_source_count(input) + 1, sizeof(int64_t))};
    tally_init(&scan->tally);
    evidence_init(&scan->evidence);
}

void lane_apply(struct lane *lane, size_t source, struct batch *batch)
{
    struct scan *scan = lane->scan;
    int64_t first = scan->source_lines[source] + 1;
    sv file = sv_from(input_source(lane->input, source)->path);
    struct record *records = batch->records.list;
    size_t count = batch->records.count;
    lane->source = source;
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count) {
            ledger_expect(scan->ledger, &records[i + AHEAD]);
            if (records[i + AHEAD].kind == RECORD_ATTEMPT) {
                tally_expect(&scan->tally, &records[i + AHEAD]);
                evidence_expect(&scan->evidence, &records[i + AHEAD]);
            }
        }
        if (i + SOON < count) {
            ledger_expect_more(scan->ledger, &records[i + SOON]);
            if (records[i + SOON].kind == RECORD_ATTEMPT)
                tally_expect_more(&scan->tally, &records[i + SOON]);
        }
        records[i].line += first;
        ledger_apply(scan->ledger, file, &records[i]);
    }
    scan->source_lines[source] += batch->lines.total;
    line_tally_place(&batch->lines, file, first);
    line_tally_merge(&scan->lines, &batch->lines);
}
