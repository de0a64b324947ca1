/* What the head of a source says about all of its lines: its year and its zone, the hosts that they
 * come from, the columns of a CSV log, whether lines may come in pieces; and whether a program
 * there writes the lines of others, as a journal has what a container printed.
 *
 * What others put around a line is told by the lines that have the least of it: where one has a
 * header at its start, no layer is peeled off any.
 *
 * Such a program is told by all of its lines having a header of their own. Where an MTA writes to
 * the same log itself, none is one: any program may be made to log what looks like a line. */
#include <stdio.h>
#include <string.h>

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/text.h"
#include "mta/mta.h"
#include "parser.h"
#include "record/record.h"

enum { PROGRAMS_MAX = 16 };

/* Programs of nobody that we know, by their lines. */
struct wrapper {
    uint64_t name;
    size_t lines, headers, mails; /* with a header inside; with one of an MTA */
};

struct wrappers {
    struct wrapper list[PROGRAMS_MAX];
    size_t count;
    bool direct; /* an MTA writes to the log itself */
};

bool head_line(sv *head, sv *line)
{
    if (!head->len)
        return false;
    *line = sv_cut(*head, '\n', head);
    return head->len || !line->len || line->ptr[line->len] == '\n'; /* it may end in mid-line */
}

/* No MTA writes an escape: what a terminal was told about colours is no part of the line. */
sv line_without_colours(sv text, struct arena *arena)
{
    char *copy = arena_alloc(arena, text.len + PARSE_SLACK), *to = copy;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\x1b' && i + 1 < text.len && text.ptr[i + 1] == '[') {
            i += 2;
            while (i < text.len && (is_digit(text.ptr[i]) || strchr(";:?", text.ptr[i])))
                i++;
            continue; /* with the letter that ends it */
        }
        *to++ = text.ptr[i];
    }
    memset(to, 0, PARSE_SLACK);
    return sv_make(copy, (size_t)(to - copy));
}

/* A line, or all of its pieces with the last one; false: it is one of those before. */
static bool is_whole(struct parser *parser, sv line, struct arena *arena, struct joined *joined)
{
    struct piece piece;
    *joined = (struct joined){.text = line};
    header_piece(&parser->headers, line, arena, &piece);
    if (!piece.found)
        return true;
    if (!pieces_join(&parser->pieces, &piece, arena, joined))
        return false;
    if (!piece.open)
        return true;
    pieces_begin(&parser->pieces, &piece);
    return false;
}

static bool reads(struct parser *parser, const struct joined *joined, struct arena *arena)
{
    struct header header;
    layers_of_source(&parser->headers.layers, NULL); /* each line is peeled anew */
    parser->headers.layers.outside = joined->around;
    return header_read(&parser->headers, joined->text, arena, &header) ||
           header_read(&parser->headers, line_without_colours(joined->text, arena), arena, &header);
}

/* The layers around its lines. */
static struct layer_stacks stacks_of(struct parser *parser, sv head, struct arena *arena)
{
    struct layer_stacks stacks = {.count = 0};
    struct outer_layers outer = {{0}};
    struct joined joined;
    pieces_reset(&parser->pieces, 0);
    for (sv line; head_line(&head, &line);) {
        if (!is_whole(parser, line, arena, &joined) || !reads(parser, &joined, arena))
            continue;
        outer_note(&outer, &parser->headers.layers.around);
        stacks_add(&stacks, &parser->headers.layers.around);
    }
    stacks_settle(&stacks, &outer);
    layers_of_source(&parser->headers.layers, NULL);
    pieces_reset(&parser->pieces, 0);
    return stacks;
}

static struct wrapper *wrapper_of(struct wrappers *wrappers, sv name)
{
    uint64_t hash = hash_bytes(name);
    for (size_t i = 0; i < wrappers->count; i++)
        if (wrappers->list[i].name == hash)
            return &wrappers->list[i];
    if (wrappers->count == PROGRAMS_MAX)
        return NULL;
    wrappers->list[wrappers->count] = (struct wrapper){.name = hash};
    return &wrappers->list[wrappers->count++];
}

/* One of the wrappers of the pattern files. */
static bool is_named(const struct patterns *patterns, sv name)
{
    for (size_t i = 0; name.len && i < patterns->wrapper_count; i++)
        if (text_glob(patterns->wrappers[i], name))
            return true;
    return false;
}

static void note_wrapper(struct wrappers *wrappers, struct header_reader *reader,
                         struct arena *arena, const struct header *header)
{
    struct header inside;
    struct wrapper *wrapper =
        is_named(reader->patterns, header->name) ? wrapper_of(wrappers, header->name) : NULL;
    bool nested = wrapper && header_read(reader, header->message, arena, &inside) && !inside.own;
    wrappers->direct = wrappers->direct || (!nested && header->program.mta != MTA_UNKNOWN);
    if (!wrapper)
        return;
    wrapper->lines++;
    wrapper->headers += nested;
    wrapper->mails += nested && inside.program.mta != MTA_UNKNOWN;
}

