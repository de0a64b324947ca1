/* input: every codec, chunk size, kind of bad source, and rotation order, through the public
 * contract. Whole results are compared. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/input/input.h"

/* Weak: what the room was not built with is not linked; test_codecs_named checks that it agrees. */
void *ZSTD_createCCtx(void) __attribute__((weak));
size_t ZSTD_freeCCtx(void *context) __attribute__((weak));
size_t ZSTD_CCtx_setParameter(void *context, int parameter, int value) __attribute__((weak));
size_t ZSTD_compress2(void *context, void *to, size_t cap, const void *from, size_t size)
    __attribute__((weak));
int lzma_easy_buffer_encode(uint32_t preset, int check, const void *allocator, const uint8_t *in,
                            size_t size, uint8_t *out, size_t *out_pos, size_t cap)
    __attribute__((weak));
int BZ2_bzBuffToBuffCompress(char *to, unsigned *to_len, char *from, unsigned len, int block,
                             int verbosity, int work) __attribute__((weak));

static char folder[] = "/tmp/bouncelog-input-XXXXXX";

static const char *path_of(const char *name)
{
    static char paths[8][256];
    static size_t turn;
    char *path = paths[turn++ % 8];
    (void)snprintf(path, sizeof *paths, "%s/%s", folder, name);
    return path;
}

static const char *save(const char *name, sv bytes)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* What came out of one run over some sources. */
struct got {
    struct buf bytes;
    char format[16], error[256]; /* of the last source */
    bool complete;
    int64_t cut_lines, decoded;
};

static void check_chunk(const struct input *input, const struct chunk *chunk, uint64_t seq,
                        sv *head)
{
    static const char zeros[64];
    assert_int_equal(chunk->seq, seq);
    assert_true(chunk->bytes.len > 0);
    assert_memory_equal(chunk->bytes.ptr + chunk->bytes.len, zeros, sizeof zeros);
    if (chunk->first)
        *head = input_head(input);
    assert_true(sv_eq(*head, input_head(input)));
}

static struct got read_paths(const char *const *paths, size_t count, size_t chunk_bytes)
{
    struct input *input = input_plan(paths, count, (struct input_options){chunk_bytes});
    struct got got = {0};
    struct chunk chunk;
    size_t at = SIZE_MAX;
    bool ended = true;
    sv head = SV_EMPTY;
    for (uint64_t seq = 0; input_next(input, &chunk); seq++) {
        assert_true(chunk.first == (chunk.source != at));
        assert_true(at == SIZE_MAX || chunk.source >= at);
        assert_true(ended || chunk.first); /* only a source's last line may lack its newline */
        check_chunk(input, &chunk, seq, &head);
        ended = sv_ends(chunk.bytes, SV("\n"));
        at = chunk.source;
        buf_add(&got.bytes, chunk.bytes);
    }
    const struct source *last = input_source(input, input_source_count(input) - 1);
    (void)snprintf(got.format, sizeof got.format, "%s", last->format);
    (void)snprintf(got.error, sizeof got.error, "%s", last->error);
    got.complete = last->complete;
    got.cut_lines = last->cut_lines;
    got.decoded = last->bytes;
    assert_true(got.complete == (got.error[0] == '\0'));
    assert_null(strchr(got.error, '\n'));
    input_free(input);
    return got;
}

static struct got read_one(const char *path, size_t chunk_bytes)
{
    return read_paths(&path, 1, chunk_bytes);
}

static void expect_in(const char *file, int line, const char *path, size_t chunk_bytes,
                      const char *format, const char *error, sv bytes)
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
#define expect(...) expect_in(__FILE__, __LINE__, __VA_ARGS__)

/* Lines of 0 to 199 bytes that do not pack well; the same in every run. */
static void add_text(struct buf *buf, size_t size)
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

static const size_t sizes[] = {1, 7, 64, 4096, 65535, 65536, 65537, 131072, 1 << 20, 0};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* --- lines and chunks --- */

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
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++)
        for (size_t s = 0; s < SIZES; s++)
            expect(save("plain.gz", contents[i]), sizes[s], "plain", "", contents[i]);
}

