/* Reads lines, one thread's at a time. Most need no more than the quick header: they have the
 * header of the line before, and no gate begins like their message. The others are read in full:
 * header, queue id, the shape that takes the message. What all records of a line share is filled
 * in here. */
#include "parser.h"

#include <stddef.h>

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"
#include "mta/mta.h"
#include "mta/queue_id.h"
#include "record/record.h"

enum { LINE_MAX = 64 * 1024 }; /* the reader gives no longer ones; examples could */

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
            if (patterns->mtas[i].records[j].format == RECORD_CSV)
                parser->has_csv = true;
            else
                parser->has_json = true;
}

struct parser *parser_new(const struct parser_options *options)
{
    struct parser *parser = mem_zero(1, sizeof *parser);
    parser->options = *options;
    parser->host_key = hash_bytes(options->host);
    parser->matcher = matcher_new();
    parser->headers.patterns = options->patterns;
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

sv line_field(const struct line *line, const struct shape *shape, enum field field)
{
    const struct template_fields *fields = &line->parser->fields;
    if (line->by_template)
        return fields->set >> field & 1 ? fields->values[field] : SV_EMPTY;
    return shape->regex ? matcher_field(line->parser->matcher, shape->regex, field) : SV_EMPTY;
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
static bool is_same_stamp(const struct line *line, const struct resolved *last)
{
    return last->serial && last->serial == line->header.stamp_serial &&
           last->source == line->clock->source;
}

static int64_t resolve(const struct line *line, int64_t id_time, struct resolved *last)
{
    last->seconds = stamp_resolve(line->header.stamp, line->clock, id_time);
    last->serial = line->header.stamp_serial;
    last->source = line->clock->source;
    return last->seconds;
}

static int64_t line_seconds(struct line *line)
{
    const struct stamp *stamp = line->header.stamp;
    struct resolved *by_id = &line->parser->by_id, *by_stamp = &line->parser->by_stamp;
    int64_t id_time;
    /* The year may follow from this very id. */
    if (!stamp->civil.year && !stamp->absolute && line->queue_id.len >= QUEUE_ID_TIMED &&
        line->mta->queue_id_time && line->mta->queue_id_time(line->queue_id, &id_time)) {
        if (is_same_stamp(line, by_id) && stamp_is_of(by_id->seconds, id_time))
            return by_id->seconds;
        return resolve(line, id_time, by_id);
    }
    return is_same_stamp(line, by_stamp) ? by_stamp->seconds : resolve(line, -1, by_stamp);
}

struct record *line_record(struct line *line, enum record_kind kind)
{
    struct records *records = line->records;
    if (records->count == records->cap) {
        records->cap = records->cap ? records->cap * 2 : 256;
        records->list = mem_grow(records->list, records->cap, sizeof *records->list);
    }
    struct record *record = &records->list[records->count++];
    bytes_zero(record, offsetof(struct record, outcome));
    if (kind == RECORD_ATTEMPT)
        bytes_zero(&record->outcome, sizeof *record - offsetof(struct record, outcome));
    record->kind = kind;
    record->mta = line->header.program.mta;
    record->time = line_seconds(line);
    record->line = line->number;
    record->host = line->header.host;
    record->host_key = line->header.host_key;
    record->queue_id = line->queue_id;
    if (!record->host.len) {
        record->host = line->parser->options.host;
        record->host_key = line->parser->host_key;
    }
    if (kind == RECORD_ATTEMPT) {
        record->delay_s = -1;
        record->said = (struct said){ORIGIN_LOCAL, STAGE_UNKNOWN, SV_EMPTY};
        record->verdict.category = CATEGORY_NONE;
    }
    return record;
}

/* Can a shape take this message at all? A queue id, and behind it a byte that a gate of this daemon
 * begins with. */
static inline bool may_have_shape(const struct patterns *patterns, struct quick_header *quick)
{
    const char *message = quick->message.ptr;
    size_t n = bytes_alnum16(message);
    quick->id_len = 0;
    if (n == 16) /* a long id: see whether it really is one */
        return true;
    if (message[n] != ':' || message[n + 1] != ' ' || n < QUEUE_ID_MIN)
        return false;
    quick->id_len = n;
    unsigned char lead = (unsigned char)message[n + 2];
    return (patterns->mtas[quick->program.mta].leads[lead] & quick->program.daemon) != 0;
}

/* Does the line say again that a message begins of which a record says so already? */
static inline bool begins_again(const struct parser *parser, const struct quick_header *quick,
                                const struct records *records)
{
    const char *message = quick->message.ptr;
    unsigned char lead = (unsigned char)message[quick->id_len + 2];
    if (!quick->id_len || !(parser->options.patterns->mtas[quick->program.mta].beginnings[lead] &
                            quick->program.daemon))
        return false;
    uint64_t host =
        parser->headers.memo.host_len ? parser->headers.memo.host_key : parser->host_key;
    uint64_t key = message_key_of(host, hash_id(sv_make(message, quick->id_len)));
    return records->begun[key / 2 % BEGINNINGS_KEPT] == key;
}

static enum line_class read_line(struct parser *parser, const struct clock *clock, int64_t number,
                                 struct records *records)
{
    struct line *line = &parser->line;
    line->parser = parser;
    line->clock = clock;
    line->records = records;
    line->number = number;
    line->patterns = &parser->options.patterns->mtas[line->header.program.mta];
    line->mta = parser->mtas[line->header.program.mta];
    return mta_read(line);
}

/* A line whose header is not the one of the line before. Of a JSON object one reading alone is
 * possible; which is asked first is a matter of speed. */
static enum line_class read_unlike_last(struct parser *parser, const struct clock *clock, sv text,
                                        int64_t number, struct records *records)
{
    struct header *header = &parser->line.header;
    enum line_class class;
    bool object = parser->has_json && text.len && text.ptr[0] == '{';
    if (object && parser->reads_records &&
        json_line_read(parser, clock, text, number, records, &class))
        return class;
    if (header_read(&parser->headers, text, &records->arena, header)) {
        parser->reads_records = false;
        return header->program.mta == MTA_UNKNOWN ? LINE_OTHER
                                                  : read_line(parser, clock, number, records);
    }
    if (!object || parser->reads_records)
        return LINE_OTHER;
    parser->reads_records = json_line_read(parser, clock, text, number, records, &class);
    return parser->reads_records ? class : LINE_OTHER;
}

/* A line of which the quick header is not enough. */
static __attribute__((noinline)) enum line_class
read_full(struct parser *parser, const struct clock *clock, sv text, int64_t number,
          const struct quick_header *quick, struct records *records)
{
    struct header *header = &parser->line.header;
    parser->line.queue_id = SV_EMPTY;
    while (text.len && text.ptr[text.len - 1] == '\r')
        text.len--;
    if (quick) {
        header_recall(&parser->headers, text, quick, header);
        header->message.len = (size_t)(text.ptr + text.len - header->message.ptr);
        parser->line.queue_id = sv_sub(header->message, 0, quick->id_len);
        return read_line(parser, clock, number, records);
    }
    return read_unlike_last(parser, clock, text, number, records);
}

/* Is the quick header enough? *seen: the header was seen, and is in *quick. */
static inline bool quick_is_enough(struct parser *parser, sv text, const struct records *records,
                                   struct quick_header *quick, bool *seen, enum line_class *class)
{
    *seen = header_quick(&parser->headers, text, quick);
    if (!*seen) {
        *class = LINE_OTHER;
        return !text.len; /* no header has no bytes */
    }
    *class = quick->program.mta == MTA_UNKNOWN ? LINE_OTHER : LINE_CONTEXT;
    return quick->program.mta == MTA_UNKNOWN ||
           (parser->quick_ids[quick->program.mta] &&
            (!may_have_shape(parser->options.patterns, quick) ||
             begins_again(parser, quick, records)));
}

enum line_class parser_line(struct parser *parser, const struct clock *clock, sv text,
                            int64_t number, struct records *records)
{
    struct quick_header quick = {.id_len = 0};
    enum line_class class;
    bool seen;
    text = sv_sub(text, 0, LINE_MAX);
    if (clock->columns.count)
        return csv_line_read(parser, clock, text, number, &(bool){false}, records);
    if (quick_is_enough(parser, text, records, &quick, &seen, &class))
        return class;
    return read_full(parser, clock, text, number, seen ? &quick : NULL, records);
}

struct lines lines_of(sv chunk)
{
    return (struct lines){
        .newlines = newlines_of(chunk), .at = chunk.ptr, .end = chunk.ptr + chunk.len};
}

/* Every line of a CSV log is read in full. */
static bool next_row(struct parser *parser, const struct clock *clock, struct lines *lines,
                     enum line_class *class, struct records *records)
{
    if (lines->at >= lines->end)
        return false;
    const char *newline = newlines_next(&lines->newlines);
    lines->line = sv_make(lines->at, (size_t)(newline - lines->at));
    lines->at = newline + 1;
    *class = csv_line_read(parser, clock, lines->line, lines->number++, &lines->in_quotes, records);
    lines->counts[*class]++;
    return true;
}

bool parser_next(struct parser *parser, const struct clock *clock, struct lines *lines,
                 enum line_class *class, struct records *records)
{
    if (clock->columns.count)
        return next_row(parser, clock, lines, class, records);
    struct newlines newlines = lines->newlines;
    const char *at = lines->at, *end = lines->end;
    int64_t number = lines->number;
    struct quick_header quick = {.id_len = 0};
    sv text = SV_EMPTY;
    bool seen = false, found = false;
    while (at < end && !found) {
        const char *newline = newlines_next(&newlines);
        text = sv_make(at, (size_t)(newline - at));
        text.len = text.len < LINE_MAX ? text.len : LINE_MAX;
        at = newline + 1;
        number++;
        if (quick_is_enough(parser, text, records, &quick, &seen, class))
            lines->counts[*class]++;
        else
            found = true;
    }
    lines->newlines = newlines;
    lines->at = at;
    lines->number = number;
    if (!found)
        return false;
    lines->line = text;
    *class = read_full(parser, clock, text, number - 1, seen ? &quick : NULL, records);
    lines->counts[*class]++;
    return true;
}

/* Does this line announce a message that has just arrived? Then its queue id is of this second. */
static bool is_arrival(const struct mta_patterns *patterns, sv rest)
{
    for (size_t i = 0; i < patterns->arrival_count; i++)
        if (sv_starts(rest, patterns->arrivals[i]))
            return true;
    return false;
}

void parser_hosts(struct parser *parser, sv head, struct map *hosts)
{
    struct arena arena = {0};
    char lower[256]; /* RFC 1035 section 2.3.4: names have less */
    while (head.len) {
        struct header header;
        sv line = sv_cut(head, '\n', &head);
        if (!head.len && line.len && line.ptr[line.len] != '\n')
            break;
        if (!header_read(&parser->headers, line, &arena, &header))
            continue;
        sv host = sv_sub(header.host, 0, sizeof lower);
        bytes_lower(lower, host);
        map_add(hosts, sv_make(lower, host.len), NULL);
    }
    arena_release(&arena);
}

static void note_clock(struct parser *parser, struct clock_evidence *evidence,
                       struct header *header)
{
    const struct mta *mta = parser->mtas[header->program.mta];
    int64_t id_time = -1;
    int part;
    sv rest = mta->unwrap ? mta->unwrap(&parser->headers, header, &part) : header->message;
    sv id = mta->queue_id_take ? mta->queue_id_take(&rest) : SV_EMPTY;
    if (!id.len || !mta->queue_id_time || !mta->queue_id_time(id, &id_time))
        id_time = -1;
    clock_note(evidence, header->stamp, id_time,
               is_arrival(&parser->options.patterns->mtas[header->program.mta], rest));
}

struct clock parser_clock(struct parser *parser, sv head, const struct clock_options *options)
{
    struct clock_evidence evidence = {0};
    struct arena arena = {0};
    sv all = head;
    while (head.len) {
        struct header header;
        sv line = sv_cut(head, '\n', &head);
        if (!head.len && line.len && line.ptr[line.len] != '\n')
            break; /* the head may end in the middle of a line */
        if (!header_read(&parser->headers, line, &arena, &header))
            continue;
        note_clock(parser, &evidence, &header);
    }
    arena_release(&arena);
    struct clock clock = clock_decide(&evidence, options);
    clock.columns = csv_columns(parser, all);
    return clock;
}
