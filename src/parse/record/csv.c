/* Records, or lines that others packed, as rows of CSV logs, whose first line names the columns.
 *
 *   RFC 4180: values are separated by commas; one in quotes may hold commas, line breaks, and
 * quotes that are doubled.
 *
 * A row that goes on over a line break is not read: its lines are told as not understood, and what
 * stands in them is never taken for a row, whoever wrote it there. */
#include "bouncelog/base/hash.h"
#include "record.h"

enum { SEPARATORS = 3 };
static const char separators[SEPARATORS] = {',', ';', '\t'};

struct csv_values {
    const struct columns *columns;
    sv values[COLUMNS_MAX];
    size_t count;
    bool broken;
};

/* The value at the start of *rest, which becomes what follows its comma. */
static sv take_value(sv *rest, char separator, bool *more, struct arena *arena, bool *broken)
{
    sv v = *rest;
    if (!v.len || v.ptr[0] != '"') {
        size_t comma = sv_find_byte(v, separator);
        *more = comma != SV_NPOS;
        *rest = *more ? sv_skip(v, comma + 1) : SV_EMPTY;
        sv value = sv_sub(v, 0, comma);
        *broken = *broken || sv_find_byte(value, '"') != SV_NPOS;
        return value;
    }
    char *out = arena_alloc(arena, v.len + 1);
    size_t len = 0, at = 1;
    for (; at < v.len; at++) {
        if (v.ptr[at] == '"' && !(at + 1 < v.len && v.ptr[at + 1] == '"'))
            break;
        at += v.ptr[at] == '"';
        out[len++] = v.ptr[at];
    }
    *more = at + 1 < v.len && v.ptr[at + 1] == separator;
    *broken = *broken || at >= v.len || (at + 1 < v.len && !*more);
    *rest = sv_skip(v, at + 2);
    return sv_make(out, len);
}

static void split(struct csv_values *row, sv text, char separator, struct arena *arena)
{
    bool more = true;
    row->count = 0;
    row->broken = false;
    while (more && row->count < COLUMNS_MAX)
        row->values[row->count++] = take_value(&text, separator, &more, arena, &row->broken);
    row->broken = row->broken || more;
}

static size_t column_of(const struct columns *columns, sv name)
{
    uint64_t hash = hash_bytes(name);
    size_t i = 0;
    while (i < columns->count && columns->names[i] != hash)
        i++;
    return i;
}

static sv csv_text(const struct row *row, sv path, int item, struct arena *arena)
{
    const struct csv_values *values = row->data;
    size_t column = column_of(values->columns, path);
    (void)item;
    return column < values->count ? record_text(values->values[column], arena) : (sv){NULL, 0};
}

static int csv_items(const struct row *row, sv path)
{
    (void)row;
    (void)path;
    return 1;
}

static bool has_columns(const struct columns *columns, const struct record_shape *record)
{
    for (size_t i = 0; i < record->when_count; i++)
        if (column_of(columns, record->when[i].path) == columns->count)
            return false;
    for (size_t i = 0; i < record->field_count; i++)
        for (size_t j = 0; j < record->fields[i].path_count; j++)
            if (column_of(columns, record->fields[i].paths[j]) == columns->count)
                return false;
    return true;
}

static bool has_column(const void *data, sv name)
{
    const struct csv_values *values = data;
    return column_of(values->columns, name) < values->columns->count;
}

static sv column_text(const void *data, sv name)
{
    const struct csv_values *values = data;
    size_t column = column_of(values->columns, name);
    return column < values->count ? values->values[column] : SV_EMPTY;
}

static bool is_asked_for(const struct patterns *patterns, const struct columns *columns)
{
    for (size_t mta = MTA_UNKNOWN + 1; mta < patterns->taxonomy.mta_count; mta++)
        for (size_t i = 0; i < patterns->mtas[mta].record_count; i++)
            if (patterns->mtas[mta].records[i].format == RECORD_CSV &&
                has_columns(columns, &patterns->mtas[mta].records[i]))
                return true;
    const struct csv_values values = {.columns = columns};
    return columns->count > 1 &&
           container_row_form(patterns, &(struct container_row){has_column, column_text, &values});
}

static sv without_break(sv text)
{
    while (text.len && text.ptr[text.len - 1] == '\r')
        text.len--;
    return text;
}

struct columns csv_columns(const struct parser *parser, sv head)
{
    sv first = without_break(sv_cut(head, '\n', &(sv){0}));
    if (sv_starts(first, SV("\xEF\xBB\xBF"))) /* a byte order mark */
        first = sv_skip(first, 3);
    for (size_t i = 0; i < SEPARATORS; i++) {
        struct columns columns = {.separator = separators[i]};
        struct csv_values row;
        struct arena arena = {0};
        split(&row, first, separators[i], &arena);
        for (size_t at = 0; at < row.count && !row.broken; at++)
            columns.names[columns.count++] = hash_bytes(row.values[at]);
        bool asked = is_asked_for(parser->options.patterns, &columns);
        arena_release(&arena);
        if (asked)
            return columns;
    }
    return (struct columns){0};
}

static bool is_header_row(const struct csv_values *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (hash_bytes(row->values[i]) != row->columns->names[i])
            return false;
    return true;
}

enum line_class csv_line_read(struct parser *parser, const struct clock *clock, sv text,
                              int64_t number, bool *in_quotes, struct records *records)
{
    struct csv_values values = {.columns = &clock->columns};
    struct row row = {csv_text, csv_items, &values};
    bool began_inside = *in_quotes;
    uint8_t mta = MTA_UNKNOWN;
    for (size_t i = 0; i < text.len; i++)
        *in_quotes ^= text.ptr[i] == '"';
    text = without_break(text);
    if (began_inside || *in_quotes)
        return LINE_UNPARSED;
    if (!text.len)
        return LINE_OTHER;
    split(&values, text, clock->columns.separator, &records->arena);
    if (values.broken || values.count != clock->columns.count)
        return LINE_UNPARSED;
    if (is_header_row(&values))
        return LINE_CONTEXT;
    const struct record_shape *record = record_find(parser, RECORD_CSV, &row, &mta);
    if (record)
        return record_read(parser, clock, mta, record, &row, text, number, records);
    return csv_carried_read(parser, clock,
                            &(struct container_row){has_column, column_text, &values}, text, number,
                            records);
}

/* An example is a header row and a row. */
const struct record_shape *csv_example(struct parser *parser, sv text, struct records *records,
                                       struct template_fields *fields)
{
    sv line, first = sv_cut(text, '\n', &line);
    uint8_t mta;
    struct columns columns = csv_columns(parser, first);
    struct csv_values values = {.columns = &columns};
    struct row row = {csv_text, csv_items, &values};
    split(&values, sv_cut(line, '\n', &(sv){0}), columns.separator, &records->arena);
    if (!columns.count || values.broken || values.count != columns.count)
        return NULL;
    const struct record_shape *record = record_find(parser, RECORD_CSV, &row, &mta);
    if (record)
        record_fields(record, &row, 0, &records->arena, fields);
    return record;
}
