/* Reads lines, one thread's at a time. Most need no more than the quick header: they have the
 * header of the line before, and no gate begins like their message; so have most that stand inside
 * layers that were seen before. The others are read in full: what is around them, header, queue id,
 * the shape that takes the message. */
#include <stddef.h>
#include <string.h>

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/hash.h"
#include "marks.h"
#include "mta/mta.h"
#include "mta/queue_id.h"
#include "parser.h"
#include "record/record.h"

enum {
    LINE_MAX = 64 * 1024, /* the reader gives no longer ones; examples could */
    MARK_REACH = 40,      /* what others may put in front of a message */
};

/* Does one of the marks' needles stand in the text? Neighbours that share one are asked once. */
static bool has_needle(const struct mta_patterns *mta, sv text)
{
    for (size_t i = 0; i < mta->mark_count; i++)
        if ((i == 0 || !sv_eq(mta->marks[i].needs, mta->marks[i - 1].needs)) &&
            sv_find(text, mta->marks[i].needs) != SV_NPOS)
            return true;
    return false;
}

/* Can a shape take this message at all? A queue id, and behind it a byte that a gate of this daemon
 * begins with; or words that may be a mark of an attempt to deliver. */
static inline bool may_have_shape(const struct patterns *patterns, struct quick_header *quick)
{
    const char *message = quick->message.ptr;
    size_t n = bytes_alnum16(message);
    quick->id_len = 0;
    if (n == 16 || !quick->program.daemon) /* a long id: see whether it really is one */
        return true;
    const struct mta_patterns *mta = &patterns->mtas[quick->program.mta];
    if (message[n] != ':' || message[n + 1] != ' ' || n < QUEUE_ID_MIN)
        return (mta->delivering & quick->program.daemon) && has_needle(mta, quick->message);
    quick->id_len = n;
    unsigned char lead = (unsigned char)message[n + 2];
    return (mta->leads[lead] & quick->program.daemon) != 0;
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

/* Remembers nothing of another source's lines. */
static void enter_source(struct parser *parser, const struct clock *clock)
{
    if (parser->headers.layers.allowed == &parser->stacks && parser->source == clock->source)
        return;
    parser->stacks = clock->stacks;
    parser->source = clock->source;
    parser->plain = !clock->container && (!clock->stacks.count || !clock->stacks.list[0].depth);
    layers_of_source(&parser->headers.layers, &parser->stacks);
    container_forget(&parser->headers.containers);
    parser->headers.layered = false;
}

static enum line_class class_without_header(struct parser *parser, sv text)
{
    if (parser->headers.piece.open)
        return LINE_OTHER;
    parser->headed = false;
    return marks_in(parser, text, text.len) ? LINE_UNPARSED : LINE_OTHER;
}

/* The header is of a program that writes the lines of others, with headers of their own. */
static bool is_of_container(const struct clock *clock, const struct header *header)
{
    return clock->container && header->name.len && hash_bytes(header->name) == clock->container;
}

/* What no shape took, and has no queue id, in a log or of a daemon that may speak of deliveries. */
static enum line_class class_by_mark(const struct parser *parser, bool any_daemon)
{
    const struct line *line = &parser->line;
    const struct header *header = &line->header;
    sv message = header->message;
    if (!any_daemon && !header->own && !(header->program.daemon & line->patterns->delivering))
        return LINE_CONTEXT;
    /* The stamp of a log that an MTA writes itself says nothing of whose the line is. */
    bool bears = header->own ? marks_in(parser, message, marks_plain_length(message))
                             : marks_of_mta_in(parser, header->program.mta, message, MARK_REACH);
    return bears ? LINE_UNPARSED : LINE_CONTEXT;
}

static enum line_class read_by_header(struct parser *parser, const struct clock *clock,
                                      int64_t number, struct records *records)
{
    struct header *header = &parser->line.header;
    if (is_of_container(clock, header)) {
        sv inside = header->message;
        if (!header_read(&parser->headers, inside, &records->arena, header))
            return class_without_header(parser, inside);
    }
    if (header->program.mta == MTA_UNKNOWN)
        return LINE_OTHER;
    enum line_class class = read_line(parser, clock, number, records);
    /* journalctl -o with-unit: a unit does not tell one daemon from another. */
    bool unit = sv_ends(header->name, SV(".service"));
    return class == LINE_CONTEXT && (unit || !parser->line.queue_id.len)
               ? class_by_mark(parser, unit)
               : class;
}

enum line_class csv_carried_read(struct parser *parser, const struct clock *clock,
                                 const struct container_row *row, sv text, int64_t number,
                                 struct records *records)
{
    parser->line.queue_id = SV_EMPTY;
    if (header_read_row(&parser->headers, row, &records->arena, &parser->line.header))
        return read_by_header(parser, clock, number, records);
    return class_without_header(parser, text);
}

/* A line whose header is not the one of the line before. Of a JSON object one reading alone is
 * possible; which is asked first is a matter of speed. */
static enum line_class read_unlike_last(struct parser *parser, const struct clock *clock, sv text,
                                        int64_t number, struct records *records)
{
    enum line_class class;
    bool object = parser->has_json && text.len && text.ptr[0] == '{';
    parser->headed = true;
    if (object && parser->reads_records &&
        json_line_read(parser, clock, text, number, records, &class))
        return class;
    if (header_read(&parser->headers, text, &records->arena, &parser->line.header)) {
        parser->reads_records = false;
        return read_by_header(parser, clock, number, records);
    }
    if (object && !parser->reads_records) {
        parser->reads_records = json_line_read(parser, clock, text, number, records, &class);
        if (parser->reads_records)
            return class;
    }
    return class_without_header(parser, text);
}

/* What stood around the pieces stands around the line. */
static enum line_class read_joined(struct parser *parser, const struct clock *clock,
                                   const struct joined *joined, int64_t number,
                                   struct records *records)
{
    parser->headers.layers.outside = joined->around;
    enum line_class class = read_unlike_last(parser, clock, joined->text, number, records);
    parser->headers.layers.outside.depth = 0;
    return class;
}

/* A line of a stream of pieces: what is read is all of them, once the last one has come. */
static enum line_class read_piece_or_line(struct parser *parser, const struct clock *clock, sv text,
                                          int64_t number, struct records *records)
{
    parser->headed = true;
    if (parser->pieces.count) {
        struct piece piece;
        struct joined joined = {.text = text};
        header_piece(&parser->headers, text, &records->arena, &piece);
        if (piece.found && !pieces_join(&parser->pieces, &piece, &records->arena, &joined))
            return LINE_OTHER;
        if (joined.around.depth)
            return read_joined(parser, clock, &joined, number, records);
    }
    enum line_class class = read_unlike_last(parser, clock, text, number, records);
    if (!parser->headers.piece.open)
        return class;
    pieces_begin(&parser->pieces, &parser->headers.piece);
    return LINE_OTHER;
}

static inline sv without_return(sv text)
{
    while (text.len && text.ptr[text.len - 1] == '\r')
        text.len--;
    return text;
}

/* What a crash leaves in front of the next line, or a writer that keeps its place in a file that
 * was cut off (copytruncate). */
static inline sv without_nulls(sv text)
{
    while (text.len && !text.ptr[0])
        text = sv_skip(text, 1);
    return text;
}

/* A line of a daemon, of which the quick header says all that its header says. */
static inline enum line_class read_message(struct parser *parser, const struct clock *clock,
                                           sv text, int64_t number,
                                           const struct quick_header *quick,
                                           struct records *records)
{
    struct header *header = &parser->line.header;
    text = without_return(text);
    header_recall(&parser->headers, text, quick, header);
    header->message.len = (size_t)(text.ptr + text.len - header->message.ptr);
    parser->line.queue_id = sv_make(header->message.ptr, quick->id_len);
    enum line_class class = read_line(parser, clock, number, records);
    return class == LINE_CONTEXT && !parser->line.queue_id.len ? class_by_mark(parser, false)
                                                               : class;
}

/* A line of which the quick header is not enough. */
static __attribute__((noinline)) enum line_class read_full(struct parser *parser,
                                                           const struct clock *clock, sv text,
                                                           int64_t number, struct records *records)
{
    parser->line.queue_id = SV_EMPTY;
    text = without_nulls(without_return(text));
    enum line_class class = read_piece_or_line(parser, clock, text, number, records);
    container_forget(&parser->headers.containers);
    if ((parser->headed && class != LINE_UNPARSED) || !memchr(text.ptr, '\x1b', text.len))
        return class;
    text = line_without_colours(text, &records->arena);
    parser->line.queue_id = SV_EMPTY;
    return read_piece_or_line(parser, clock, text, number, records);
}

/* A line that says something; quick: the header that was seen, or NULL. */
static inline enum line_class read_rest(struct parser *parser, const struct clock *clock, sv text,
                                        int64_t number, const struct quick_header *quick,
                                        struct records *records)
{
    return quick && quick->program.daemon
               ? read_message(parser, clock, text, number, quick, records)
               : read_full(parser, clock, text, number, records);
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
             (!parser->options.message_ids && begins_again(parser, quick, records))));
}

