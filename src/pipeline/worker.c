#include "worker.h"

#include "bouncelog/base/scan.h"
#include "bouncelog/ledger/ledger.h"

void worker_init(struct worker *worker, const struct parser_options *options)
{
    *worker = (struct worker){.parser = parser_new(options),
                              .classifier = classifier_new(options->patterns)};
}

void worker_release(struct worker *worker)
{
    parser_free(worker->parser);
    classifier_free(worker->classifier);
}

static void judge_records(struct worker *worker, struct batch *batch, size_t from, int64_t number,
                          sv line)
{
    struct records *records = &batch->records;
    bool ambiguous = false;
    for (size_t i = from; i < records->count; i++) {
        struct record *record = &records->list[i];
        ledger_seal(record);
        if (record->kind != RECORD_ATTEMPT)
            continue;
        classify(worker->classifier, record);
        if (record->verdict.basis == BASIS_NONE && record->reply.text.len &&
            record->verdict.category != CATEGORY_NONE)
            record->shape = arena_copy(&records->arena, classifier_shape(worker->classifier));
        ambiguous = ambiguous || record->ambiguous;
    }
    if (ambiguous)
        samples_add(&batch->lines.ambiguous_samples, SV_EMPTY, number, line);
}

void worker_run(struct worker *worker, const struct chunk *chunk, const struct clock *clock,
                struct batch *batch)
{
    struct line_tally *lines = &batch->lines;
    const char *at = chunk->bytes.ptr, *end = at + chunk->bytes.len;
    struct newlines newlines = newlines_of(chunk->bytes);
    int64_t counts[LINE_UNPARSED + 1] = {0}, number = 0;
    records_clear(&batch->records);
    line_tally_clear(lines);
    for (; at < end; number++) {
        sv line = {at, (size_t)(newlines_next(&newlines) - at)};
        at += line.len + 1;
        size_t from = batch->records.count;
        enum line_class class = parser_line(worker->parser, clock, line, number, &batch->records);
        counts[class]++;
        if (class == LINE_UNPARSED)
            samples_add(&lines->unparsed_samples, SV_EMPTY, number, line);
        if (batch->records.count > from)
            judge_records(worker, batch, from, number, line);
    }
    lines->total = number;
    lines->delivery = counts[LINE_DELIVERY];
    lines->context = counts[LINE_CONTEXT];
    lines->other = counts[LINE_OTHER];
    lines->unparsed = counts[LINE_UNPARSED];
}