static void test_chunk_sizes(void **state)
{
    (void)state;
    struct buf text = {0};
    add_text(&text, 700000);
    buf_add(&text, SV("no newline here"));
    const char *path = save("big.log", buf_sv(&text));
    for (size_t s = 0; s < SIZES; s++)
        expect(path, sizes[s], "plain", "", buf_sv(&text));
    /* The head, and how big chunks are. */
    struct input *input = input_plan(&path, 1, (struct input_options){100000});
    struct chunk chunk;
    while (input_next(input, &chunk)) {
        assert_true(chunk.bytes.len <= 100000);
        assert_true(sv_eq(input_head(input), sv_sub(buf_sv(&text), 0, INPUT_HEAD_MAX)));
    }
    input_free(input);
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
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf in = {0}, out = {0};
        for (size_t l = 0; l < 8 && cases[i].lens[l]; l++)
            add_line(&in, &out, cases[i].lens[l],
                     cases[i].newline || (l < 7 && cases[i].lens[l + 1]));
        const char *path = save("long.log", buf_sv(&in));
        for (size_t s = 0; s < SIZES; s++) {
            struct got got = read_one(path, sizes[s]);
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
    for (size_t s = 0; s < SIZES; s++) {
        struct input *input = input_plan(paths, 4, (struct input_options){sizes[s]});
        struct chunk chunk;
        struct buf all = {0};
        while (input_next(input, &chunk)) {
            buf_printf(&all, "%zu:", chunk.source);
            buf_add(&all, chunk.bytes);
            buf_add_byte(&all, '|');
        }
        /* A line without its newline is a chunk of its own. */
        assert_string_equal(buf_cstr(&all), "0:a1\n|0:a2|3:c1\n|");
        assert_true(input_source(input, 1)->complete);
        assert_false(input_source(input, 2)->complete);
        assert_string_equal(input_source(input, 2)->format, "unknown");
        buf_release(&all);
        input_free(input);
    }
}

/* --- codecs --- */

static void pack_gzip(struct buf *to, sv from)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    buf_reserve(to, deflateBound(&stream, from.len) + 64);
    stream.next_in = (unsigned char *)(uintptr_t)from.ptr;
    stream.avail_in = (unsigned)from.len;
    stream.next_out = (unsigned char *)to->ptr + to->len;
    stream.avail_out = (unsigned)(to->cap - to->len);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    to->len += stream.total_out;
    deflateEnd(&stream);
}

static void pack_zstd(struct buf *to, sv from)
{
    enum { CHECKSUM_FLAG = 201 }; /* as zstd(1) does */
    void *context = ZSTD_createCCtx();
    buf_reserve(to, from.len + 4096);
    (void)ZSTD_CCtx_setParameter(context, CHECKSUM_FLAG, 1);
    to->len += ZSTD_compress2(context, to->ptr + to->len, to->cap - to->len, from.ptr, from.len);
    ZSTD_freeCCtx(context);
}

static void pack_xz(struct buf *to, sv from)
{
    enum { CHECK_CRC64 = 4 };
    buf_reserve(to, from.len + 4096);
    assert_int_equal(lzma_easy_buffer_encode(1, CHECK_CRC64, NULL, (const uint8_t *)from.ptr,
                                             from.len, (uint8_t *)to->ptr, &to->len, to->cap),
                     0);
}

static void pack_bzip2(struct buf *to, sv from)
{
    buf_reserve(to, from.len + from.len / 50 + 4096);
    unsigned len = (unsigned)(to->cap - to->len);
    assert_int_equal(BZ2_bzBuffToBuffCompress(to->ptr + to->len, &len, (char *)(uintptr_t)from.ptr,
                                              (unsigned)from.len, 1, 0, 0),
                     0);
    to->len += len;
}

static const struct packer {
    const char *format;
    void (*pack)(struct buf *to, sv from);
    sv magic; /* with a little more, of a file that is cut there */
} packers[] = {
    {"gzip", pack_gzip, {"\x1F\x8B\x08\0\0\0\0\0\0\x03", 10}},
    {"zstd", pack_zstd, {"\x28\xB5\x2F\xFD\x04", 5}},
    {"xz",
     pack_xz,
     {"\xFD"
      "7zXZ\0",
      6}},
    {"bzip2", pack_bzip2, {"BZh91AY&SY", 10}},
};
enum { PACKERS = sizeof packers / sizeof *packers };

