/* Takes off what stands around a line, as `layers` and `objects` of patterns/headers.yaml say it,
 * until one of the forms of headers takes what is inside. Where that has no stamp, or no header at
 * all, what is around it has them. Layers that are not around the lines of this source (layers.h)
 * are none. */
#include "bouncelog/base/hash.h"
#include "header.h"

static bool read_at(struct header_reader *reader, sv line, struct arena *arena,
                    struct header *header);

/* A line without a stamp of its own, or the message alone, has what stands around it. */
static bool finish_by_layer(struct header_reader *reader, const struct stamp *stamp, sv host,
                            sv text, struct header *header)
{
    header->host = host;
    header->host_key = hash_bytes(header->host);
    if (!layers_are_allowed(&reader->layers) || !header_finish_tag(reader, text, header) ||
        (header->program.mta == MTA_UNKNOWN && text.ptr[header->name.len] != '['))
        return false;
    reader->own = *stamp;
    header->stamp = &reader->own;
    header->stamp_serial = 0;
    return true;
}

/* Of a key or a column. */
static bool read_time(struct header_reader *reader, sv text, struct stamp *stamp)
{
    *stamp = (struct stamp){.absolute = true};
    if (text.len && stamp_seconds(text, &stamp->seconds))
        return true;
    for (size_t i = 0; text.len && i < reader->patterns->time_count; i++)
        if (regex_match(reader->patterns->times[i].regex, reader->matcher, text) == REGEX_YES)
            return header_take_stamp(reader, reader->patterns->times[i].regex, stamp);
    return false;
}

/* What a container carries: a line, or the message of a program. */
static bool read_carried(struct header_reader *reader, const struct container *container,
                         struct arena *arena, struct header *header)
{
    struct stamp stamp, outer = reader->outer;
    bool has_outer = reader->has_outer; /* of what is around it, not of what its text looks like */
    if (!container->program.len && read_at(reader, container->text, arena, header))
        return true;
    bool has_time = read_time(reader, container->time, &stamp);
    if (!has_time && has_outer)
        stamp = outer;
    has_time = has_time || has_outer;
    if (!container->program.len)
        return has_time &&
               finish_by_layer(reader, &stamp, container->host, container->text, header);
    if (!has_time || !layers_are_allowed(&reader->layers))
        return false;
    reader->own = stamp;
    header->stamp = &reader->own;
    header->stamp_serial = 0;
    header->host = container->host;
    header->host_key = hash_bytes(header->host);
    header->message = container->text;
    header->name = container->program;
    header->program = program_find(&reader->programs, container->program);
    header->own = false;
    if (container->sender.user.len &&
        journal_voice(reader->trust, container->program, &container->sender) != JOURNAL_MTA)
        header->program = (struct program){MTA_UNKNOWN, 0};
    return true;
}

static bool read_container(struct header_reader *reader, sv line, struct arena *arena,
                           struct header *header)
{
    struct container container;
    if (!container_open(&reader->containers, line, arena, &container) ||
        !layers_push(&reader->layers,
                     LAYER_OBJECT + (size_t)(container.form - reader->patterns->objects)))
        return false;
    if (container.form->pieces || (container.form->partial.count && container.name.len)) {
        reader->piece = (struct piece){true, container.open, container.stream, container.text,
                                       reader->layers.around};
        if (container.open)
            return false;
    }
    return read_carried(reader, &container, arena, header);
}

bool header_read_row(struct header_reader *reader, const struct container_row *row,
                     struct arena *arena, struct header *header)
{
    struct container container;
    reader->piece = (struct piece){.found = false};
    reader->has_outer = false;
    reader->layers.around.depth = 0;
    return container_open_row(reader->patterns, row, arena, &container) &&
           read_carried(reader, &container, arena, header);
}

/* What is behind the layer, if it is around this line at all. */
static bool read_inside(struct header_reader *reader, size_t index, sv line, struct arena *arena,
                        struct header *header)
{
    const struct layer *layer = &reader->patterns->layers[index];
    struct stamp stamp;
    if (regex_match(layer->regex, reader->matcher, line) != REGEX_YES ||
        !matcher_length(reader->matcher) ||
        (!layer->filler && !layers_push(&reader->layers, index + 1 + layer->piece)))
        return false;
    sv inside = sv_skip(line, matcher_length(reader->matcher));
    sv stream = matcher_field(reader->matcher, layer->regex, FIELD_STREAM);
    if (stream.len) {
        reader->piece = (struct piece){true, layer->piece, stream, inside, reader->layers.around};
        if (layer->piece)
            return false;
    }
    bool has_stamp = header_take_stamp(reader, layer->regex, &stamp);
    if (has_stamp) {
        reader->outer = stamp;
        reader->has_outer = true;
    }
    return read_at(reader, inside, arena, header) ||
           (has_stamp && finish_by_layer(reader, &stamp, SV_EMPTY, inside, header));
}

static bool read_at(struct header_reader *reader, sv line, struct arena *arena,
                    struct header *header)
{
    uint8_t depth = reader->layers.around.depth;
    if (!line.len)
        return false;
    if (line.ptr[0] == '{') {
        if (read_container(reader, line, arena, header))
            return true;
        reader->layers.around.depth = depth;
    } else if (layers_are_allowed(&reader->layers) && header_read_plain(reader, line, header)) {
        reader->inside = line.ptr;
        return true;
    }
    for (size_t i = 0; i < reader->patterns->layer_count && !reader->piece.open; i++) {
        if (read_inside(reader, i, line, arena, header))
            return true;
        reader->layers.around.depth = depth;
    }
    return false;
}

sv header_inside(struct header_reader *reader, sv line, sv *program)
{
    sv text;
    *program = SV_EMPTY;
    if (line.len && line.ptr[0] == '{') {
        if (!container_peek(&reader->containers, line, &text, program))
            return SV_EMPTY;
        size_t form = (size_t)(reader->containers.form - reader->patterns->objects);
        return layers_allow(&reader->layers, LAYER_OBJECT + form) ? text : SV_EMPTY;
    }
    size_t end = layers_again(&reader->layers, line);
    return end ? sv_skip(line, end) : SV_EMPTY;
}

void header_piece(struct header_reader *reader, sv line, struct arena *arena, struct piece *piece)
{
    struct header header;
    reader->piece = (struct piece){.found = false};
    reader->has_outer = false;
    reader->layers.around = reader->layers.outside;
    (void)read_at(reader, line, arena, &header);
    *piece = reader->piece;
}

bool header_read(struct header_reader *reader, sv line, struct arena *arena, struct header *header)
{
    reader->piece = (struct piece){.found = false};
    reader->has_outer = false;
    bool whole = !reader->layers.outside.depth;
    size_t again = whole && reader->layers.count ? layers_again(&reader->layers, line) : 0;
    reader->layered = again && header_read_plain(reader, sv_skip(line, again), header);
    if (reader->layered)
        return true;
    reader->inside = NULL;
    reader->layers.around = reader->layers.outside;
    if (!read_at(reader, line, arena, header))
        return false;
    reader->layered = reader->inside != line.ptr;
    if (whole && reader->inside > line.ptr && reader->inside < line.ptr + line.len)
        layers_remember(&reader->layers, line, (size_t)(reader->inside - line.ptr));
    return true;
}
