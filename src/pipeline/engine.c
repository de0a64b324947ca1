/* All threads do the same: look for the most urgent work, do it, look again.
 *
 *   1. the ordered stage, if nobody is in it and the next chunk in order is ready
 *   2. a source to read a chunk of, and that chunk's work
 *
 * So two threads share any mixture of decoding, parsing and joining evenly. A chunk with its batch
 * is a slot; whoever holds a slot, a source's reader or the ordered stage owns it alone. The mutex
 * guards who holds what, never data, and is taken a few times a chunk. The number of slots bounds
 * memory and stops readers that are too far ahead. Sources behind the one that the ordered stage is
 * at are read ahead, so that several compressed files decode at once; the last slots are kept for
 * that one. */
#include "engine.h"

#include <assert.h>
#include <pthread.h>

#include "bouncelog/base/mem.h"

enum { JOBS_MAX = 64, SLOTS_A_JOB = 2, SLOTS_KEPT = 2 };

enum slot_state { SLOT_FREE, SLOT_BUSY, SLOT_READY };

struct slot {
    enum slot_state state;
    size_t source;
    uint64_t index; /* of the chunk in its source */
    struct chunk chunk;
    bool in_quotes; /* the chunk begins within a quoted value */
    struct batch batch;
};

/* A source while it is read. */
struct stream {
    struct reader *reader;
    struct clock clock;
    bool in_quotes; /* of a CSV log: behind the last chunk that was read */
    bool busy, ended;
    uint64_t given; /* chunks read so far */
    int64_t consumed;
};

struct engine {
    struct ordered_stage *stage;
    struct input *input;
    const struct pipeline_options *options;
    unsigned jobs;
    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t changed;
    struct slot *slots;
    size_t slot_count, free_count;
    struct stream *streams;
    size_t source_count;
    size_t at;       /* the source that the ordered stage is at */
    uint64_t next;   /* the chunk of it that comes next */
    bool stage_busy; /* somebody is in the ordered stage */
    int64_t consumed;
    uint64_t limits;
};

static struct slot *ready_slot(struct engine *engine)
{
    for (size_t i = 0; i < engine->slot_count; i++) {
        struct slot *slot = &engine->slots[i];
        if (slot->state == SLOT_READY && slot->source == engine->at && slot->index == engine->next)
            return slot;
    }
    return NULL;
}

static struct slot *free_slot(struct engine *engine)
{
    struct slot *slot = engine->slots;
    while (slot->state != SLOT_FREE)
        slot++;
    return slot;
}

/* The oldest source that may be read now; NULL: none. One that is of the same log as a source
 * before it is not read ahead: where it begins is not known before that one ends. */
static struct stream *next_stream(struct engine *engine)
{
    for (size_t i = engine->at; i < engine->source_count && i < engine->at + engine->jobs; i++) {
        struct stream *stream = &engine->streams[i];
        if (engine->free_count <= (i == engine->at ? 0 : SLOTS_KEPT))
            return NULL;
        bool follows = input_source(engine->input, i)->follows != INPUT_NEW;
        if (!stream->busy && !stream->ended && !(follows && i != engine->at))
            return stream;
    }
    return NULL;
}

/* Has the ordered stage seen all of the source that it is at? Then it goes on to the next one. */
static bool advance(struct engine *engine)
{
    const struct stream *stream = &engine->streams[engine->at];
    if (!stream->ended || stream->given != engine->next)
        return false;
    /* A source counts whole, also one that could not be read: progress reaches its end. */
    int64_t size = input_source(engine->input, engine->at)->size;
    engine->consumed += stream->consumed > size ? stream->consumed : size;
    engine->at++;
    engine->next = 0;
    return true;
}

static void visit_ordered(struct engine *engine, struct slot *slot)
{
    engine->stage_busy = true;
    pthread_mutex_unlock(&engine->mutex);
    ordered_apply(engine->stage, slot->source, &slot->batch);
    if (engine->options->progress)
        engine->options->progress(engine->options->progress_context,
                                  engine->consumed + slot->chunk.consumed);
    pthread_mutex_lock(&engine->mutex);
    engine->streams[slot->source].consumed = slot->chunk.consumed;
    engine->stage_busy = false;
    engine->next++;
    assert(slot->state == SLOT_READY);
    slot->state = SLOT_FREE;
    engine->free_count++;
    pthread_cond_broadcast(&engine->changed);
}

static struct clock clock_of(struct engine *engine, struct worker *worker, size_t source,
                             const struct reader *reader)
{
    int64_t mtime = input_source(engine->input, source)->mtime;
    struct clock_options options = {source, engine->options->zone_given, engine->options->year,
                                    mtime ? mtime : engine->options->now};
    return parser_clock(worker->parser, reader_head(reader), &options);
}

/* Of a CSV log: a chunk with an odd number of quotes ends on the other side of them. */
static bool ends_in_quotes(sv bytes)
{
    bool odd = false;
    for (size_t i = 0; i < bytes.len; i++)
        odd ^= bytes.ptr[i] == '"';
    return odd;
}

static size_t whole_pieces(void *context, sv lines, unsigned *open)
{
    struct worker *worker = context;
    return parser_whole(worker->parser, lines, open);
}

