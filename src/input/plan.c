/* The plan says which files are read, each once, in which order. A file is known by device and
 * inode, so that two names of it are one source; standard input counts as a file if it was
 * redirected from one. Sets of rotated logs are told by their names (order.c). */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bouncelog/base/arena.h"
#include "bouncelog/base/buf.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/map.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/input/input.h"
#include "order.h"
#include "plan.h"
#include "resume.h"

enum {
    UNIT_NAME_MAX = 512,
    CHUNK_DEFAULT = 128 * 1024,
    CHUNK_MAX = 1024 * 1024 * 1024 /* decoders count with 32 bits */
};

/* What makes a file one file whatever its names; the path when there is no file. Standard input is
 * a file only if it was redirected from one. */
static sv identity(const char *path, struct stat *file, char *key, size_t size)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int failed = is_stdin ? fstat(0, file) : stat(path, file);
    if (failed)
        *file = (struct stat){0};
    if (failed || (is_stdin && !S_ISREG(file->st_mode)))
        return sv_from(path);
    int n = snprintf(key, size, "/\n%llx %llx", (unsigned long long)file->st_dev,
                     (unsigned long long)file->st_ino);
    return sv_make(key, n > 0 ? (size_t)n : 0);
}

/* Adds each file once, in the order of mention. */
static void gather(struct input *input, struct source *sources, const char *const *paths,
                   size_t count)
{
    struct map files;
    map_init(&files, 1);
    for (size_t i = 0; i < count; i++) {
        struct stat file;
        char key[64];
        bool added;
        const char *path = arena_cstr(&input->arena, sv_from(paths[i]));
        (void)map_add(&files, identity(path, &file, key, sizeof key), &added);
        if (!added) {
            input->duplicates[input->duplicate_count++] = path;
            continue;
        }
        int64_t size = S_ISREG(file.st_mode) ? file.st_size : 0;
        input->known += size;
        if (strcmp(path, "-") == 0 && !S_ISREG(file.st_mode))
            input->unbounded = true;
        sources[input->count++] = (struct source){.path = path,
                                                  .format = "unknown",
                                                  .size = size,
                                                  .known = INPUT_NEW,
                                                  .continues = INPUT_NEW,
                                                  .follows = INPUT_NEW};
    }
    map_release(&files);
}

/* As journalctl: a name without the suffix of a unit is that of a service. */
static sv unit_name(sv unit, char *text, size_t size)
{
    static const char *const ends[] = {".service", ".scope", ".slice", ".socket", ".mount", "*"};
    bool whole = false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        whole = whole || sv_ends(unit, sv_from(ends[i]));
    int n =
        snprintf(text, size, "%.*s%s", SV_FMT(sv_sub(unit, 0, size - 16)), whole ? "" : ".service");
    return sv_make(text, n > 0 ? (size_t)n : 0);
}

/* "journal", or "journal:UNIT,UNIT". No file is of its set, whatever that is called. */
static void add_journal(struct input *input)
{
    const struct journal_options *journal = &input->options.journal;
    struct buf name = {0};
    buf_add(&name, SV("journal"));
    for (size_t i = 0; i < journal->unit_count; i++) {
        char unit[UNIT_NAME_MAX];
        buf_add_byte(&name, i ? ',' : ':');
        buf_add(&name, unit_name(journal->units[i], unit, sizeof unit));
    }
    const char *path = arena_cstr(&input->arena, buf_sv(&name));
    buf_add(&name, SV("\n"));
    input->sources[input->count++] = (struct source){.path = path,
                                                     .format = "journal",
                                                     .set = hash_bytes(buf_sv(&name)),
                                                     .known = INPUT_NEW,
                                                     .continues = INPUT_NEW,
                                                     .follows = INPUT_NEW,
                                                     .begins_behind = INT64_MIN,
                                                     .folder = journal->folder,
                                                     .journal = true};
    buf_release(&name);
    input->unbounded = true;
}

struct input *input_plan(const char *const *paths, size_t count, struct input_options options)
{
    struct input *input = mem_zero(1, sizeof *input);
    struct source *sources = mem_zero(count, sizeof *sources);
    const char **named = mem_zero(count, sizeof *named);
    size_t *order = mem_zero(count, sizeof *order);
    uint64_t *sets = mem_zero(count, sizeof *sets);
    bool *rotated = mem_zero(count, sizeof *rotated);
    input->duplicates = mem_zero(count, sizeof *input->duplicates);
    gather(input, sources, paths, count);
    for (size_t i = 0; i < input->count; i++)
        named[i] = sources[i].path;
    order_paths(named, input->count, order, sets, rotated);
    input->sources = mem_zero(count + 1, sizeof *input->sources);
    for (size_t i = 0; i < input->count; i++)
        input->sources[i] = sources[order[i]];
    for (size_t i = 0; i < input->count; i++) {
        input->sources[i].set = sets[i];
        input->sources[i].rotated = rotated[i];
    }
    mem_free(sources);
    mem_free(named);
    mem_free(order);
    mem_free(sets);
    mem_free(rotated);
    size_t aim = options.chunk_bytes ? options.chunk_bytes : CHUNK_DEFAULT;
    input->chunk_bytes = aim < CHUNK_MAX ? aim : CHUNK_MAX;
    input->options = options;
    if (options.journal.wanted)
        add_journal(input);
    if (options.resume)
        resume_plan(input);
    else if (input->count > 1 && !options.journal.wanted)
        input->options.resume = input->options.whole = resume_find_alike(input);
    return input;
}

void input_heads(struct input *input, void (*visit)(void *context, size_t source, sv head),
                 void *context)
{
    bool resumes = input->options.resume;
    input->options.resume = false;
    for (size_t i = 0; i < input->count; i++) {
        struct source before = input->sources[i];
        if (strcmp(before.path, "-") == 0 || before.journal)
            continue;
        struct reader *reader = reader_open(input, i);
        visit(context, i, reader_head(reader));
        reader_close(reader);
        input->sources[i] = before;
    }
    input->options.resume = resumes;
}

void input_free(struct input *input)
{
    if (!input)
        return;
    mem_free(input->sources);
    mem_free(input->duplicates);
    arena_release(&input->arena);
    mem_free(input);
}

size_t input_source_count(const struct input *input)
{
    return input->count;
}

struct source *input_source(struct input *input, size_t index)
{
    return &input->sources[index];
}

const char *input_duplicate(const struct input *input, size_t index)
{
    return index < input->duplicate_count ? input->duplicates[index] : NULL;
}

int64_t input_size(const struct input *input)
{
    return input->unbounded ? 0 : input->known;
}
