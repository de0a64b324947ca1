/* The ordered stage. The records of each chunk go through the ledger in the order of the input;
 * the events that come out of it are judged, counted, given to the evidence and to the writer of
 * events, in this order. Most of its time goes into waiting for memory, so the places that a
 * record will need are asked for some records ahead. */
#include "ordered.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"
#include "bouncelog/suppress/policy.h"
#include "notices.h"

/* How many records ahead the places of one in memory are asked for. */
enum { AHEAD = 10, SOON = 4 };

bool ordered_wants_sender(const struct pipeline_options *options, sv sender)
{
    for (size_t i = 0; i < options->sender_count; i++)
        if (text_glob(options->senders[i], sender))
            return true;
    return !options->sender_count;
}

struct tally *ordered_tally(struct ordered_stage *stage, int64_t time)
{
    struct scan_result *scan = stage->scan;
    int64_t day = date_day(time);
    if (!stage->options->by_day)
        return &scan->tally;
    if (!stage->period || stage->day != day) {
        bool added;
        stage->day = day;
        stage->period =
            map_add(&scan->days, sv_make((const char *)&stage->day, sizeof stage->day), &added);
        if (added)
            period_init(stage->period);
    }
    return &stage->period->tally;
}

static void note_time(struct ordered_stage *stage, int64_t time)
{
    struct scan_result *scan = stage->scan;
    if (time > stage->latest)
        stage->latest = time;
    if (time < scan->source_first[stage->source])
        scan->source_first[stage->source] = time;
    if (time > scan->source_last[stage->source])
        scan->source_last[stage->source] = time;
}

void ordered_keep(struct ordered_stage *stage, const struct event *event, int64_t known)
{
    const struct pipeline_options *options = stage->options;
    struct trials *trials = &stage->scan->trials;
    if (!options->keep_trials)
        return;
    if (trials_wants(event))
        trials_add(trials, event, &options->patterns->taxonomy, known);
    else if (options->keep_deliveries && event->attempt.outcome == OUTCOME_DELIVERED &&
             !event->waits)
        trials_note_delivery(trials, event);
    if (options->keep_deliveries)
        trials_note_earlier(trials, &stage->scan->tally.recipients, &stage->scan->tally.originals,
                            event->attempt.time);
}

/* What is known of its time, now that those beside it are. */
static void on_placed(void *context, struct event *event)
{
    struct ordered_stage *stage = context;
    struct scan_result *scan = stage->scan;
    const struct pipeline_options *options = stage->options;
    const struct patterns *patterns = options->patterns;
    int64_t time = event->attempt.time;
    if (event->withdrawn) {
        tally_withdraw(event->strange ? &scan->strange : ordered_tally(stage, time), event);
        return;
    }
    event->suppressible = event->suppressible && !event->strange;
    event->for_all = event_is_for_all(event);
    pipeline_judge(patterns, event);
    uint8_t category = event->attempt.verdict.category;
    bool per_domain =
        category < patterns->taxonomy.category_count && patterns->policy.rules[category].per_domain;
    if (options->keep_sent)
        sent_add(&scan->sent, event);
    /* pipe(8) delivers to a content filter, too (FILTER_README, simple content filter): what that
     * sends on may still be refused. */
    bool filtered = event->attempt.piped && event->attempt.outcome == OUTCOME_DELIVERED &&
                    !patterns->policy.local_recipients_count;
    event->waits = filtered || (stage->late && late_take(stage->late, event, true));
    if (event->strange) {
        tally_event(&scan->strange, &patterns->taxonomy, event);
    } else {
        note_time(stage, time);
        tally_event(ordered_tally(stage, time), &patterns->taxonomy, event);
        evidence_record(&scan->evidence, event, per_domain);
        ordered_keep(stage, event, INT64_MIN);
    }
    if (!options->sink)
        return;
    if (evidence_is_sender(&scan->evidence, event->attempt.recipient))
        event->action = policy_action_left_out(event);
    options->sink(options->sink_context, event);
}

static bool is_sender_wanted(const struct pipeline_options *options, const struct event *event)
{
    return !options->sender_count ||
           (event->sender_known && ordered_wants_sender(options, event->sender));
}

/* Whether it was a delivery, or a way into another queue of ours, is known. */
static void on_decided(void *context, struct event *event)
{
    struct ordered_stage *stage = context;
    const struct pipeline_options *options = stage->options;
    int64_t time = event->attempt.time;
    if (time < options->since || time >= options->until || !is_sender_wanted(options, event)) {
        (void)late_take(stage->late, event, false);
        return;
    }
    event->carried = event->carried || event->deferred_at < options->since;
    if (stage->scan->duplicates.count &&
        duplicates_has(&stage->scan->duplicates, stage->set, event)) {
        stage->scan->duplicate_count++;
        return;
    }
    doubts_take(&stage->doubts, event);
}

static void on_event(void *context, struct event *event)
{
    struct ordered_stage *stage = context;
    awaited_take(&stage->awaited, event);
}

