#include "worker.h"

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

static void judge_records(struct worker *worker, struct records *records, size_t from,
                          size_t source, int64_t number, sv line)
{
    bool ambiguous = false;
    for (size_t i = from; i < records->count; i++) {
        struct record *record = &records->list[i];
        ledger_seal(record);
        if (record->kind != RECORD_ATTEMPT)
            continue;
        classify(worker->classifier, record);
        ambiguous = ambiguous || record->ambiguous;
    }
    if (ambiguous)
        samples_add(&worker->lines.ambiguous_samples, source, number, line);
}

void worker_run(struct worker *worker, const struct chunk *chunk, const struct clock *clock,
                int64_t first_line, struct batch *batch)
{
    struct line_tally *lines = &worker->lines;
    sv rest = chunk->bytes;
    batch->line_count = 0;
    while (rest.len) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.ptr) : rest.len;
        sv line = {rest.ptr, len};
        rest = sv_skip(rest, end ? len + 1 : len);
        int64_t number = first_line + batch->line_count++;
        size_t from = batch->records.count;
        switch (parser_line(worker->parser, clock, line, number, &batch->records)) {
        case LINE_DELIVERY:
            lines->delivery++;
            break;
        case LINE_CONTEXT:
            lines->context++;
            break;
        case LINE_OTHER:
            lines->other++;
            break;
        case LINE_UNPARSED:
            lines->unparsed++;
            samples_add(&lines->unparsed_samples, chunk->source, number, line);
            break;
        }
        if (batch->records.count > from)
            judge_records(worker, &batch->records, from, chunk->source, number, line);
    }
    lines->total += batch->line_count;
}