static uint64_t find_wrapper(struct parser *parser, sv head, struct arena *arena)
{
    struct wrappers wrappers = {.count = 0};
    struct header header;
    const struct wrapper *best = NULL;
    for (sv line; head_line(&head, &line) && !wrappers.direct;)
        if (header_read(&parser->headers, line, arena, &header))
            note_wrapper(&wrappers, &parser->headers, arena, &header);
    for (size_t i = 0; i < wrappers.count && !wrappers.direct; i++) {
        const struct wrapper *at = &wrappers.list[i];
        if (at->mails && at->headers == at->lines && (!best || at->mails > best->mails))
            best = at;
    }
    return best ? best->name : 0;
}

/* The header of a line, or of the line that its program wrote for somebody else. */
static bool read_header(struct parser *parser, uint64_t wrapper, sv line, struct arena *arena,
                        struct header *header)
{
    if (!header_read(&parser->headers, line, arena, header))
        return false;
    return !wrapper || !header->name.len || hash_bytes(header->name) != wrapper ||
           header_read(&parser->headers, header->message, arena, header);
}

void parser_hosts(struct parser *parser, sv head, struct map *hosts)
{
    struct arena arena = {0};
    char lower[256]; /* RFC 1035 section 2.3.4: names have less */
    struct layer_stacks stacks = stacks_of(parser, head, &arena);
    layers_of_source(&parser->headers.layers, &stacks);
    uint64_t wrapper = find_wrapper(parser, head, &arena);
    struct header header;
    for (sv line; head_line(&head, &line);) {
        if (!read_header(parser, wrapper, line, &arena, &header))
            continue;
        sv host = sv_sub(header.host, 0, sizeof lower);
        bytes_lower(lower, host);
        map_add(hosts, sv_make(lower, host.len), NULL);
    }
    layers_of_source(&parser->headers.layers, NULL);
    arena_release(&arena);
}

/* Does this line announce a message that has just arrived? Then its queue id is of this second. */
static bool is_arrival(const struct mta_patterns *patterns, sv rest)
{
    for (size_t i = 0; i < patterns->arrival_count; i++)
        if (sv_starts(rest, patterns->arrivals[i]))
            return true;
    return false;
}

static void note_clock(struct parser *parser, struct clock_evidence *evidence,
                       struct header *header)
{
    const struct mta *mta = parser->mtas[header->program.mta];
    int64_t id_time = -1;
    int part;
    sv rest = mta->unwrap ? mta->unwrap(&parser->headers, header, &part) : header->message;
    sv id = mta->queue_id_take ? mta->queue_id_take(&rest) : SV_EMPTY;
    if (!id.len || !mta->queue_id_time || !mta->queue_id_time(id, &id_time))
        id_time = -1;
    clock_note(evidence, header->stamp, id_time,
               is_arrival(&parser->options.patterns->mtas[header->program.mta], rest));
}

struct clock parser_clock(struct parser *parser, sv head, const struct clock_options *options)
{
    struct clock_evidence evidence = {0};
    struct arena arena = {0};
    struct header header;
    sv rest = head;
    bool pieces = false;
    container_forget(&parser->headers.containers);
    struct layer_stacks stacks = stacks_of(parser, head, &arena);
    layers_of_source(&parser->headers.layers, &stacks);
    uint64_t wrapper = find_wrapper(parser, head, &arena);
    char form[INPUT_FORM];
    form_of_source(parser, wrapper, head, &stacks, &arena, form);
    for (sv line; head_line(&rest, &line);) {
        bool read = read_header(parser, wrapper, line, &arena, &header);
        pieces = pieces || parser->headers.piece.found;
        if (read)
            note_clock(parser, &evidence, &header);
    }
    arena_release(&arena);
    layers_of_source(&parser->headers.layers, NULL);
    struct clock clock = clock_decide(&evidence, options);
    memcpy(clock.form, form, sizeof form);
    clock.stacks = stacks;
    clock.columns = csv_columns(parser, head);
    if (clock.columns.count) {
        clock.stacks.count = 0; /* what is around a line are the columns */
        snprintf(clock.form, sizeof clock.form, "csv");
    }
    clock.container = wrapper;
    clock.pieces = pieces;
    return clock;
}

size_t parser_form(struct parser *parser, sv line)
{
    return header_form_of(&parser->headers, line);
}

size_t parser_object(struct parser *parser, sv line, struct records *records,
                     struct template_fields *fields)
{
    struct container container;
    container_forget(&parser->headers.containers);
    if (!container_open(&parser->headers.containers, line, &records->arena, &container))
        return SIZE_MAX;
    fields->set = UINT64_C(1) << FIELD_TEXT | UINT64_C(1) << FIELD_PROGRAM |
                  UINT64_C(1) << FIELD_HOST | UINT64_C(1) << FIELD_STREAM |
                  UINT64_C(1) << FIELD_TIME;
    fields->values[FIELD_TEXT] = container.text;
    fields->values[FIELD_PROGRAM] = container.program;
    fields->values[FIELD_HOST] = container.host;
    fields->values[FIELD_STREAM] = container.stream;
    fields->values[FIELD_TIME] = container.time;
    return (size_t)(container.form - parser->options.patterns->objects);
}