static bool is_built(size_t i)
{
    return i == 0 || strstr(input_codecs(), packers[i].format);
}

static void test_codecs_named(void **state)
{
    (void)state;
    assert_true(strstr(input_codecs(), "zlib 1.") || strstr(input_codecs(), "ISA-L 2."));
    assert_true(is_built(1) == (ZSTD_compress2 != NULL));
    assert_true(is_built(2) == (lzma_easy_buffer_encode != NULL));
    assert_true(is_built(3) == (BZ2_bzBuffToBuffCompress != NULL));
    for (size_t i = 0; i < PACKERS; i++) {
        char error[80];
        (void)snprintf(error, sizeof error,
                       is_built(i) ? "truncated %s data after 0 decoded bytes"
                                   : "this build cannot read %s",
                       packers[i].format);
        expect(save("magic.log", packers[i].magic), 0, packers[i].format, error, SV_EMPTY);
    }
    expect(save("x.lz4", SV("\x04\x22\x4D\x18more")), 0, "unknown", "this build cannot read lz4",
           SV_EMPTY);
    expect(save("x.Z", SV("\x1F\x9D\x90more")), 0, "unknown",
           "this build cannot read compress (.Z)", SV_EMPTY);
    expect(save("x.zip", SV("PK\x03\x04more")), 0, "unknown", "this build cannot read zip",
           SV_EMPTY);
}

static void test_codecs_whole(void **state)
{
    (void)state;
    struct buf text = {0};
    add_text(&text, 600000);
    buf_add(&text, SV("end"));
    sv all = buf_sv(&text);
    for (size_t i = 0; i < PACKERS; i++) {
        if (!is_built(i))
            continue;
        struct buf one = {0}, many = {0};
        packers[i].pack(&one, all);
        for (size_t at = 0, part = 0; at < all.len; at += part) {
            part = at ? at : 1; /* members of 1, 1, 2, 4... bytes, and empty ones */
            packers[i].pack(&many, sv_sub(all, at, at + part));
            if (part > 1000)
                packers[i].pack(&many, SV_EMPTY);
        }
        for (size_t s = 0; s < SIZES; s++) {
            expect(save("wrong.xz", buf_sv(&one)), sizes[s], packers[i].format, "", all);
            expect(save("many.log", buf_sv(&many)), sizes[s], packers[i].format, "", all);
        }
        buf_clear(&one);
        packers[i].pack(&one, SV_EMPTY);
        expect(save("empty", buf_sv(&one)), 0, packers[i].format, "", SV_EMPTY);
        buf_release(&one);
        buf_release(&many);
    }
    buf_release(&text);
}

/* Behind the packed data: padding that is allowed, and what is not. */
static void test_codecs_behind(void **state)
{
    (void)state;
    static const char zeros[600000];
    /* 12 bytes and more: with less xz takes it for the start of another stream. */
    const sv text = SV("one\ntwo\n"), garbage = SV("bytes that are not packed");
    for (size_t i = 0; i < PACKERS; i++) {
        if (!is_built(i))
            continue;
        struct buf packed = {0};
        char error[80];
        packers[i].pack(&packed, text);
        buf_add(&packed, garbage);
        (void)snprintf(error, sizeof error, "corrupt %s data after 8 decoded bytes (%s)",
                       packers[i].format, i == 2 ? "invalid data" : "bytes behind its end");
        expect(save("behind", buf_sv(&packed)), 0, packers[i].format, error, text);
        packed.len -= garbage.len;
        if (i == 0) {
            buf_add(&packed, SV("\0\0\0"));
            expect(save("padded", buf_sv(&packed)), 0, "gzip", "", text);
            buf_add(&packed, sv_make(zeros, sizeof zeros));
            expect(save("padded", buf_sv(&packed)), 0, "gzip", "", text);
            buf_add(&packed, SV("x"));
            expect(save("padded", buf_sv(&packed)), 0, "gzip", error, text);
        }
        if (i == 1) {
            static const sv frame = {"\x5A\x2A\x4D\x18\x03\0\0\0xyz", 11};
            struct buf around = {0};
            buf_add(&around, frame);
            buf_add(&around, buf_sv(&packed));
            buf_add(&around, frame);
            expect(save("skippable", buf_sv(&around)), 0, "zstd", "", text);
            buf_release(&around);
        }
        buf_release(&packed);
    }
}

