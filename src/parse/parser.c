/* What a line and its records are made of: the shape that takes a message, its fields, the time
 * that all records of the line share. And what the head of a source says about all of its lines:
 * its year and zone, whether a program there writes the lines of others. How lines are gone through
 * stands in lines.c. */
#include "parser.h"

#include <stddef.h>

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"
#include "mta/mta.h"
#include "mta/queue_id.h"
#include "record/record.h"

void records_clear(struct records *records)
{
    records->count = 0;
    arena_clear(&records->arena);
    bytes_zero(records->begun, sizeof records->begun);
}

void records_release(struct records *records)
{
    mem_free(records->list);
    arena_release(&records->arena);
    *records = (struct records){0};
}

static void find_formats(struct parser *parser)
{
    const struct patterns *patterns = parser->options.patterns;
    for (size_t i = 0; i < patterns->taxonomy.mta_count; i++)
        for (size_t j = 0; j < patterns->mtas[i].record_count; j++)
            parser->has_json |= patterns->mtas[i].records[j].format == RECORD_JSON;
}

/* Where it was written is not known, nor whose numbers the users there have; but root's. */
static bool only_root(const char *user, uint64_t *uid)
{
    *uid = 0;
    return strcmp(user, "root") == 0;
}

struct parser *parser_new(const struct parser_options *options)
{
    struct parser *parser = mem_zero(1, sizeof *parser);
    parser->options = *options;
    parser->host_key = hash_bytes(options->host);
    parser->matcher = matcher_new();
    parser->headers.patterns = options->patterns;
    parser->headers.containers.patterns = options->patterns;
    parser->headers.trust = journal_trust_new(options->patterns, only_root, true);
    parser->headers.matcher = parser->matcher;
    parser->headers.programs.patterns = options->patterns;
    parser->headers.programs.only = options->only;
    for (size_t i = 0; i < options->patterns->taxonomy.mta_count; i++) {
        parser->mtas[i] = mta_find(options->patterns->taxonomy.mtas[i]);
        parser->quick_ids[i] = parser->mtas[i]->quick_id;
    }
    find_formats(parser);
    parser->headers.mtas = parser->mtas;
    return parser;
}

void parser_free(struct parser *parser)
{
    if (!parser)
        return;
    matcher_free(parser->matcher);
    container_reader_release(&parser->headers.containers);
    journal_trust_free(parser->headers.trust);
    pieces_release(&parser->pieces);
    mem_free(parser->senders);
    mem_free(parser);
}

uint64_t parser_limits(const struct parser *parser)
{
    return matcher_limits(parser->matcher);
}

static bool takes(struct line *line, const struct shape *shape)
{
    struct template_fields *fields = &line->parser->fields;
    for (size_t i = 0; i < shape->template_count; i++)
        if (template_match(&shape->templates[i], line->rest, fields)) {
            line->by_template = true;
            return true;
        }
    line->by_template = false;
    return !shape->regex ||
           regex_match(shape->regex, line->parser->matcher, line->rest) == REGEX_YES;
}

/* Lines are readable beyond their end, and no gate holds a newline or a NUL. */
static const struct shape *shape_from(struct line *line, size_t index)
{
    const struct mta_patterns *mta = line->patterns;
    uint64_t daemon = line->header.program.daemon, bytes = 0;
    unsigned char lead = 0;
    sv rest = line->rest;
    if (rest.len) { /* an empty view may be a literal with nothing behind it */
        memcpy(&bytes, rest.ptr, sizeof bytes);
        lead = (unsigned char)rest.ptr[0];
    }
    for (uint32_t i = mta->gates_of[lead]; i < mta->gates_of[lead + 1]; i++) {
        const struct gate *gate = &mta->gates[i];
        if ((bytes & gate->mask) != gate->bytes || gate->shape < index ||
            (gate->daemons != UINT64_MAX && !(gate->daemons & daemon)))
            continue;
        const struct shape *shape = &mta->shapes[gate->shape];
        if ((shape->gate.len > sizeof bytes && !sv_starts(rest, shape->gate)) ||
            (shape->needs.len && sv_find(rest, shape->needs) == SV_NPOS))
            continue;
        if (takes(line, shape))
            return shape;
    }
    return NULL;
}

