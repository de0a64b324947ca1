/* Loads the `records` of an MTA's file: logs whose lines are JSON objects, or rows of CSV.
 *
 *   format:  json (the default), or csv: paths are the names of columns
 *   when:    { PATH: VALUE }    what must stand there; a list: one of its values; '*': anything
 *   fields:  { FIELD: PATH }    where a field stands; a list: paths joined by dots */
#include "fields.h"
#include "load.h"

static int load_condition(struct document *document, const yaml_node_t *when, size_t i,
                          struct record_shape *record, struct err *err)
{
    sv path;
    const yaml_node_t *value = document_pair(document, when, i, &path);
    if (i == RECORD_CONDITIONS)
        return document_error(document, value, err, "more than %d conditions; leave some out",
                              RECORD_CONDITIONS);
    struct record_condition *condition = &record->when[record->when_count++];
    condition->path = arena_copy(document->arena, path);
    if (document_texts(document, when, path, condition->values, RECORD_VALUES,
                       &condition->value_count, err) < 0)
        return -1;
    if (condition->value_count == 1 && sv_eq(condition->values[0], SV("*")))
        condition->value_count = 0;
    return 0;
}

static int load_field(struct document *document, const yaml_node_t *fields, size_t i,
                      struct record_shape *record, struct err *err)
{
    uint64_t readable = fields_of_record(record->shape.meaning);
    struct names names = names_of_fields(&readable);
    sv name;
    enum field field;
    (void)document_pair(document, fields, i, &name);
    if (!field_from_name(name, &field) || !(readable >> field & 1))
        return document_error(document, document_key(document, fields, i), err,
                              "nobody reads a field '%.*s' of a record with 'meaning: %.*s'; write "
                              "one of: %s",
                              SV_FMT(name), SV_FMT(meaning_name(record->shape.meaning)),
                              names_listed(&names).text);
    struct record_field *to = &record->fields[record->field_count++];
    to->field = field;
    record->shape.fields |= UINT64_C(1) << field;
    return document_texts(document, fields, name, to->paths, RECORD_PATHS, &to->path_count, err);
}

static int check(struct document *document, const yaml_node_t *node,
                 const struct record_shape *record, struct err *err)
{
    static const enum field needed[] = {FIELD_TIME, FIELD_QUEUE_ID, FIELD_RECIPIENT};
    size_t count = record->shape.meaning == MEANING_ATTEMPT   ? 3
                   : record->shape.meaning == MEANING_CONTEXT ? 0
                                                              : 2;
    for (size_t i = 0; i < count; i++)
        if (!shape_has_field(&record->shape, needed[i]))
            return document_error(document, document_get(document, node, SV("fields")), err,
                                  "the field '%.*s' is missing; write %.*s: PATH",
                                  SV_FMT(field_name(needed[i])), SV_FMT(field_name(needed[i])));
    return 0;
}

int load_record(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                uint8_t mta, struct map *seen, struct err *err)
{
    struct mta_patterns *to = &patterns->mtas[mta];
    struct record_shape record = {0};
    if (load_shape_head(document, node,
                        "name format when fields meaning arrival local outcome hit miss", seen,
                        &record.shape, err) < 0)
        return -1;
    const struct names formats = names_of_words("json csv");
    size_t format = RECORD_JSON;
    if (load_name(document, node, SV("format"), false, "format", &formats, &format, err) < 0)
        return -1;
    record.format = (enum record_format)format;
    const yaml_node_t *when = document_get(document, node, SV("when"));
    const yaml_node_t *fields = document_get(document, node, SV("fields"));
    if (!when || when->type != YAML_MAPPING_NODE || !document_pairs(when))
        return document_error(document, when ? when : node, err,
                              "which records, is missing; write when: { PATH: VALUE }");
    if (fields ? fields->type != YAML_MAPPING_NODE : record.shape.meaning != MEANING_CONTEXT)
        return document_error(document, fields ? fields : node, err,
                              "where things stand, is missing; write fields: { FIELD: PATH }");
    for (size_t i = 0; i < document_pairs(when); i++)
        if (load_condition(document, when, i, &record, err) < 0)
            return -1;
    for (size_t i = 0; fields && i < document_pairs(fields); i++)
        if (load_field(document, fields, i, &record, err) < 0)
            return -1;
    if (check(document, node, &record, err) < 0)
        return -1;
    if (load_shape_tail(patterns, document, node, &record.shape, err) < 0)
        return -1;
    load_append(&to->records, &to->record_count, sizeof record, &record);
    return 0;
}