/* All that was decoded is given: a prefix of the text, as long as the message says. */
static void expect_prefix(const struct got *got, sv text, const char *format, const char *fault)
{
    char error[80];
    (void)snprintf(error, sizeof error, "%s %s data after %zu decoded bytes", fault, format,
                   got->bytes.len);
    assert_true(strncmp(got->error, error, strlen(error)) == 0);
    assert_string_equal(got->format, format);
    assert_true(sv_eq(buf_sv(&got->bytes), sv_sub(text, 0, got->bytes.len)));
}

static void test_truncated(void **state)
{
    (void)state;
    struct buf text = {0};
    add_text(&text, 500000);
    for (size_t i = 0; i < PACKERS; i++) {
        if (!is_built(i))
            continue;
        struct buf packed = {0};
        packers[i].pack(&packed, sv_sub(buf_sv(&text), 0, 400000));
        size_t first = packed.len, last = 0;
        packers[i].pack(&packed, sv_sub(buf_sv(&text), 400000, text.len));
        for (size_t len = 10; len < packed.len; len += len + 40 < first ? 9973 : 1) {
            if (len > first + 40 && len < packed.len - 20)
                len = packed.len - 20;
            struct got got = read_one(save("cut", sv_sub(buf_sv(&packed), 0, len)), 0);
            if (len == first)
                assert_true(got.complete); /* nothing tells that there was more */
            else
                expect_prefix(&got, buf_sv(&text), packers[i].format, "truncated");
            assert_true(got.bytes.len >= last);
            assert_true(len < first || got.bytes.len >= 400000);
            last = got.bytes.len;
            buf_release(&got.bytes);
        }
        buf_release(&packed);
    }
    buf_release(&text);
}

/* One bit is turned: it never passes. What is given before it is found cannot be checked, except
 * that a checksum at the end comes after all bytes of a gzip file. */
static void test_corrupt(void **state)
{
    (void)state;
    struct buf text = {0};
    add_text(&text, 500000);
    for (size_t i = 0; i < PACKERS; i++) {
        if (!is_built(i))
            continue;
        struct buf packed = {0};
        char start[80];
        packers[i].pack(&packed, buf_sv(&text));
        for (size_t n = 0; n < 40; n++) {
            /* Past the gzip header, whose stamp and system nothing guards. */
            size_t at = 20 + (packed.len - 21) * n / 39;
            packed.ptr[at] = (char)(packed.ptr[at] ^ 1 << n % 8);
            struct got got = read_one(save("bit", buf_sv(&packed)), 0);
            (void)snprintf(start, sizeof start, "%s data after %zu decoded bytes",
                           packers[i].format, got.bytes.len);
            assert_false(got.complete);
            assert_non_null(strstr(got.error, start));
            packed.ptr[at] = (char)(packed.ptr[at] ^ 1 << n % 8);
            buf_release(&got.bytes);
        }
        if (i == 0) {
            packed.ptr[packed.len - 8] ^= 1; /* of the CRC */
            struct got got = read_one(save("crc", buf_sv(&packed)), 0);
            assert_int_equal(got.bytes.len, text.len);
            expect_prefix(&got, buf_sv(&text), "gzip", "corrupt");
            buf_release(&got.bytes);
        }
        buf_release(&packed);
    }
    buf_release(&text);
}

/* --- bad sources, duplicates, standard input --- */

static void test_bad_sources(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("dir.log"), 0700), 0);
    assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
    assert_int_equal(symlink("nowhere", path_of("dangling")), 0);
    expect(path_of("dir.log"), 0, "unknown", "is a directory", SV_EMPTY);
    expect(path_of("fifo"), 0, "unknown", "is a FIFO (name it - and redirect to read it)",
           SV_EMPTY);
    expect("/dev/null", 0, "unknown", "is a device (name it - and redirect to read it)", SV_EMPTY);
    expect(path_of("absent"), 0, "unknown", "cannot open: No such file or directory", SV_EMPTY);
    expect(path_of("dangling"), 0, "unknown", "cannot open: No such file or directory", SV_EMPTY);
    expect("", 0, "unknown", "cannot open: No such file or directory", SV_EMPTY);
    if (access("/proc/self/mem", R_OK) == 0) /* address 0 is not mapped */
        expect("/proc/self/mem", 0, "plain",
               "cannot read on after 0 decoded bytes: Input/output error", SV_EMPTY);
    const char *secret = save("secret", SV("x\n"));
    assert_int_equal(chmod(secret, 0), 0);
    if (geteuid() != 0)
        expect(secret, 0, "unknown", "cannot open: Permission denied", SV_EMPTY);
}

