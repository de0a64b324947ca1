/* What stands before the message of a line. A reader that remembers the header of the line before,
 * and the quick header that most lines get, must see what a reader sees that knows nothing. */
#include "bouncelog/base/mem.h"
#include "fuzz.h"
#include "parse/header/header.h"
#include "parse/mta/mta.h"

static bool no_user(const char *user, uint64_t *uid)
{
    (void)user;
    *uid = 0;
    return false;
}

static struct header_reader reader_new(void)
{
    static const struct mta *mtas[MTA_MAX];
    struct header_reader reader = {
        .patterns = fuzz_patterns(), .matcher = matcher_new(), .mtas = mtas};
    for (size_t i = 0; i < reader.patterns->taxonomy.mta_count; i++)
        mtas[i] = mta_find(reader.patterns->taxonomy.mtas[i]);
    reader.programs.patterns = reader.patterns;
    reader.containers.patterns = reader.patterns;
    reader.trust = journal_trust_new(reader.patterns, no_user, true);
    return reader;
}

static void reader_release(struct header_reader *reader)
{
    matcher_free(reader->matcher);
    container_reader_release(&reader->containers);
    journal_trust_free(reader->trust);
}

static bool same_stamp(const struct stamp *a, const struct stamp *b)
{
    return a->absolute == b->absolute && a->has_zone == b->has_zone &&
           (a->absolute ? a->seconds == b->seconds
                        : memcmp(&a->civil, &b->civil, sizeof a->civil) == 0 &&
                              (!a->has_zone || a->zone_s == b->zone_s));
}

static void compare(const struct header *got, const struct header *want)
{
    fuzz_check(sv_eq(got->host, want->host) && got->host_key == want->host_key, "host");
    fuzz_check(sv_eq(got->message, want->message), "message");
    fuzz_check(got->program.mta == want->program.mta && got->program.daemon == want->program.daemon,
               "program");
    fuzz_check(same_stamp(got->stamp, want->stamp), "stamp");
}

static void read_line(struct header_reader *shared, sv line, bool plain)
{
    struct header_reader fresh = reader_new();
    layers_of_source(&fresh.layers, shared->layers.allowed);
    struct arena arena = {0};
    struct header got = {0}, want = {0}, recalled = {0};
    struct quick_header quick;
    bool glanced = plain && header_quick(shared, line, &quick);
    if (glanced)
        header_recall(shared, line, &quick, &recalled);
    bool is_there = header_read(&fresh, line, &arena, &want);
    if (glanced)
        fuzz_check(is_there, "the quick header saw one");
    if (glanced)
        compare(&recalled, &want);
    fuzz_check(header_read(shared, line, &arena, &got) == is_there, "a header is there or not");
    if (is_there)
        compare(&got, &want);
    reader_release(&fresh);
    arena_release(&arena);
}

/* What is around the lines, as the head of a source says it. */
static struct layer_stacks stacks_of(sv text)
{
    struct layer_stacks stacks = {.count = 0};
    struct header_reader reader = reader_new();
    struct arena arena = {0};
    struct header header;
    while (text.len) {
        sv line = sv_cut(text, '\n', &text);
        layers_of_source(&reader.layers, NULL);
        if (header_read(&reader, line, &arena, &header))
            stacks_add(&stacks, &reader.layers.around);
    }
    arena_release(&arena);
    reader_release(&reader);
    return stacks;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sv input = {(const char *)data, size};
    char *text = mem_zero(1, size + PARSE_SLACK + BYTES_SLACK);
    struct header_reader shared = reader_new();
    sv_put(text, input);
    sv rest = sv_make(text, size);
    struct layer_stacks stacks = stacks_of(rest);
    bool plain = !stacks.count || !stacks.list[0].depth;
    layers_of_source(&shared.layers, &stacks);
    while (rest.len) {
        sv line = sv_cut(rest, '\n', &rest);
        if (line.len)
            read_line(&shared, line, plain);
    }
    reader_release(&shared);
    mem_free(text);
    return 0;
}
