/* The ordered stage. The records of each chunk go through the ledger in the order of the input;
 * the events that come out of it are judged, counted, given to the evidence and to the writer of
 * events, in this order. Most of its time goes into waiting for memory, so the places that a
 * record will need are asked for some records ahead. */
#include "lane.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"

/* How many records ahead the places of one in memory are asked for. */
enum { AHEAD = 10, SOON = 4 };

static bool sender_wanted(const struct pipeline_options *options, const struct event *event)
{
    if (!options->sender_count)
        return true;
    for (size_t i = 0; event->sender_known && i < options->sender_count; i++)
        if (text_glob(options->senders[i], event->sender))
            return true;
    return false;
}

/* Where an event of this time is counted. */
static struct tally *tally_of(struct lane *lane, int64_t time)
{
    struct scan *scan = lane->scan;
    int64_t day = date_day(time);
    if (!lane->options->by_day)
        return &scan->tally;
    if (!lane->period || lane->day != day) {
        bool added;
        lane->day = day;
        lane->period =
            map_add(&scan->days, sv_make((const char *)&lane->day, sizeof lane->day), &added);
        if (added)
            period_init(lane->period);
    }
    return &lane->period->tally;
}

static void note_time(struct lane *lane, int64_t time)
{
    struct scan *scan = lane->scan;
    if (time < scan->source_first[lane->source])
        scan->source_first[lane->source] = time;
    if (time > scan->source_last[lane->source])
        scan->source_last[lane->source] = time;
}

static void on_event(void *context, struct event *event)
{
    struct lane *lane = context;
    const struct pipeline_options *options = lane->options;
    int64_t time = event->attempt.time;
    if (time < options->since || time >= options->until || !sender_wanted(options, event))
        return;
    if (lane->scan->twins.count && twins_told(&lane->scan->twins, lane->set, event)) {
        lane->scan->told_twice++;
        return;
    }
    const struct patterns *patterns = options->patterns;
    evidence_expect_sender(&lane->scan->evidence, event);
    pipeline_judge(patterns, event);
    uint8_t category = event->attempt.verdict.category;
    bool per_domain =
        category < patterns->taxonomy.category_count && patterns->policy.rules[category].per_domain;
    note_time(lane, time);
    tally_event(tally_of(lane, time), &patterns->taxonomy, event);
    evidence_record(&lane->scan->evidence, event, per_domain);
    if (options->sink)
        options->sink(options->sink_context, event);
}

void lane_init(struct lane *lane, struct scan *scan, struct input *input,
               const struct pipeline_options *options)
{
    struct ledger_options ledger = {options->messages_max, options->filters, options->filter_count,
                                    on_event, lane};
    size_t count = input_source_count(input);
    *lane = (struct lane){.scan = scan, .input = input, .options = options};
    *scan = (struct scan){.ledger = ledger_new(&ledger),
                          .source_count = count,
                          .source_lines = mem_zero(count + 1, sizeof(int64_t)),
                          .source_first = mem_zero(count + 1, sizeof(int64_t)),
                          .source_last = mem_zero(count + 1, sizeof(int64_t))};
    for (size_t i = 0; i < count; i++) {
        scan->source_first[i] = INT64_MAX;
        scan->source_last[i] = INT64_MIN;
    }
    map_init(&scan->days, sizeof(struct period));
    tally_init(&scan->tally);
    evidence_init(&scan->evidence);
    if (options->prepare)
        options->prepare(options->prepare_context, scan);
}

void lane_apply(struct lane *lane, size_t source, struct batch *batch)
{
    struct scan *scan = lane->scan;
    struct source *from = input_source(lane->input, source);
    int64_t first = from->lines_before + scan->source_lines[source] + 1;
    sv file = sv_from(from->path);
    struct record *records = batch->records.list;
    size_t count = batch->records.count;
    const struct tally *soon = lane->period ? &lane->period->tally : &scan->tally;
    lane->source = source;
    lane->set = from->set;
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count) {
            ledger_expect(scan->ledger, &records[i + AHEAD]);
            if (records[i + AHEAD].kind == RECORD_ATTEMPT) {
                tally_expect(soon, &records[i + AHEAD]);
                evidence_expect(&scan->evidence, &records[i + AHEAD]);
            }
        }
        if (i + SOON < count) {
            ledger_expect_more(scan->ledger, &records[i + SOON]);
            if (records[i + SOON].kind == RECORD_ATTEMPT)
                tally_expect_more(soon, &records[i + SOON]);
        }
        records[i].line += first;
        ledger_apply(scan->ledger, file, &records[i]);
    }
    scan->source_lines[source] += batch->lines.total;
    from->lines_total = from->lines_before + scan->source_lines[source];
    line_tally_place(&batch->lines, file, first);
    line_tally_merge(&scan->lines, &batch->lines);
    if (lane->options->by_day)
        line_tally_merge(lane->period ? &lane->period->lines : &scan->undated, &batch->lines);
}
