/* What needs no other line is done here: header, shape of the line, reply, verdict, for each
 * line of a chunk. The records of a chunk lie in an arena of their own and point into the chunk.
 * Lines that nobody understands are counted, and the first few are kept as samples. */
#include "worker.h"

#include "bouncelog/base/mem.h"
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

void batch_release(struct batch *batch)
{
    records_release(&batch->records);
    chunk_days_release(&batch->days);
    mem_free(batch->read);
    *batch = (struct batch){0};
}

static void keep_lines(const struct worker *worker, sv rest, struct batch *batch)
{
    batch->read_count = 0;
    while (worker->keep_lines && rest.len) {
        uint64_t line = input_line(sv_cut(rest, '\n', &rest), worker->lines_seed);
        if (line == INPUT_LINE_NONE)
            continue;
        batch->read = mem_room(batch->read, batch->read_count, sizeof *batch->read);
        batch->read[batch->read_count++] = line;
    }
}

static void judge_records(struct worker *worker, struct batch *batch, size_t from, int64_t number,
                          sv line)
{
    struct records *records = &batch->records;
    bool ambiguous = false;
    for (size_t i = from; i < records->count; i++) {
        struct record *record = &records->list[i];
        ledger_fingerprint(record);
        if (record->sender.len)
            record->stream =
                parser_stream(worker->parser, record->sender, record->sender_hash, &records->arena);
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
    struct lines read;
    enum line_class class;
    lines_begin(&read, chunk->bytes);
    read.in_quotes = in_quotes;
    read.open_pieces = chunk->open;
    batch->known = chunk->known;
    batch->unfinished = chunk->unfinished;
    batch->forgotten = chunk->forgotten;
    keep_lines(worker, chunk->forgotten ? SV_EMPTY : chunk->bytes, batch); /* before they change */
    records_clear(&batch->records);
    line_tally_clear(lines);
    chunk_days_clear(&batch->days);
    batch->days.counted[LINE_OTHER] = (int64_t)batch->known; /* of no day: they count no more */
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
    sv unread = sv_sub(read.first_headless, 0, UNREAD_MAX);
    sv_put(batch->unread, unread);
    batch->unread_len = unread.len;
    batch->headless = read.headless;
    chunk_days_end(&batch->days, &read);
    lines->total = read.number;
    lines->delivery = read.counts[LINE_DELIVERY];
    lines->context = read.counts[LINE_CONTEXT] + read.counts[LINE_SKIPPED];
    lines->skipped = read.counts[LINE_SKIPPED];
    lines->other = read.counts[LINE_OTHER];
    lines->unparsed = read.counts[LINE_UNPARSED];
}