/* Reads the next chunk of the stream into the slot; false at its end. */
static bool read_chunk(struct engine *engine, struct worker *worker, struct stream *stream,
                       struct slot *slot)
{
    const struct input_cut cut = {whole_pieces, worker};
    if (!stream->reader) {
        stream->reader = reader_open(engine->input, slot->source);
        stream->clock = clock_of(engine, worker, slot->source, stream->reader);
        memcpy(engine->stage->scan->source_seen[slot->source].form, stream->clock.form, INPUT_FORM);
    }
    reader_cut(stream->reader, stream->clock.pieces ? &cut : NULL);
    if (reader_next(stream->reader, &slot->chunk)) {
        slot->in_quotes = stream->in_quotes;
        if (stream->clock.columns.count && ends_in_quotes(slot->chunk.bytes))
            stream->in_quotes = !stream->in_quotes;
        return true;
    }
    reader_close(stream->reader);
    stream->reader = NULL;
    return false;
}

static void visit_stream(struct engine *engine, struct worker *worker, struct stream *stream)
{
    struct slot *slot = free_slot(engine);
    stream->busy = true;
    slot->state = SLOT_BUSY;
    slot->source = (size_t)(stream - engine->streams);
    slot->index = stream->given;
    engine->free_count--;
    pthread_mutex_unlock(&engine->mutex);
    bool more = read_chunk(engine, worker, stream, slot);
    struct clock clock = stream->clock;
    pthread_mutex_lock(&engine->mutex);
    stream->busy = false;
    stream->ended = !more;
    stream->given += more;
    pthread_cond_broadcast(&engine->changed);
    if (more) {
        pthread_mutex_unlock(&engine->mutex);
        worker_run(worker, &slot->chunk, &clock, slot->in_quotes, &slot->batch);
        pthread_mutex_lock(&engine->mutex);
    }
    assert(slot->state == SLOT_BUSY);
    slot->state = more ? SLOT_READY : SLOT_FREE;
    engine->free_count += !more;
    pthread_cond_broadcast(&engine->changed);
}

static void *work(void *context)
{
    struct engine *engine = context;
    const struct pipeline_options *options = engine->options;
    struct parser_options parser = {options->patterns,
                                    options->only,
                                    options->host,
                                    options->inbound,
                                    !options->sink || options->failures_alone,
                                    options->notices.count > 0 || options->keep_sent};
    struct worker worker;
    worker_init(&worker, &parser);
    worker.keep_lines = options->keep_lines;
    worker.lines_seed = options->lines_seed;
    classifier_own_hops(worker.classifier, options->relays, options->relay_count);
    classifier_own_hops(worker.classifier, options->filters, options->filter_count);
    pthread_mutex_lock(&engine->mutex);
    while (engine->at < engine->source_count) {
        struct slot *slot = engine->stage_busy ? NULL : ready_slot(engine);
        struct stream *stream = slot ? NULL : next_stream(engine);
        if (slot)
            visit_ordered(engine, slot);
        else if (!engine->stage_busy && advance(engine))
            pthread_cond_broadcast(&engine->changed);
        else if (stream)
            visit_stream(engine, &worker, stream);
        else
            pthread_cond_wait(&engine->changed, &engine->mutex);
    }
    engine->limits += parser_limits(worker.parser) + classifier_limits(worker.classifier);
    pthread_cond_broadcast(&engine->changed);
    pthread_mutex_unlock(&engine->mutex);
    worker_release(&worker);
    return NULL;
}

static void engine_init(struct engine *engine, struct ordered_stage *stage)
{
    unsigned jobs = stage->options->jobs ? stage->options->jobs : 1;
    *engine = (struct engine){.stage = stage,
                              .input = stage->input,
                              .options = stage->options,
                              .jobs = jobs < JOBS_MAX ? jobs : JOBS_MAX,
                              .source_count = input_source_count(stage->input)};
    engine->slot_count = engine->jobs == 1 ? 1 : (size_t)engine->jobs * SLOTS_A_JOB + SLOTS_KEPT;
    engine->free_count = engine->slot_count;
    engine->slots = mem_zero(engine->slot_count, sizeof *engine->slots);
    engine->streams = mem_zero(engine->source_count + 1, sizeof *engine->streams);
    for (size_t i = 0; i < engine->slot_count; i++)
        chunk_init(&engine->slots[i].chunk, engine->input);
    pthread_mutex_init(&engine->mutex, NULL);
    pthread_cond_init(&engine->changed, NULL);
}

static void engine_release(struct engine *engine)
{
    for (size_t i = 0; i < engine->slot_count; i++) {
        chunk_release(&engine->slots[i].chunk);
        batch_release(&engine->slots[i].batch);
    }
    for (size_t i = 0; i < engine->source_count; i++)
        reader_close(engine->streams[i].reader);
    mem_free(engine->slots);
    mem_free(engine->streams);
    pthread_cond_destroy(&engine->changed);
    pthread_mutex_destroy(&engine->mutex);
}

void engine_run(struct ordered_stage *stage)
{
    struct engine engine;
    pthread_t threads[JOBS_MAX];
    unsigned started = 0;
    engine_init(&engine, stage);
    while (started + 1 < engine.jobs && pthread_create(&threads[started], NULL, work, &engine) == 0)
        started++; /* with fewer threads than asked for it only takes longer */
    work(&engine);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    stage->scan->limits = engine.limits;
    engine_release(&engine);
}