const struct shape *line_shape(struct line *line)
{
    return shape_from(line, 0);
}

const struct shape *line_shape_after(struct line *line, const struct shape *shape)
{
    return shape_from(line, (size_t)(shape - line->patterns->shapes) + 1);
}

bool line_outcome(const struct shape *shape, sv word, enum outcome *outcome, bool *context)
{
    for (size_t i = 0; i < shape->status_count; i++) {
        const struct status_outcome *status = &shape->statuses[i];
        if (status->word.len && !sv_eq(status->word, word))
            continue;
        *outcome = status->outcome;
        *context = status->context;
        return !status->context;
    }
    return false;
}

/* Resolving asks the zone's rules, which is slow: consecutive lines share their stamps. */
static inline bool is_same_stamp(const struct line *line, const struct resolved *last)
{
    return last->serial && last->serial == line->header.stamp_serial &&
           last->source == line->clock->source;
}

static int64_t resolve(const struct line *line, int64_t id_time, struct resolved *last)
{
    last->seconds = stamp_resolve(line->header.stamp, line->clock, id_time, &line->parser->hours);
    last->serial = line->header.stamp_serial;
    last->source = line->clock->source;
    return last->seconds;
}

/* The year may follow from the line's own id. */
static inline bool may_be_timed(const struct line *line)
{
    const struct stamp *stamp = line->header.stamp;
    return line->queue_id.len >= QUEUE_ID_TIMED && !stamp->civil.year && !stamp->absolute &&
           line->mta->queue_id_time;
}

static int64_t line_seconds(struct line *line)
{
    struct resolved *by_id = &line->parser->by_id, *by_stamp = &line->parser->by_stamp;
    int64_t id_time;
    if (may_be_timed(line) && line->mta->queue_id_time(line->queue_id, &id_time)) {
        if (is_same_stamp(line, by_id) && stamp_is_of(by_id->seconds, id_time))
            return by_id->seconds;
        return resolve(line, id_time, by_id);
    }
    return is_same_stamp(line, by_stamp) ? by_stamp->seconds : resolve(line, -1, by_stamp);
}

/* A record for which there is room. */
static inline struct record *add_record(struct line *line, enum record_kind kind, int64_t time)
{
    struct records *records = line->records;
    struct record *record = &records->list[records->count++];
    bytes_zero(record, offsetof(struct record, severity));
    record->kind = kind;
    record->mta = line->header.program.mta;
    record->time = time;
    record->line = line->number;
    record->host = line->header.host;
    record->host_key = line->header.host_key;
    record->queue_id = line->queue_id;
    if (!record->host.len) {
        record->host = line->parser->options.host;
        record->host_key = line->parser->host_key;
    }
    if (kind == RECORD_ATTEMPT) {
        bytes_zero(&record->severity, sizeof *record - offsetof(struct record, severity));
        record->delay_s = -1;
        record->said = (struct said){ORIGIN_LOCAL, STAGE_UNKNOWN, SV_EMPTY};
        record->verdict.category = CATEGORY_NONE;
    }
    return record;
}

/* At the start of a page, so that what is looked at ahead of time lies on one cache line. */
static void grow(struct records *records)
{
    records->cap = records->cap ? records->cap * 2 : 256;
    struct record *list = mem_pages(records->cap * sizeof *list);
    if (records->count)
        memcpy(list, records->list, records->count * sizeof *list);
    mem_free(records->list);
    records->list = list;
}

static __attribute__((noinline)) struct record *add_slowly(struct line *line, enum record_kind kind)
{
    if (line->records->count == line->records->cap)
        grow(line->records);
    return add_record(line, kind, line_seconds(line));
}

/* Mostly nothing has to be called: then no register has to be saved either. */
struct record *line_record(struct line *line, enum record_kind kind)
{
    const struct resolved *last = &line->parser->by_stamp;
    if (line->records->count == line->records->cap || !is_same_stamp(line, last) ||
        may_be_timed(line))
        return add_slowly(line, kind);
    return add_record(line, kind, last->seconds);
}
