/* A line means the same whatever lines stand before it: the parser remembers headers, program names
 * and stamps, and must not remember too much. Lines of all samples and of the tests' logs, shuffled
 * together and damaged at their heads, read by one parser and each by a new one. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bouncelog/base/mem.h"
#include "loaded.h"
#include "same.h"

enum { LINES_MAX = 4000, LINE_MAX = 3000, ROUNDS = 120000, HEAD = 60 };

static struct buf texts;
static sv lines[LINES_MAX];
static size_t line_count;

static void gather_file(const char *path)
{
    struct stat info;
    if (stat(path, &info) == 0 && S_ISREG(info.st_mode) && !sv_ends(sv_from(path), SV(".gz")))
        add_inputs(&texts, path);
}

/* What lies in a folder under names that end so. */
static void gather_folder(const char *folder, const char *ending)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, alphasort);
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (sv_ends(sv_from(path), sv_from(ending)))
            gather_file(path);
        free(entries[i]);
    }
    free(entries);
}

static void cut_lines(void)
{
    sv rest = buf_sv(&texts);
    while (rest.len) {
        sv line = sv_cut(rest, '\n', &rest);
        if (line.len && line.len < LINE_MAX && line_count < LINES_MAX)
            lines[line_count++] = line;
    }
    print_message("%zu lines\n", line_count);
    assert_true(line_count > 500);
}

/* Headers as they follow each other: another second, host, fraction, zone, tag; or any byte. */
static size_t damage(char *line, size_t len, uint32_t *seed)
{
    static const char bytes[] = "0123456789 :.,+-Z[]<>/|TmxNov{(";
    sv head = sv_make(line, len < HEAD ? len : HEAD), other;
    size_t at = next_random(seed) % head.len;
    switch (next_random(seed) % 5) {
    case 0: /* a digit */
        while (at < head.len && !is_digit(line[at]))
            at++;
        if (at < head.len)
            line[at] = (char)('0' + next_random(seed) % 10);
        return len;
    case 1: /* a byte more */
        memmove(line + at + 1, line + at, len - at);
        line[at] = bytes[next_random(seed) % (sizeof bytes - 1)];
        return len + 1;
    case 2: /* a byte less */
        memmove(line + at, line + at + 1, len - at - 1);
        return len - 1;
    case 3: /* the head of another line */
        other = lines[next_random(seed) % line_count];
        at = at < other.len ? at : other.len;
        (void)sv_put(line, sv_sub(other, 0, at < len ? at : len));
        return len;
    default:
        line[at] = bytes[next_random(seed) % (sizeof bytes - 1)];
        return len;
    }
}

static void expect_same(const struct parser_options *options, struct parser *shared,
                        const struct clock *clock, sv line)
{
    struct records records = {0};
    enum line_class class;
    const char *difference = reads_otherwise_alone(options, shared, clock, line, &class, &records);
    if (difference)
        expect_sv(sv_from(difference), SV("the same"), line);
    records_release(&records);
}

static void check(const struct parser_options *options, uint32_t seed)
{
    static char text[LINE_MAX + 64];
    struct parser *shared = parser_new(options);
    struct clock clocks[2] = {{.source = 0, .not_after = 1795478400},
                              {.source = 1,
                               .fixed = true,
                               .offset_s = 3600,
                               .has_anchor = true,
                               .not_before = 1700000000}};
    size_t turn = 0, at = 0;
    for (int i = 0; i < ROUNDS; i++) {
        if (next_random(&seed) % 4 == 0) /* else the line behind the last one, or the same */
            at = next_random(&seed) % line_count;
        else
            at = (at + next_random(&seed) % 2) % line_count;
        size_t len = lines[at].len;
        sv_put(text, lines[at]);
        if (next_random(&seed) % 3 == 0 && len > 2)
            len = damage(text, len, &seed);
        memset(text + len, 0, 64);
        text[len] = '\n';
        turn ^= next_random(&seed) % 50 == 0;
        expect_same(options, shared, &clocks[turn], (sv){text, len});
    }
    parser_free(shared);
}

static void test_any_mta(void **state)
{
    struct parser_options options = {.patterns = &patterns, .host = SV_EMPTY, .inbound = true};
    (void)state;
    check(&options, 7);
}

static void test_one_mta(void **state)
{
    struct parser_options options = {
        .patterns = &patterns, .host = SV("mx9"), .only = mta_of("postfix")};
    (void)state;
    check(&options, 8);
    options.only = mta_of("exim");
    check(&options, 9);
}

static int set_up(void **state)
{
    gather_folder("samples", "");
    gather_folder("samples/rotated", "");
    gather_folder("tests/cases", ".cases");
    gather_folder("tests/hostile/injection", "");
    cut_lines();
    return load_patterns(state);
}

static int tear_down(void **state)
{
    buf_release(&texts);
    return release_patterns(state);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_any_mta),
                                              cmocka_unit_test(test_one_mta)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
