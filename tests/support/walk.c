#include "walk.h"

struct walk walk_start(const char *const *paths, size_t count, size_t chunk_bytes)
{
    struct walk walk = {
        .input = input_plan(paths, count, (struct input_options){.chunk_bytes = chunk_bytes})};
    chunk_init(&walk.chunk, walk.input);
    return walk;
}

bool walk_next(struct walk *walk)
{
    while (walk->source < input_source_count(walk->input)) {
        if (!walk->reader)
            walk->reader = reader_open(walk->input, walk->source);
        if (reader_next(walk->reader, &walk->chunk))
            return true;
        reader_close(walk->reader);
        walk->reader = NULL;
        walk->source++;
    }
    return false;
}

sv walk_head(const struct walk *walk)
{
    return reader_head(walk->reader);
}

void walk_end(struct walk *walk)
{
    reader_close(walk->reader);
    chunk_release(&walk->chunk);
    input_free(walk->input);
}
