#include "parser.h"

#include "bouncelog/base/mem.h"
#include "queue_id.h"

enum { LINE_MAX = 64 * 1024 }; /* the reader gives no longer ones; examples could */

void records_clear(struct records *records)
{
    records->count = 0;
    arena_clear(&records->arena);
}

void records_release(struct records *records)
{
    mem_free(records->list);
    arena_release(&records->arena);
    *records = (struct records){0};
}

struct parser *parser_new(const struct parser_options *options)
{
    struct parser *parser = mem_zero(1, sizeof *parser);
    parser->options = *options;
    parser->matcher = matcher_new();
    parser->headers.patterns = options->patterns;
    parser->headers.matcher = parser->matcher;
    parser->headers.programs.patterns = options->patterns;
    parser->headers.programs.only = options->only;
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

static const struct shape *shape_from(struct line *line, size_t index)
{
    for (size_t i = index; i < line->patterns->shape_count; i++) {
        const struct shape *shape = &line->patterns->shapes[i];
        if (shape->daemons != UINT64_MAX && !(shape->daemons & line->header.program.daemon))
            continue;
        if (!sv_starts(line->rest, shape->gate))
            continue;
        if (shape->needs.len && sv_find(line->rest, shape->needs) == SV_NPOS)
            continue;
        if (!shape->regex ||
            regex_match(shape->regex, line->parser->matcher, line->rest) == REGEX_YES)
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

static bool same_stamp(const struct stamp *a, const struct stamp *b)
{
    return a->absolute == b->absolute && a->seconds == b->seconds && a->has_zone == b->has_zone &&
           a->zone_s == b->zone_s && memcmp(&a->civil, &b->civil, sizeof a->civil) == 0;
}

static bool same_clock(const struct clock *a, const struct clock *b)
{
    return a->fixed == b->fixed && a->offset_s == b->offset_s && a->has_anchor == b->has_anchor &&
           a->not_before == b->not_before && a->not_after == b->not_after;
}

static int64_t line_seconds(struct line *line)
{
    struct parser *parser = line->parser;
    const struct stamp *stamp = &line->header.stamp;
    int64_t id_time = -1;
    if (!stamp->absolute && !stamp->civil.year &&
        !queue_id_time(line->header.program.mta, line->queue_id, &id_time))
        id_time = -1;
    if (id_time >= 0) /* the year may follow from this very id */
        return stamp_resolve(stamp, line->clock, id_time);
    if (!parser->has_last || !same_stamp(stamp, &parser->last_stamp) ||
        !same_clock(line->clock, &parser->last_clock)) {
        parser->last_seconds = stamp_resolve(stamp, line->clock, -1);
        parser->last_stamp = *stamp;
        parser->last_clock = *line->clock;
        parser->has_last = true;
    }
    return parser->last_seconds;
}

struct record *line_record(struct line *line, enum record_kind kind)
{
    struct records *records = line->records;
    if (records->count == records->cap) {
        records->cap = records->cap ? records->cap * 2 : 256;
        records->list = mem_grow(records->list, records->cap, sizeof *records->list);
    }
    struct record *record = &records->list[records->count++];
    *record = (struct record){.kind = kind,
                              .mta = line->header.program.mta,
                              .time = line_seconds(line),
                              .line = line->number,
                              .host = line->header.host,
                              .queue_id = line->queue_id,
                              .delay_s = -1,
                              .said = {ORIGIN_LOCAL, STAGE_UNKNOWN, SV_EMPTY},
                              .verdict = {.category = CATEGORY_NONE}};
    if (!record->host.len)
        record->host = line->parser->options.host;
    return record;
}

static enum line_class read_message(struct line *line)
{
    switch (line->header.program.mta) {
    case MTA_POSTFIX:
        return postfix_line(line);
    case MTA_EXIM:
        return exim_line(line);
    case MTA_SENDMAIL:
        return sendmail_line(line);
    default:
        return LINE_OTHER;
    }
}

enum line_class parser_line(struct parser *parser, const struct clock *clock, sv text,
                            int64_t number, struct records *records)
{
    struct line *line = &parser->line;
    text = sv_sub(text, 0, LINE_MAX);
    while (text.len && text.ptr[text.len - 1] == '\r')
        text.len--;
    if (!header_read(&parser->headers, text, &records->arena, &line->header) ||
        line->header.program.mta == MTA_UNKNOWN)
        return LINE_OTHER;
    line->parser = parser;
    line->clock = clock;
    line->records = records;
    line->number = number;
    line->patterns = &parser->options.patterns->mtas[line->header.program.mta];
    return read_message(line);
}

/* Does this line announce a message that has just arrived? Then its queue id is of this second. */
static bool is_arrival(enum mta mta, sv rest)
{
    return (mta == MTA_EXIM && sv_starts(rest, SV("<= "))) ||
           (mta == MTA_POSTFIX &&
            (sv_starts(rest, SV("client=")) || sv_starts(rest, SV("message-id=")) ||
             sv_starts(rest, SV("uid=")))) ||
           (mta == MTA_SENDMAIL && sv_starts(rest, SV("from=")));
}

struct clock parser_clock(struct parser *parser, sv head, const struct clock_options *options)
{
    struct clock_evidence evidence = {0};
    struct arena arena = {0};
    while (head.len) {
        struct header header;
        sv line = sv_cut(head, '\n', &head);
        if (!head.len && line.len && line.ptr[line.len] != '\n')
            break; /* the head may end in the middle of a line */
        if (!header_read(&parser->headers, line, &arena, &header))
            continue;
        int64_t id_time = -1;
        sv rest = header.message;
        sv id = queue_id_take(header.program.mta, &rest);
        if (!queue_id_time(header.program.mta, id, &id_time))
            id_time = -1;
        clock_note(&evidence, &header.stamp, id_time, is_arrival(header.program.mta, rest));
    }
    arena_release(&arena);
    return clock_decide(&evidence, options);
}
