/* Records as JSON objects: each path becomes the field that a group would have given; then the
 * shape is read like any other. Where a path leads to a list of recipients, each has a record of
 * its own.
 *
 * RFC 8259; a line break within a text is a blank, as in a reply of several lines. An object that
 * carries a line (header/container.c) is none of these. */
#include "record_line.h"

#include <cjson/cJSON.h>
#include <stdio.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/hash.h"
#include "header/container.h"
#include "mta/mta.h"

enum { SLACK = PARSE_SLACK, NUMBER_MAX = 32 };

static const cJSON *at_path(const cJSON *object, sv path)
{
    char key[64];
    while (path.len && object) {
        sv name = sv_cut(path, '.', &path);
        if (name.len >= sizeof key)
            return NULL;
        sv_put(key, name);
        key[name.len] = 0;
        object = cJSON_GetObjectItemCaseSensitive(object, key);
    }
    return object;
}

static sv keep_text(const char *text, struct arena *arena)
{
    size_t len = 0;
    char *copy = arena_alloc(arena, strlen(text) + SLACK);
    for (const char *from = text; *from; from++) {
        bool breaks = *from == '\r' || *from == '\n';
        if (!breaks)
            copy[len++] = *from;
        else if (len && copy[len - 1] != ' ')
            copy[len++] = ' ';
    }
    memset(copy + len, 0, SLACK);
    return sv_make(copy, len);
}

/* Texts and numbers; of anything else nothing. */
static sv text_of(const cJSON *item, struct arena *arena)
{
    char number[NUMBER_MAX];
    if (cJSON_IsString(item))
        return keep_text(item->valuestring, arena);
    if (!cJSON_IsNumber(item))
        return SV_EMPTY;
    int64_t whole =
        item->valuedouble > -1e15 && item->valuedouble < 1e15 ? (int64_t)item->valuedouble : 0;
    if ((double)whole == item->valuedouble)
        snprintf(number, sizeof number, "%lld", (long long)whole);
    else
        snprintf(number, sizeof number, "%.6f", item->valuedouble);
    return keep_text(number, arena);
}

/* recipient: which of a list. */
static sv value_of(const struct record_field *field, const cJSON *object, int recipient,
                   struct arena *arena)
{
    struct buf joined = {0};
    sv value = SV_EMPTY;
    for (size_t i = 0; i < field->path_count; i++) {
        const cJSON *item = at_path(object, field->paths[i]);
        if (cJSON_IsArray(item))
            item = cJSON_GetArrayItem(item, field->field == FIELD_RECIPIENT ? recipient : 0);
        value = text_of(item, arena);
        if (field->path_count > 1 && !value.len) {
            buf_clear(&joined);
            break;
        }
        if (i)
            buf_add_byte(&joined, '.');
        buf_add(&joined, value);
    }
    if (field->path_count > 1)
        value = keep_text(buf_cstr(&joined), arena);
    buf_release(&joined);
    return value;
}

static bool holds(const struct record_condition *condition, const cJSON *object)
{
    const cJSON *item = at_path(object, condition->path);
    if (!item || cJSON_IsNull(item))
        return false;
    for (size_t i = 0; i < condition->value_count; i++)
        if (cJSON_IsString(item) && sv_eq(sv_from(item->valuestring), condition->values[i]))
            return true;
    return !condition->value_count;
}

static bool fits(const struct record_shape *record, const cJSON *object)
{
    for (size_t i = 0; i < record->when_count; i++)
        if (!holds(&record->when[i], object))
            return false;
    return true;
}

/* The first record that takes the object, and whose it is. */
static const struct record_shape *find_record(const struct parser *parser, const cJSON *object,
                                              uint8_t *mta)
{
    const struct patterns *patterns = parser->options.patterns;
    for (*mta = MTA_UNKNOWN + 1; *mta < patterns->taxonomy.mta_count; ++*mta) {
        const struct mta_patterns *of = &patterns->mtas[*mta];
        if (parser->options.only != MTA_UNKNOWN && parser->options.only != *mta)
            continue;
        for (size_t i = 0; i < of->record_count; i++)
            if (fits(&of->records[i], object))
                return &of->records[i];
    }
    return NULL;
}

static void take_fields(const struct record_shape *record, const cJSON *object, int recipient,
                        struct arena *arena, struct template_fields *fields)
{
    fields->set = record->shape.fields;
    for (size_t i = 0; i < record->field_count; i++)
        fields->values[record->fields[i].field] =
            value_of(&record->fields[i], object, recipient, arena);
}

static int recipient_count(const struct record_shape *record, const cJSON *object)
{
    for (size_t i = 0; i < record->field_count; i++) {
        const cJSON *item = record->fields[i].field == FIELD_RECIPIENT
                                ? at_path(object, record->fields[i].paths[0])
                                : NULL;
        if (cJSON_IsArray(item))
            return cJSON_GetArraySize(item);
    }
    return 1;
}

static bool take_time(struct line *line, const struct record_shape *record)
{
    struct stamp *stamp = &line->parser->headers.own;
    *stamp = (struct stamp){.absolute = true};
    return stamp_seconds(line_field(line, &record->shape, FIELD_TIME), &stamp->seconds);
}

static enum line_class read_record(struct line *line, const struct record_shape *record,
                                   const cJSON *object)
{
    enum line_class class = LINE_CONTEXT;
    if (record->shape.meaning == MEANING_CONTEXT)
        return class;
    int count = recipient_count(record, object);
    for (int i = 0; i < count; i++) {
        take_fields(record, object, i, &line->records->arena, &line->parser->fields);
        if (!take_time(line, record))
            return LINE_UNPARSED;
        line->header.host = line_field(line, &record->shape, FIELD_HOST);
        line->header.host_key = hash_bytes(line->header.host);
        line->queue_id = line_field(line, &record->shape, FIELD_QUEUE_ID);
        class = mta_read_shape(line, &record->shape);
    }
    return count ? class : LINE_UNPARSED;
}

bool record_line_read(struct parser *parser, const struct clock *clock, sv text, int64_t number,
                      struct records *records, enum line_class *class)
{
    uint8_t mta;
    cJSON *object = cJSON_ParseWithLength(text.ptr, text.len);
    const struct record_shape *record =
        object && !container_is(object) ? find_record(parser, object, &mta) : NULL;
    if (record) {
        struct line *line = &parser->line;
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
        *class = read_record(line, record, object);
    }
    cJSON_Delete(object);
    return record != NULL;
}

const struct record_shape *parser_record(struct parser *parser, sv text, struct records *records,
                                         struct template_fields *fields)
{
    uint8_t mta;
    cJSON *object = cJSON_ParseWithLength(text.ptr, text.len);
    const struct record_shape *record = object ? find_record(parser, object, &mta) : NULL;
    if (record)
        take_fields(record, object, 0, &records->arena, fields);
    cJSON_Delete(object);
    return record;
}
