/* Names the form of the lines of a source: the layers around its first line of an MTA, outermost
 * first, and the form of header that is inside. What a container says of its program is the object
 * that carries it. */
#include <stdio.h>

#include "bouncelog/base/bytes.h"
#include "parser.h"

static void add(char *form, sv name)
{
    size_t len = strlen(form);
    if (name.len)
        snprintf(form + len, INPUT_FORM - len, "%s%.*s", len ? ">" : "", SV_FMT(name));
}

static sv layer_name(const struct patterns *patterns, size_t layer)
{
    if (layer >= LAYER_OBJECT)
        return patterns->objects[layer - LAYER_OBJECT].name;
    return layer ? patterns->layers[layer - 1].name : SV_EMPTY;
}

static void add_header(char *form, struct header_reader *reader, sv line)
{
    size_t index = header_form_of(reader, line);
    if (index != SIZE_MAX)
        add(form, reader->patterns->headers[index].name);
}

void form_of_source(struct parser *parser, uint64_t wrapper, sv head,
                    const struct layer_stacks *stacks, struct arena *arena, char *form)
{
    struct header_reader *reader = &parser->headers;
    struct header header, inner;
    sv line;
    *form = 0;
    while (!*form && head_line(&head, &line)) {
        layers_of_source(&reader->layers, stacks); /* so that none is merely remembered */
        if (!header_read(reader, line, arena, &header))
            continue;
        struct layer_stack around = reader->layers.around;
        sv inside = reader->inside ? sv_from(reader->inside) : SV_EMPTY; /* out of an object */
        if (reader->inside >= line.ptr && reader->inside < line.ptr + line.len)
            inside = sv_skip(line, (size_t)(reader->inside - line.ptr));
        bool wraps = wrapper && header.name.len && hash_bytes(header.name) == wrapper;
        sv message = header.message;
        if (wraps ? !header_read(reader, message, arena, &inner) || inner.program.mta == MTA_UNKNOWN
                  : header.program.mta == MTA_UNKNOWN)
            continue;
        for (size_t i = 0; i < around.depth; i++)
            add(form, layer_name(reader->patterns, around.layers[i]));
        if (inside.len)
            add_header(form, reader, inside);
        if (wraps)
            add_header(form, reader, message);
    }
}