/* The message of a program that stands beside it. */
static bool message_is_enough(struct parser *parser, sv message, sv name, enum line_class *class)
{
    struct quick_header quick = {.program = program_find(&parser->headers.programs, name),
                                 .message = message};
    uint8_t mta = quick.program.mta;
    *class = mta == MTA_UNKNOWN ? LINE_OTHER : LINE_CONTEXT;
    return mta == MTA_UNKNOWN ||
           (parser->quick_ids[mta] && !may_have_shape(parser->options.patterns, &quick));
}

/* The same of a line inside layers that were seen before, or inside an object. */
static __attribute__((noinline)) bool inside_is_enough(struct parser *parser, sv text,
                                                       const struct records *records,
                                                       enum line_class *class)
{
    struct quick_header quick = {.id_len = 0};
    bool seen;
    sv program, inside = header_inside(&parser->headers, text, &program);
    if (!inside.len)
        return false;
    return program.len ? message_is_enough(parser, inside, program, class)
                       : quick_is_enough(parser, inside, records, &quick, &seen, class) && seen;
}

/* How much of a line has to be looked at, until one is read in full. */
enum quickness {
    READ_ALL,    /* it may go on with one before it, or be another program's */
    READ_INSIDE, /* something may stand around it */
    READ_QUICKLY
};