static void test_duplicates(void **state)
{
    (void)state;
    const char *log = save("d.log", SV("once\n"));
    const char *hard = path_of("d.hard"), *soft = path_of("d.soft"), *absent = path_of("absent");
    char dotted[256];
    (void)snprintf(dotted, sizeof dotted, "%s/./d.log", folder);
    assert_int_equal(link(log, hard), 0);
    assert_int_equal(symlink(log, soft), 0);
    const char *paths[] = {log, hard, absent, soft, log, dotted, absent, "-", "-"};
    static const size_t wanted[] = {1, 3, 4, 5, 6, 8};
    struct input *input = input_plan(paths, 9, (struct input_options){0});
    assert_int_equal(input_source_count(input), 3);
    assert_string_equal(input_source(input, 0)->path, log);
    assert_string_equal(input_source(input, 1)->path, absent);
    assert_string_equal(input_source(input, 2)->path, "-");
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(input_duplicate(input, i), paths[wanted[i]]);
    assert_null(input_duplicate(input, 6));
    input_free(input);
    input = input_plan(NULL, 0, (struct input_options){0});
    assert_int_equal(input_source_count(input), 0);
    input_free(input);
}

/* Reads "-" while a child writes `bytes` into it, a few at a time. */
static void expect_piped(sv bytes, size_t step, const char *format, sv wanted)
{
    int ends[2], kept = dup(STDIN_FILENO), status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        for (size_t at = 0; at < bytes.len; at += step)
            if (write(ends[1], bytes.ptr + at, at + step < bytes.len ? step : bytes.len - at) < 0)
                _exit(1);
        _exit(0);
    }
    close(ends[1]);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0); /* as some parents leave it */
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    expect("-", 64, format, "", wanted);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    dup2(kept, STDIN_FILENO);
    close(kept);
}

static void test_stdin(void **state)
{
    (void)state;
    struct buf text = {0}, packed = {0};
    add_text(&text, 300000);
    sv all = buf_sv(&text);
    pack_gzip(&packed, sv_sub(all, 0, 100));
    pack_gzip(&packed, sv_sub(all, 100, all.len));
    expect_piped(sv_sub(all, 0, 1000), 1, "plain", sv_sub(all, 0, 1000));
    expect_piped(all, 999, "plain", all);
    expect_piped(buf_sv(&packed), 77, "gzip", all);
    expect_piped(SV_EMPTY, 1, "plain", SV_EMPTY);
    for (size_t i = 1; i < PACKERS; i++) {
        if (!is_built(i))
            continue;
        buf_clear(&packed);
        packers[i].pack(&packed, all);
        expect_piped(buf_sv(&packed), 1001, packers[i].format, all);
    }
    buf_release(&text);
    buf_release(&packed);
}

static void test_progress(void **state)
{
    (void)state;
    const char *paths[] = {save("p.log", SV("12345678\n")), path_of("absent"), "-"};
    int64_t consumed, known;
    struct chunk chunk;
    struct input *input = input_plan(paths, 2, (struct input_options){0});
    input_progress(input, &consumed, &known);
    assert_true(consumed == 0 && known == 9);
    while (input_next(input, &chunk))
        ;
    input_progress(input, &consumed, &known);
    assert_true(consumed == 9 && known == 9);
    assert_true(input_source(input, 0)->mtime > 0);
    assert_int_equal(input_source(input, 0)->size, 9);
    input_free(input);
    /* What comes through a pipe makes the whole unknown. */
    int ends[2], kept = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[0], STDIN_FILENO);
    input = input_plan(paths, 3, (struct input_options){0});
    input_progress(input, &consumed, &known);
    assert_true(consumed == 0 && known == 0);
    input_free(input);
    close(ends[0]);
    close(ends[1]);
    dup2(kept, STDIN_FILENO);
    close(kept);
}

