/* parser: what the files of this room share: one thread's scratch and one line's state. */
#ifndef BOUNCELOG_PARSE_PARSER_H
#define BOUNCELOG_PARSE_PARSER_H

#include "bouncelog/parse/parse.h"
#include "bouncelog/parse/reply.h"
#include "header/header.h"
#include "pieces.h"

struct mta;
struct parser;

/* A line on its way. */
struct line {
    struct parser *parser;
    const struct clock *clock;
    struct records *records;
    const struct mta_patterns *patterns; /* of its MTA... */
    const struct mta *mta;               /* ...and the hooks of it */
    struct header header;
    int64_t number;
    sv queue_id;
    sv rest;          /* of the message, behind the queue id */
    bool by_template; /* its fields are in parser->fields, not in the matcher */
    int part;         /* of a record that syslog split: its number; 0: it is whole */
};

/* The last stamp that was made a time, since thousands of lines share one. */
struct resolved {
    uint64_t serial; /* of the header; 0: none yet */
    size_t source;
    int64_t seconds;
};

struct parser {
    struct parser_options options;
    struct matcher *matcher;
    struct template_fields fields; /* of a line that fitted a template */
    struct header_reader headers;
    const struct mta *mtas[MTA_MAX]; /* hooks, by MTA */
    bool quick_ids[MTA_MAX];         /* mta.quick_id */
    uint64_t host_key;               /* of options.host */
    struct resolved by_stamp;        /* its year known from the stamp or the source */
    struct resolved by_id;           /* from the line's queue id */
    struct local_hours hours;        /* in which they were */
    struct line line;                /* the one that is being read */
    struct sender_memo *senders;     /* SENDERS_KNOWN of them; NULL: none yet (sender.c) */
    struct pieces pieces;            /* of lines that are not whole yet */
    size_t source;                   /* of the last line... */
    struct layer_stacks stacks;      /* ...what is around its lines */
    bool plain;                      /* ...nothing */
    bool headed;                     /* ...it has a header that is known */
    bool has_json;                   /* some MTA writes records so (record/record.h) */
    bool reads_records; /* the last JSON object was one: then the next one is asked first */
};

/* A new record of the line, its common fields filled. The pointer lives until the next one. */
struct record *line_record(struct line *line, enum record_kind kind);

/* The first shape that takes line->rest; its groups are in the matcher. NULL: none. */
const struct shape *line_shape(struct line *line);
/* The next one behind it. */
const struct shape *line_shape_after(struct line *line, const struct shape *shape);
static inline sv line_field(const struct line *line, const struct shape *shape, enum field field)
{
    const struct template_fields *fields = &line->parser->fields;
    if (line->by_template)
        return fields->set >> field & 1 ? fields->values[field] : SV_EMPTY;
    return shape->regex ? matcher_field(line->parser->matcher, shape->regex, field) : SV_EMPTY;
}

/* The outcome of a status word; false when the line is no delivery attempt, or not known. */
bool line_outcome(const struct shape *shape, sv word, enum outcome *outcome, bool *context);

/* Who complains, at which stage, in which words: fills said and reply of a failure. Returns true
 * when the words say that the retry time is over. */
bool frame_read(struct line *line, sv text, enum reply_separator separator, struct record *record);

/* The next whole line of the head of a source. */
bool head_line(sv *head, sv *line);
/* Writes the names of its form, at most INPUT_FORM bytes with the NUL. */
void form_of_source(struct parser *parser, uint64_t wrapper, sv head,
                    const struct layer_stacks *stacks, struct arena *arena, char *form);

/* Do words of this MTA's own frame the text, other than any words at all? */
bool frame_knows(const struct line *line, sv text);
enum stage frame_stage(const struct mta_patterns *patterns, sv command);

/* A copy without what a terminal was told about colours. */
sv line_without_colours(sv text, struct arena *arena);

/* The severity that CONTRACT gives a failure: reply, else dsn, else outcome. */
enum severity failure_severity(const struct record *record);

#endif
