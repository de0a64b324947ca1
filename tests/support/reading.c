#include "reading.h"

#include "walk.h"

#include <stdlib.h>

static char folder[] = "/tmp/bouncelog-input-XXXXXX";

const char *path_of(const char *name)
{
    static char paths[8][256];
    static size_t turn;
    char *path = paths[turn++ % 8];
    (void)snprintf(path, sizeof *paths, "%s/%s", folder, name);
    return path;
}

const char *save(const char *name, sv bytes)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void check_chunk(const struct walk *walk, sv *head)
{
    static const char zeros[INPUT_SLACK];
    const struct chunk *chunk = &walk->chunk;
    assert_int_equal(chunk->source, walk->source);
    assert_true(chunk->bytes.len > 0);
    assert_memory_equal(chunk->bytes.ptr + chunk->bytes.len, zeros, sizeof zeros);
    if (chunk->first)
        *head = walk_head(walk);
    assert_true(sv_eq(*head, walk_head(walk)));
    assert_memory_equal(head->ptr + head->len, zeros,
                        sizeof zeros); /* parsers look beyond a line */
}

struct got read_paths(const char *const *paths, size_t count, size_t chunk_bytes)
{
    struct walk walk = walk_start(paths, count, chunk_bytes);
    const struct chunk *chunk = &walk.chunk;
    struct got got = {0};
    size_t at = SIZE_MAX;
    bool ended = true;
    sv head = SV_EMPTY;
    while (walk_next(&walk)) {
        assert_true(chunk->first == (chunk->source != at));
        assert_true(at == SIZE_MAX || chunk->source >= at);
        assert_true(ended || chunk->first); /* only a source's last line may lack its newline */
        check_chunk(&walk, &head);
        ended = sv_ends(chunk->bytes, SV("\n"));
        at = chunk->source;
        buf_add(&got.bytes, chunk->bytes);
    }
    const struct source *last = input_source(walk.input, input_source_count(walk.input) - 1);
    (void)snprintf(got.format, sizeof got.format, "%s", last->format);
    (void)snprintf(got.error, sizeof got.error, "%s", last->error);
    got.complete = last->complete;
    got.cut_lines = last->cut_lines;
    got.decoded = last->bytes;
    assert_true(got.complete == (got.error[0] == '\0'));
    assert_null(strchr(got.error, '\n'));
    walk_end(&walk);
    return got;
}

struct got read_one(const char *path, size_t chunk_bytes)
{
    return read_paths(&path, 1, chunk_bytes);
}

void expect_in(const char *file, int line, const char *path, size_t chunk_bytes, const char *format,
               const char *error, sv bytes)
{
    struct got got = read_one(path, chunk_bytes);
    if (strcmp(got.error, error) != 0 || strcmp(got.format, format) != 0 ||
        !sv_eq(buf_sv(&got.bytes), bytes)) {
        print_error("%s: chunks of %zu\n  got    %s, %zu bytes: %s\n  wanted %s, %zu bytes: %s\n",
                    path, chunk_bytes, got.format, got.bytes.len, got.error, format, bytes.len,
                    error);
        _fail(file, line);
    }
    buf_release(&got.bytes);
}

void add_text(struct buf *buf, size_t size)
{
    static const char letters[] = "abcdefghijklmnop qrstuvwxyz<>@.=0123456789:[]()";
    uint32_t state = 12345;
    for (size_t left = 0; buf->len < size;) {
        state = state * 1103515245 + 12345;
        if (!left)
            left = 1 + (state >> 16) % 200;
        buf_add_byte(buf, --left ? letters[(state >> 20) % (sizeof letters - 1)] : '\n');
    }
}

const size_t chunk_sizes[CHUNK_SIZES] = {1, 7, 64, 4096, 65535, 65536, 65537, 131072, 1 << 20, 0};

int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

int remove_folder(void **state)
{
    (void)state;
    char command[80];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}
