/* input: whole lines in chunks of any size. */
#include "reading.h"
#include "walk.h"

static void test_plain(void **state)
{
    (void)state;
    static const sv contents[] = {SV_EMPTY,
                                  SV("\n"),
                                  SV("x"),
                                  SV("one\ntwo\n"),
                                  SV("one\ntwo"),
                                  SV("\n\n\nx\n\n"),
                                  SV("crlf\r\nbare\rcr\r\n\r\n"),
                                  SV("nul\0in\0it\n\0\n\0"),
                                  SV("\x1F"),
                                  SV("BZh1 is text\n"),
                                  SV("\xFE\x85\xC2\x85 \xE2\x80\xA8 \x0B\x0C\x1E no ends\n")};
    for (size_t i = 0; i < COUNT_OF(contents); i++)
        for (size_t s = 0; s < CHUNK_SIZES; s++)
            expect(save("plain.gz", contents[i]), chunk_sizes[s], "plain", "", contents[i]);
}

static void test_chunk_sizes(void **state)
{
    (void)state;
    struct buf text = {0};
    add_text(&text, 700000);
    buf_add(&text, SV("no newline here"));
    const char *path = save("big.log", buf_sv(&text));
    for (size_t s = 0; s < CHUNK_SIZES; s++)
        expect(path, chunk_sizes[s], "plain", "", buf_sv(&text));
    /* The head, and how big chunks are. */
    struct walk walk = walk_start(&path, 1, 100000);
    while (walk_next(&walk)) {
        assert_true(walk.chunk.bytes.len < 100000 + 200); /* and the line carried over */
        assert_true(sv_eq(walk_head(&walk), sv_sub(buf_sv(&text), 0, INPUT_HEAD_MAX)));
    }
    walk_end(&walk);
    buf_release(&text);
}

/* A line of `len` bytes, as it is given out. */
static void add_line(struct buf *in, struct buf *out, size_t len, bool newline)
{
    for (size_t i = 0; i < len; i++) {
        char c = (char)('a' + (i * 7 + len) % 26);
        buf_add_byte(in, c);
        if (i < INPUT_LINE_MAX)
            buf_add_byte(out, c);
    }
    if (newline)
        buf_add_byte(in, '\n');
    if (newline || len > INPUT_LINE_MAX)
        buf_add_byte(out, '\n');
}

static void test_long_lines(void **state)
{
    (void)state;
    static const struct {
        size_t lens[8];
        bool newline; /* behind the last one */
        int64_t cut;
    } cases[] = {
        {{65535}, true, 0},
        {{65536}, true, 0},
        {{65537}, true, 1},
        {{65535}, false, 0},
        {{65536}, false, 0},
        {{65537}, false, 1},
        {{5, 65537, 5}, true, 1},
        {{65536, 65536, 1}, true, 0},
        {{65537, 65538, 70000, 3, 65536}, true, 3},
        {{131071, 131072, 131073, 131074}, true, 4},
        {{1, 400000, 1, 3000000, 1}, false, 2},
        {{262143, 1, 262144, 1, 262145, 1}, true, 3},
        {{3000000}, false, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf in = {0}, out = {0};
        for (size_t l = 0; l < 8 && cases[i].lens[l]; l++)
            add_line(&in, &out, cases[i].lens[l],
                     cases[i].newline || (l < 7 && cases[i].lens[l + 1]));
        const char *path = save("long.log", buf_sv(&in));
        for (size_t s = 0; s < CHUNK_SIZES; s++) {
            struct got got = read_one(path, chunk_sizes[s]);
            assert_true(sv_eq(buf_sv(&got.bytes), buf_sv(&out)));
            assert_int_equal(got.cut_lines, cases[i].cut);
            assert_int_equal(got.decoded, in.len);
            buf_release(&got.bytes);
        }
        buf_release(&in);
        buf_release(&out);
    }
}

static void test_sources_do_not_mix(void **state)
{
    (void)state;
    const char *paths[] = {save("a.log", SV("a1\na2")), save("b.log", SV_EMPTY),
                           path_of("absent.log"), save("c.log", SV("c1\n"))};
    for (size_t s = 0; s < CHUNK_SIZES; s++) {
        struct walk walk = walk_start(paths, 4, chunk_sizes[s]);
        struct buf all = {0};
        while (walk_next(&walk)) {
            buf_printf(&all, "%zu:", walk.chunk.source);
            buf_add(&all, walk.chunk.bytes);
            buf_add_byte(&all, '|');
        }
        /* A line without its newline is a chunk of its own. */
        assert_string_equal(buf_cstr(&all), "0:a1\n|0:a2|3:c1\n|");
        assert_true(input_source(walk.input, 1)->complete);
        assert_false(input_source(walk.input, 2)->complete);
        assert_string_equal(input_source(walk.input, 2)->format, "unknown");
        buf_release(&all);
        walk_end(&walk);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_chunk_sizes),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_sources_do_not_mix),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
