/* Reads records that are JSON objects (RFC 8259), one a line, as KumoMTA writes them. An object
 * that carries a line (header/container.c) is none of these; whether it was asked for as one or as
 * the other first changes nothing. */
#include <cjson/cJSON.h>
#include <stdio.h>

#include "../header/header.h"
#include "record.h"

enum { NUMBER_MAX = 32, KEY_MAX = 64 };

static const cJSON *at_path(const cJSON *object, sv path)
{
    char key[KEY_MAX];
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

static sv number_text(double value, struct arena *arena)
{
    char number[NUMBER_MAX];
    int64_t whole = value > -1e15 && value < 1e15 ? (int64_t)value : 0;
    if ((double)whole == value)
        snprintf(number, sizeof number, "%lld", (long long)whole);
    else
        snprintf(number, sizeof number, "%.6f", value);
    return record_text(sv_from(number), arena);
}

/* Of anything but texts and numbers, nothing. */
static sv json_text(const struct row *row, sv path, int item, struct arena *arena)
{
    const cJSON *at = at_path(row->data, path);
    if (cJSON_IsArray(at))
        at = cJSON_GetArrayItem(at, item);
    if (cJSON_IsString(at))
        return record_text(sv_from(at->valuestring), arena);
    if (cJSON_IsNumber(at))
        return number_text(at->valuedouble, arena);
    return (sv){NULL, 0};
}

static int json_items(const struct row *row, sv path)
{
    const cJSON *at = at_path(row->data, path);
    return cJSON_IsArray(at) ? cJSON_GetArraySize(at) : 1;
}

/* What takes the object; *object is the caller's to delete, *row is where its paths are looked up.
 */
static const struct record_shape *find(struct parser *parser, sv text, cJSON **object,
                                       struct row *row, uint8_t *mta)
{
    bool carries = container_form(&parser->headers.containers, text) != NULL;
    *object = carries ? NULL : cJSON_ParseWithLength(text.ptr, text.len);
    *row = (struct row){json_text, json_items, *object};
    return *object ? record_find(parser, RECORD_JSON, row, mta) : NULL;
}

bool json_line_read(struct parser *parser, const struct clock *clock, sv text, int64_t number,
                    struct records *records, enum line_class *class)
{
    cJSON *object;
    struct row row;
    uint8_t mta = MTA_UNKNOWN;
    const struct record_shape *record = find(parser, text, &object, &row, &mta);
    if (record)
        *class = record_read(parser, clock, mta, record, &row, text, number, records);
    cJSON_Delete(object);
    return record != NULL;
}

static const struct record_shape *json_example(struct parser *parser, sv text,
                                               struct records *records,
                                               struct template_fields *fields)
{
    cJSON *object;
    struct row row;
    uint8_t mta = MTA_UNKNOWN;
    const struct record_shape *record = find(parser, text, &object, &row, &mta);
    if (record)
        record_fields(record, &row, 0, &records->arena, fields);
    cJSON_Delete(object);
    return record;
}

const struct record_shape *parser_record(struct parser *parser, enum record_format format, sv text,
                                         struct records *records, struct template_fields *fields)
{
    return format == RECORD_CSV ? csv_example(parser, text, records, fields)
                                : json_example(parser, text, records, fields);
}