static void begin_source(struct ordered_stage *stage, size_t source)
{
    const struct pipeline_options *options = stage->options;
    size_t known = input_source(stage->input, source)->known;
    awaited_end(&stage->awaited);
    doubts_end(&stage->doubts);
    stage->source = source;
    line_days_begin(&stage->line_days);
    doubts_begin(&stage->doubts, options->last_time && known != INPUT_NEW
                                     ? options->last_time(options->prepare_context, known)
                                     : INT64_MIN);
}

void ordered_finish(struct ordered_stage *stage)
{
    awaited_end(&stage->awaited);
    awaited_release(&stage->awaited);
    doubts_end(&stage->doubts);
    doubts_release(&stage->doubts);
    notices_settle(stage);
    evidence_settle_senders(&stage->scan->evidence);
    trials_resolve(&stage->scan->trials, stage->scan->ledger);
    line_days_finish(&stage->line_days, stage->scan);
    line_days_release(&stage->line_days);
}

void ordered_init(struct ordered_stage *stage, struct scan_result *scan, struct input *input,
                  const struct pipeline_options *options)
{
    struct ledger_options ledger = {options->messages_max, options->filters, options->filter_count,
                                    on_event, stage};
    size_t count = input_source_count(input);
    *stage = (struct ordered_stage){
        .scan = scan, .input = input, .options = options, .source = SIZE_MAX, .latest = INT64_MIN};
    stage->awaited.handler = on_decided;
    stage->awaited.context = stage;
    stage->doubts.handler = on_placed;
    stage->doubts.context = stage;
    stage->doubts.now = options->today;
    *scan = (struct scan_result){.ledger = ledger_new(&ledger),
                                 .source_count = count,
                                 .source_lines = mem_zero(count + 1, sizeof(int64_t)),
                                 .source_seen = mem_zero(count + 1, sizeof(struct source_seen)),
                                 .source_first = mem_zero(count + 1, sizeof(int64_t)),
                                 .source_last = mem_zero(count + 1, sizeof(int64_t))};
    for (size_t i = 0; i < count; i++) {
        scan->source_first[i] = INT64_MAX;
        scan->source_last[i] = INT64_MIN;
    }
    map_init(&scan->days, sizeof(struct period));
    line_days_init(&stage->line_days);
    tally_init(&scan->tally);
    tally_init(&scan->strange);
    scan->strange.cells.counts = options->by_day;
    evidence_init(&scan->evidence);
    trials_init(&scan->trials);
    if (options->awaited_trials)
        trials_await(&scan->trials, options->awaited_trials);
    sent_init(&scan->sent, options->patterns, options->sent_secret);
    scan->sent.tagged = options->tagged;
    if (options->prepare)
        options->prepare(options->prepare_context, scan);
    notices_begin(stage);
}

static void note_seen(struct source_seen *seen, const struct batch *batch)
{
    if (!seen->headless) {
        memcpy(seen->unread, batch->unread, batch->unread_len);
        seen->unread_len = batch->unread_len;
    }
    seen->headless += batch->headless;
    seen->mail += batch->lines.delivery + batch->lines.context;
}

/* Did the last line say something, although it has no newline? If not, it comes again with one. */
static void note_unfinished(struct source *from, const struct batch *batch)
{
    const struct records *records = &batch->records;
    if (!batch->unfinished)
        return;
    from->understood =
        records->count && records->list[records->count - 1].line == from->lines_total;
    from->lines_total -= !from->understood;
}

void ordered_apply(struct ordered_stage *stage, size_t source, struct batch *batch)
{
    struct scan_result *scan = stage->scan;
    struct source *from = input_source(stage->input, source);
    int64_t first = from->lines_before + scan->source_lines[source] + 1;
    sv file = sv_from(from->path);
    struct record *records = batch->records.list;
    size_t count = batch->records.count;
    const struct tally *soon = stage->period ? &stage->period->tally : &scan->tally;
    if (source != stage->source)
        begin_source(stage, source);
    stage->set = from->set;
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count) {
            ledger_prefetch(scan->ledger, &records[i + AHEAD]);
            tally_prefetch(soon, &records[i + AHEAD]);
            if (records[i + AHEAD].kind == RECORD_ATTEMPT)
                evidence_prefetch(&scan->evidence, &records[i + AHEAD]);
        }
        if (i + SOON < count) {
            ledger_prefetch_more(scan->ledger, &records[i + SOON]);
            tally_prefetch_more(soon, &records[i + SOON]);
        }
        records[i].line += first;
        awaited_seen(&stage->awaited, records[i].message_key);
        ledger_apply(scan->ledger, file, &records[i]);
    }
    note_seen(&scan->source_seen[source], batch);
    scan->source_lines[source] += batch->lines.total;
    from->lines_total = from->lines_before + scan->source_lines[source];
    note_unfinished(from, batch);
    lines_read_add(&scan->lines_read, batch->read, batch->read_count);
    scan->lines_read.overflowed = scan->lines_read.overflowed || batch->forgotten;
    batch->lines.total -= (int64_t)batch->known;
    batch->lines.other -= (int64_t)batch->known;
    line_tally_place(&batch->lines, file, first);
    line_tally_merge(&scan->lines, &batch->lines);
    if (stage->options->by_day)
        line_days_add(&stage->line_days, &batch->days, &batch->lines);
}
