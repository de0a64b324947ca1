/* What needs no other line is done here: header, shape of the line, reply, verdict, for each
 * line of a chunk. The records of a chunk lie in an arena of their own and point into the chunk.
 * Lines that nobody understands are counted, and the first few are kept as samples. */
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

static void judge_records(struct worker *worker, struct batch *batch, size_t from, int64_t number,
                          sv line)
{
    struct records *records = &batch->records;
    bool ambiguous = false;
    for (size_t i = from; i < records->count; i++) {
        struct record *record = &records->list[i];
        ledger_fingerprint(record);
        if (record->kind != RECORD_ATTEMPT) {
            records_note(records, record);
            continue;
        }
        classify(worker->classifier, record);
        if (record->verdict.basis == BASIS_NONE && record->reply.text.len &&
            record->verdict.category != CATEGORY_NONE)
            record->shape = arena_copy(&records->arena, classifier_shape(worker->classifier));
        ambiguous = ambiguous || record->ambiguous;
    }
    if (!ambiguous)
        return;
    struct samples *samples = &batch->lines.ambiguous_samples;
    size_t kept = samples->kept;
    samples_add(samples, SV_EMPTY, number, line);
    chunk_days_ambiguous(&batch->days, samples, kept);
}

void worker_run(struct worker *worker, const struct chunk *chunk, const struct clock *clock,
                bool in_quotes, struct batch *batch)
{
    struct line_tally *lines = &batch->lines;
    struct lines read = lines_of(chunk->bytes);
    enum line_class class;
    read.in_quotes = in_quotes;
    records_clear(&batch->records);
    line_tally_clear(lines);
    chunk_days_clear(&batch->days);
    for (size_t from = 0; parser_next(worker->parser, clock, &read, &class, &batch->records);
         from = batch->records.count) {
        int64_t number = read.number - 1;
        chunk_days_note(&batch->days, &read, class, &batch->records, from);
        if (class == LINE_UNPARSED) {
            size_t kept = lines->unparsed_samples.kept;
            samples_add(&lines->unparsed_samples, SV_EMPTY, number, read.line);
            chunk_days_unparsed(&batch->days, &lines->unparsed_samples, kept);
        }
        if (batch->records.count > from)
            judge_records(worker, batch, from, number, read.line);
    }
    chunk_days_end(&batch->days, &read);
    lines->total = read.number;
    lines->delivery = read.counts[LINE_DELIVERY];
    lines->context = read.counts[LINE_CONTEXT];
    lines->other = read.counts[LINE_OTHER];
    lines->unparsed = read.counts[LINE_UNPARSED];
}