/* --- rotation order --- */

static void test_order(void **state)
{
    (void)state;
    /* No such files: a plan needs none. As named | as read. */
    static const char *const cases[][2] = {
        {"m.log", "m.log"},
        {"m.log m.log.1 m.log.10.gz m.log.2.gz", "m.log.10.gz m.log.2.gz m.log.1 m.log"},
        {"m.log.0 m.log.1 m.log", "m.log.1 m.log.0 m.log"},
        {"mainlog mainlog.01 mainlog.02.gz mainlog.1.gz",
         "mainlog.02.gz mainlog.01 mainlog.1.gz mainlog"},
        {"m.log m.log-20260102.xz m.log-20251231.zst m.log-20260101.bz2",
         "m.log-20251231.zst m.log-20260101.bz2 m.log-20260102.xz m.log"},
        {"m.log m.log.1 m.log-20260102 m.log.2.gz", "m.log-20260102 m.log.2.gz m.log.1 m.log"},
        {"m.log-20260101-1767225700.gz m.log-20260101-1767225600.gz m.log-20251231-1767139200.gz",
         "m.log-20251231-1767139200.gz m.log-20260101-1767225600.gz m.log-20260101-1767225700.gz"},
        {"m.log-2026010113 m.log-2026010109.gz m.log-20260101",
         "m.log-20260101 m.log-2026010109.gz "
         "m.log-2026010113"},
        {"m.log-2026-01-02 m.log m.log-2025-12-31.gz",
         "m.log-2025-12-31.gz m.log-2026-01-02 m.log"},
        {"m.log.20260102 m.log.20260101", "m.log.20260101 m.log.20260102"},
        {"m.log-1767225600 m.log-1767139200 m.log", "m.log-1767139200 m.log-1767225600 m.log"},
        {"m.log m-20260102.log m-20260101.log.gz", "m-20260101.log.gz m-20260102.log m.log"},
        /* sets in the order of first mention, members together */
        {"b.log a.log b.log.1 a.log.1", "b.log.1 b.log a.log.1 a.log"},
        {"x/m.log y/m.log.1 y/m.log x/m.log.1", "x/m.log.1 x/m.log y/m.log.1 y/m.log"},
        {"./m.log m.log.1 q//./m.log q/m.log.1", "m.log.1 ./m.log q/m.log.1 q//./m.log"},
        {"/m.log m.log.1", "/m.log m.log.1"},
        {"- m.log m.log.1", "- m.log.1 m.log"},
        /* packed, not rotated */
        {"m.log m.log.gz m.log.1.gz", "m.log.1.gz m.log.gz m.log"},
        /* no rotation */
        {"m.log-20261301 m.log-20260101", "m.log-20261301 m.log-20260101"},
        {"mx2 mx1", "mx2 mx1"},
        {"m.12345 m.12344", "m.12345 m.12344"},
        {".1 .2 20260102 20260101 .gz", ".1 .2 20260102 20260101 .gz"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[512];
        const char *paths[16];
        size_t count = 0;
        struct buf read = {0};
        (void)snprintf(words, sizeof words, "%s", cases[i][0]);
        for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
            paths[count++] = word;
        struct input *input = input_plan(paths, count, (struct input_options){0});
        memset(words, 0, sizeof words); /* paths are copied */
        for (size_t n = 0; n < input_source_count(input); n++)
            buf_printf(&read, "%s%s", n ? " " : "", input_source(input, n)->path);
        assert_string_equal(buf_cstr(&read), cases[i][1]);
        buf_release(&read);
        input_free(input);
    }
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[80];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),         cmocka_unit_test(test_chunk_sizes),
        cmocka_unit_test(test_long_lines),    cmocka_unit_test(test_sources_do_not_mix),
        cmocka_unit_test(test_codecs_named),  cmocka_unit_test(test_codecs_whole),
        cmocka_unit_test(test_codecs_behind), cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_corrupt),       cmocka_unit_test(test_bad_sources),
        cmocka_unit_test(test_duplicates),    cmocka_unit_test(test_stdin),
        cmocka_unit_test(test_progress),      cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
