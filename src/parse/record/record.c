/* Has what JSON objects and CSV rows share: which record takes one, and what its paths give. Where
 * a path leads to a list of recipients, each has a record of its own. The time is data here, never
 * read from a header. */
#include "record.h"

#include "../mta/mta.h"
#include "bouncelog/base/buf.h"
#include "bouncelog/base/hash.h"

sv record_text(sv text, struct arena *arena)
{
    size_t len = 0;
    char *copy = arena_alloc(arena, text.len + PARSE_SLACK);
    for (size_t i = 0; i < text.len; i++) {
        bool breaks = text.ptr[i] == '\r' || text.ptr[i] == '\n' || text.ptr[i] == 0;
        if (!breaks)
            copy[len++] = text.ptr[i];
        else if (len && copy[len - 1] != ' ')
            copy[len++] = ' ';
    }
    memset(copy + len, 0, PARSE_SLACK);
    return sv_make(copy, len);
}

static bool holds(const struct record_condition *condition, const struct row *row,
                  struct arena *scratch)
{
    sv text = row->text(row, condition->path, 0, scratch);
    if (!text.ptr)
        return false;
    for (size_t i = 0; i < condition->value_count; i++)
        if (sv_eq(text, condition->values[i]))
            return true;
    return !condition->value_count;
}

static bool takes(const struct record_shape *record, const struct row *row, struct arena *scratch)
{
    for (size_t i = 0; i < record->when_count; i++)
        if (!holds(&record->when[i], row, scratch))
            return false;
    return true;
}

const struct record_shape *record_find(const struct parser *parser, enum record_format format,
                                       const struct row *row, uint8_t *mta)
{
    const struct patterns *patterns = parser->options.patterns;
    const struct record_shape *found = NULL;
    struct arena scratch = {0};
    for (uint8_t at = MTA_UNKNOWN + 1; at < patterns->taxonomy.mta_count && !found; at++) {
        const struct mta_patterns *of = &patterns->mtas[at];
        if (parser->options.only != MTA_UNKNOWN && parser->options.only != at)
            continue;
        *mta = at;
        for (size_t i = 0; i < of->record_count && !found; i++)
            if (of->records[i].format == format && takes(&of->records[i], row, &scratch))
                found = &of->records[i];
    }
    arena_release(&scratch);
    return found;
}

/* Several paths are joined by dots, if there is something at each. */
static sv value_of(const struct record_field *field, const struct row *row, int item,
                   struct arena *arena)
{
    struct buf joined = {0};
    sv value = row->text(row, field->paths[0], item, arena);
    if (field->path_count == 1)
        return value.ptr ? value : SV_EMPTY;
    for (size_t i = 0; i < field->path_count; i++) {
        value = row->text(row, field->paths[i], item, arena);
        if (!value.len) {
            buf_clear(&joined);
            break;
        }
        if (i)
            buf_add_byte(&joined, '.');
        buf_add(&joined, value);
    }
    value = record_text(buf_sv(&joined), arena);
    buf_release(&joined);
    return value;
}

void record_fields(const struct record_shape *record, const struct row *row, int item,
                   struct arena *arena, struct template_fields *fields)
{
    fields->set = record->shape.fields;
    for (size_t i = 0; i < record->field_count; i++)
        fields->values[record->fields[i].field] = value_of(
            &record->fields[i], row, record->fields[i].field == FIELD_RECIPIENT ? item : 0, arena);
}

static int recipient_count(const struct record_shape *record, const struct row *row)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (record->fields[i].field == FIELD_RECIPIENT)
            return row->items(row, record->fields[i].paths[0]);
    return 1;
}

static bool take_time(struct line *line, const struct record_shape *record)
{
    struct stamp *stamp = &line->parser->headers.own;
    *stamp = (struct stamp){.absolute = true};
    return stamp_seconds(line_field(line, &record->shape, FIELD_TIME), &stamp->seconds);
}

enum line_class record_read(struct parser *parser, const struct clock *clock, uint8_t mta,
                            const struct record_shape *record, const struct row *row, sv text,
                            int64_t number, struct records *records)
{
    struct line *line = &parser->line;
    enum line_class class = LINE_CONTEXT;
    *line = (struct line){.parser = parser,
                          .clock = clock,
                          .records = records,
                          .patterns = &parser->options.patterns->mtas[mta],
                          .mta = parser->mtas[mta],
                          .header = {.stamp = &parser->headers.own, .program = {mta, 0}},
                          .number = number,
                          .queue_id = SV_EMPTY,
                          .rest = text,
                          .by_template = true};
    if (record->shape.meaning == MEANING_CONTEXT)
        return class;
    int count = recipient_count(record, row);
    for (int i = 0; i < count; i++) {
        record_fields(record, row, i, &records->arena, &parser->fields);
        if (!take_time(line, record))
            return LINE_UNPARSED;
        line->header.host = line_field(line, &record->shape, FIELD_HOST);
        line->header.host_key = hash_bytes(line->header.host);
        line->queue_id = line_field(line, &record->shape, FIELD_QUEUE_ID);
        class = mta_read_shape(line, &record->shape);
    }
    return count ? class : LINE_UNPARSED;
}
