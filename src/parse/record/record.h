/* record: lines that are records of an MTA (`records` of its pattern file), not words: JSON
 * objects, one a line, and the rows of CSV logs.
 *
 * A path names a value of a JSON object (`response.code`) or a column; what stands there becomes
 * the field that a group would have given, and the shape is read like any other. Nothing is ever
 * looked for in a value, so no stranger's words can pose as another field. Thread: that of the
 * parser. */
#ifndef BOUNCELOG_PARSE_RECORD_RECORD_H
#define BOUNCELOG_PARSE_RECORD_RECORD_H

#include "../parser.h"

/* Where paths are looked up. */
struct row {
    /* The text at a path, in the arena, or of the item of a list there; ptr NULL: nothing stands
     * there. A line break within it has become a blank. */
    sv (*text)(const struct row *row, sv path, int item, struct arena *arena);
    /* How many items a list has; 1 for all else. */
    int (*items)(const struct row *row, sv path);
    const void *data;
};

/* Copies a text that views of records may point into: readable beyond its end, in one line. */
sv record_text(sv text, struct arena *arena);

/* The first record of this format that takes the row, and whose it is; NULL: none. */
const struct record_shape *record_find(const struct parser *parser, enum record_format format,
                                       const struct row *row, uint8_t *mta);
void record_fields(const struct record_shape *record, const struct row *row, int item,
                   struct arena *arena, struct template_fields *fields);
/* Reads it into records. */
enum line_class record_read(struct parser *parser, const struct clock *clock, uint8_t mta,
                            const struct record_shape *record, const struct row *row, sv text,
                            int64_t number, struct records *records);

/* False: the line is no JSON object that a record takes. */
bool json_line_read(struct parser *parser, const struct clock *clock, sv text, int64_t number,
                    struct records *records, enum line_class *class);

/* The columns of a log whose first line has all that some CSV record asks for; count 0: it is no
 * such log. */
struct columns csv_columns(const struct parser *parser, sv head);
/* *in_quotes: a quoted value goes on over the end of the line before; then of this line. */
enum line_class csv_line_read(struct parser *parser, const struct clock *clock, sv text,
                              int64_t number, bool *in_quotes, struct records *records);

/* A row that no record takes: the line or the message that it carries, if any. */
enum line_class csv_carried_read(struct parser *parser, const struct clock *clock,
                                 const struct container_row *row, sv text, int64_t number,
                                 struct records *records);

/* See parser_record. */
const struct record_shape *csv_example(struct parser *parser, sv text, struct records *records,
                                       struct template_fields *fields);

#endif
