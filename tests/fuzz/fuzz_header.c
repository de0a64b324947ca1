/* What stands before the message of a line. A reader that remembers the header of the line before,
 * and the quick header that most lines get, must see what a reader sees that knows nothing. */
#include "bouncelog/base/mem.h"
#include "fuzz.h"
#include "parse/header/header.h"
#include "parse/mta/mta.h"

static struct header_reader reader_new(void)
{
    static const struct mta *mtas[MTA_MAX];
    struct header_reader reader = {
        .patterns = fuzz_patterns(), .matcher = matcher_new(), .mtas = mtas};
    for (size_t i = 0; i < reader.patterns->taxonomy.mta_count; i++)
        mtas[i] = mta_find(reader.patterns->taxonomy.mtas[i]);
    reader.programs.patterns = reader.patterns;
    return reader;
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

static void read_line(struct header_reader *shared, sv line)
{
    struct header_reader fresh = reader_new();
    struct arena arena = {0};
    struct header got = {0}, want = {0}, recalled = {0};
    struct quick_header quick;
    bool glanced = header_quick(shared, line, &quick);
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
    matcher_free(fresh.matcher);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sv input = {(const char *)data, size};
    char *text = mem_zero(1, size + PARSE_SLACK + BYTES_SLACK);
    struct header_reader shared = reader_new();
    sv_put(text, input);
    sv rest = sv_make(text, size);
    while (rest.len) {
        sv line = sv_cut(rest, '\n', &rest);
        if (line.len)
            read_line(&shared, line);
    }
    matcher_free(shared.matcher);
    mem_free(text);
    return 0;
}
