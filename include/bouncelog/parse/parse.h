/* parse: a log line in, the records that it gives out.
 *
 * parser_line is a total function: every line gets one class, no line fails; parser_next does the
 * same for the lines of a chunk. Lines are read left
 * to right: whatever our own MTA writes stands before the words of strangers, so nothing is ever
 * searched for behind them (docs/ARCHITECTURE.md, "Strangers write into the log").
 *
 *   header    container (journal or Docker JSON), stamp, host, program   patterns/headers.yaml
 *   message   queue id, line shape, fields                               patterns/mta/
 *   frame     who complains at which stage, and the reply itself         patterns/mta/, reply.h
 *
 * Thread: one parser per thread; patterns are shared. Views in records point into the line or
 * into the records' arena. */
#ifndef BOUNCELOG_PARSE_PARSE_H
#define BOUNCELOG_PARSE_PARSE_H

#include "bouncelog/base/arena.h"
#include "bouncelog/base/bytes.h"
#include "bouncelog/base/map.h"
#include "bouncelog/model/event.h"
#include "bouncelog/model/input_status.h"
#include "bouncelog/pattern/patterns.h"

enum { PARSE_SLACK = 32 };

enum line_class {
    LINE_DELIVERY, /* gave at least one attempt */
    LINE_CONTEXT,  /* of a known MTA, gave none */
    LINE_SKIPPED,  /* ...and says that nothing was tried: its records are no attempts */
    LINE_OTHER,    /* of nobody we know */
    LINE_UNPARSED, /* looks like a delivery and was not understood */
};

/* What was read, in line order. Zero-initialise; records_clear for reuse. */
enum { BEGINNINGS_KEPT = 256 };
struct records {
    struct record *list;
    size_t count, cap;
    struct arena arena;
    /* Messages that began here, by their message_key, as far as whoever reads the records says so
     * (records_note): a line that says no more than that is not read again. */
    uint64_t begun[BEGINNINGS_KEPT];
};

static inline void records_note(struct records *records, const struct record *record)
{
    uint64_t *known = &records->begun[record->message_key / 2 % BEGINNINGS_KEPT];
    if (record->kind == RECORD_QUEUED)
        *known = record->message_key;
    else if (record->kind == RECORD_REMOVED && *known == record->message_key)
        *known = 0;
}

void records_clear(struct records *records);
void records_release(struct records *records);

/* The columns of a CSV log, as its first line names them. */
enum { COLUMNS_MAX = 64 };
struct columns {
    size_t count;                /* 0: it is none */
    uint64_t names[COLUMNS_MAX]; /* hash_bytes of each */
    char separator;
};

/* Layers around the lines of a source, outermost first: 1 + the index of one of patterns.layers, or
 * LAYER_OBJECT + that of an object form. No stack is the beginning of another one. */
enum { STACKS_MAX = 8, STACK_DEPTH = 6, LAYER_OBJECT = 128 };
struct layer_stacks {
    struct layer_stack {
        uint8_t layers[STACK_DEPTH], depth;
    } list[STACKS_MAX];
    size_t count; /* 0: any */
};

/* What the head of a source says of all its lines: how stamps without a year or a zone become UTC,
 * and what its columns are; made once per source, then immutable. */
struct clock {
    struct columns columns;
    uint64_t container; /* hash_bytes of a program whose messages are lines of others; 0: none */
    struct layer_stacks stacks;
    char form[INPUT_FORM]; /* names of what is around the lines: "cri>rfc3164"; empty: not known */
    bool pieces;           /* lines may come in pieces: parser_whole says where a chunk may end */
    size_t source;         /* of which source: parsers remember stamps by it */
    bool fixed;            /* the queue ids say an offset that is not the machine's */
    int offset_s;          /* ...east of UTC */
    bool has_anchor;       /* year: the first one that puts a stamp not before... */
    int64_t not_before;    /* ...this; */
    int64_t not_after;     /* else the last one that puts it not after this */
};

struct clock_options {
    size_t source;   /* its number; no two sources of a run have the same */
    bool zone_given; /* --timezone: queue ids have no say */
    int year;        /* --year; 0: not given */
    int64_t mtime;   /* of the source; for standard input: now */
};

struct parser_options {
    const struct patterns *patterns;
    uint8_t only;     /* --mta; MTA_UNKNOWN: any, per line */
    sv host;          /* --host: of logs that carry none */
    bool inbound;     /* report mail that our own server refused */
    bool brief;       /* of a delivery, only what is counted is asked for: no delay, no words */
    bool message_ids; /* the Message-ID of each message is asked for */
};

struct parser;

struct parser *parser_new(const struct parser_options *options);
void parser_free(struct parser *parser);

/* head: the first lines of the source, as input_head gives them. */
struct clock parser_clock(struct parser *parser, sv head, const struct clock_options *options);

/* Adds the hosts whose lines the head holds, lower-cased, "" for lines that carry none. */
void parser_hosts(struct parser *parser, sv head, struct map *hosts);

/* A line by itself, which no piece before it belongs to. Without its newline; readable for
 * PARSE_SLACK bytes beyond its end. */
enum line_class parser_line(struct parser *parser, const struct clock *clock, sv line,
                            int64_t number, struct records *records);

/* The lines of a chunk, read one after the other; readable for 63 bytes beyond its end. */
struct lines {
    const char *at, *end;              /* what is still to be read */
    int64_t number;                    /* of the next line, the first one of the chunk being 0 */
    int64_t counts[LINE_UNPARSED + 1]; /* of the lines that were read, by class */
    sv line;                           /* the last one that was looked at */
    bool in_quotes;                    /* of a CSV log: the chunk begins within a quoted value */
    unsigned open_pieces;              /* of lines that the chunk before could not hold: bits of
                                        * parser_whole */
    bool started;
    int64_t headless; /* lines without a header that is known, which are not empty */
    sv first_headless;
    struct newlines newlines; /* last: it needs no zeroing */
};

void lines_begin(struct lines *lines, sv chunk);

/* Reads on until a line is read in full: true, and its class and its records are
 * there. False: no line is left. */
bool parser_next(struct parser *parser, const struct clock *clock, struct lines *lines,
                 enum line_class *class, struct records *records);

/* How many of these bytes, which end with a newline, are lines that are whole, so that what follows
 * needs nothing of them; *open: bits of the streams that wait for more at the end of all. */
size_t parser_whole(struct parser *parser, sv bytes, unsigned *open);

/* A reply, or the words of an MTA about a failure, without a log line around it: adds one attempt.
 * mta MTA_UNKNOWN: whose words they are is found out. */
void parser_reply(struct parser *parser, uint8_t mta, sv text, struct records *records);

/* What mail of this sender is counted under; hash: hash_bytes of it. Views live as long as it and
 * the arena. */
struct stream_names parser_stream(struct parser *parser, sv sender, uint64_t hash,
                                  struct arena *arena);

/* The record of an MTA's file that takes this JSON object, or the row below this header row, and
 * what its paths give: for `patterns check`. NULL: none takes it. Views live in the arena of
 * records. */
const struct record_shape *parser_record(struct parser *parser, enum record_format format, sv text,
                                         struct records *records, struct template_fields *fields);

/* For `patterns check`: the header form that takes the line as it stands; the object form that
 * takes this object, and the texts under its keys. An index of patterns; SIZE_MAX: none does. */
size_t parser_form(struct parser *parser, sv line);
size_t parser_object(struct parser *parser, sv line, struct records *records,
                     struct template_fields *fields);

/* Matches that ran into PCRE2's limits: such lines are unparsed or unframed. */
uint64_t parser_limits(const struct parser *parser);

#endif