static enum quickness quickness_of(const struct parser *parser, const struct clock *clock)
{
    return parser->pieces.count || clock->container ? READ_ALL
           : parser->plain                          ? READ_QUICKLY
                                                    : READ_INSIDE;
}

/* Is nothing of the line worth a full reading? *seen as above. */
static inline bool is_enough(struct parser *parser, enum quickness quickness, sv text,
                             const struct records *records, struct quick_header *quick, bool *seen,
                             enum line_class *class)
{
    *seen = false;
    if (quickness == READ_ALL)
        return false;
    if (quickness == READ_QUICKLY && quick_is_enough(parser, text, records, quick, seen, class))
        return true;
    return !*seen && parser->headers.layered && inside_is_enough(parser, text, records, class);
}

enum line_class parser_line(struct parser *parser, const struct clock *clock, sv text,
                            int64_t number, struct records *records)
{
    struct quick_header quick = {.id_len = 0};
    enum line_class class;
    bool seen;
    text = sv_sub(text, 0, LINE_MAX);
    enter_source(parser, clock);
    pieces_reset(&parser->pieces, 0);
    if (clock->columns.count)
        return csv_line_read(parser, clock, text, number, &(bool){false}, records);
    if (is_enough(parser, quickness_of(parser, clock), text, records, &quick, &seen, &class))
        return class;
    return read_rest(parser, clock, text, number, seen ? &quick : NULL, records);
}

void lines_begin(struct lines *lines, sv chunk)
{
    memset(lines, 0, offsetof(struct lines, newlines));
    lines->at = chunk.ptr;
    lines->end = chunk.ptr + chunk.len;
    newlines_begin(&lines->newlines, chunk);
}

static void note_header(const struct parser *parser, struct lines *lines)
{
    if (parser->headed)
        return;
    if (!lines->headless++)
        lines->first_headless = lines->line;
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
    parser->headed = true;
    *class = csv_line_read(parser, clock, lines->line, lines->number++, &lines->in_quotes, records);
    lines->counts[*class]++;
    note_header(parser, lines);
    return true;
}

/* The chunk is over: pieces that still wait for more are all that there is of their lines. */
static bool next_rest(struct parser *parser, const struct clock *clock, struct lines *lines,
                      enum line_class *class, struct records *records)
{
    struct joined joined;
    if (!pieces_flush(&parser->pieces, &records->arena, &joined))
        return false;
    lines->line = joined.text;
    *class = read_joined(parser, clock, &joined, lines->number - 1, records);
    lines->counts[LINE_OTHER]--; /* as which its last piece was counted */
    lines->counts[*class]++;
    return true;
}

bool parser_next(struct parser *parser, const struct clock *clock, struct lines *lines,
                 enum line_class *class, struct records *records)
{
    enter_source(parser, clock);
    if (clock->columns.count)
        return next_row(parser, clock, lines, class, records);
    if (!lines->started)
        pieces_reset(&parser->pieces, lines->open_pieces);
    const char *at = lines->at, *end = lines->end;
    int64_t number = lines->number;
    struct quick_header quick = {.id_len = 0};
    sv text = SV_EMPTY;
    bool seen = false, found = false;
    enum quickness quickness = quickness_of(parser, clock);
    while (at < end && !found) {
        const char *newline = newlines_next(&lines->newlines);
        text = sv_make(at, (size_t)(newline - at));
        text.len = text.len < LINE_MAX ? text.len : LINE_MAX;
        at = newline + 1;
        number++;
        if (is_enough(parser, quickness, text, records, &quick, &seen, class))
            lines->counts[*class]++;
        else
            found = true;
    }
    lines->started = true;
    lines->at = at;
    lines->number = number;
    if (!found)
        return parser->pieces.count && next_rest(parser, clock, lines, class, records);
    lines->line = text;
    parser->headed = true;
    *class = read_rest(parser, clock, text, number - 1, seen ? &quick : NULL, records);
    lines->counts[*class]++;
    note_header(parser, lines);
    return true;
}
