/* input: every codec, whole, in parts, cut and corrupt. */
#include "packing.h"
#include "reading.h"

static void test_codecs_named(void **state)
{
    (void)state;
    assert_true(strstr(input_codecs(), "zlib 1.") || strstr(input_codecs(), "ISA-L 2."));
    for (size_t i = 0; i < PACKERS; i++) {
        char error[80];
        assert_true(is_built(i) == is_linked(i));
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
        for (size_t s = 0; s < CHUNK_SIZES; s++) {
            expect(save("wrong.xz", buf_sv(&one)), chunk_sizes[s], packers[i].format, "", all);
            expect(save("many.log", buf_sv(&many)), chunk_sizes[s], packers[i].format, "", all);
        }
        buf_clear(&one);
        packers[i].pack(&one, SV_EMPTY);
        expect(save("empty", buf_sv(&one)), 0, packers[i].format, "", SV_EMPTY);
        buf_release(&one);
        buf_release(&many);
    }
    buf_release(&text);
}

/* A rotated log that was packed once more by hand: its lines would be nobody's, and not missed. */
static void test_packed_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < PACKERS; i++) {
        struct buf once = {0}, twice = {0};
        char error[64];
        if (!is_built(i) || !is_linked(i))
            continue;
        packers[i].pack(&once, SV("one\ntwo\n"));
        packers[PACK_GZIP].pack(&twice, buf_sv(&once));
        (void)snprintf(error, sizeof error, "was packed twice: %s data in gzip data",
                       packers[i].format);
        expect(save("twice", buf_sv(&twice)), 0, "gzip", error, SV(""));
        buf_release(&once);
        buf_release(&twice);
    }
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
                       packers[i].format, i == PACK_XZ ? "invalid data" : "bytes behind its end");
        expect(save("behind", buf_sv(&packed)), 0, packers[i].format, error, text);
        packed.len -= garbage.len;
        if (i == PACK_GZIP) {
            buf_add(&packed, SV("\0\0\0"));
            expect(save("padded", buf_sv(&packed)), 0, "gzip", "", text);
            buf_add(&packed, sv_make(zeros, sizeof zeros));
            expect(save("padded", buf_sv(&packed)), 0, "gzip", "", text);
            buf_add(&packed, SV("x"));
            expect(save("padded", buf_sv(&packed)), 0, "gzip", error, text);
        }
        if (i == PACK_ZSTD) {
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
        if (i == PACK_GZIP) {
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

/* Each bit of a small file, some ten thousand in all formats: no other bytes pass for the log.
 * Where it was told by, a file is one that is not packed; some fields of gzip's header nobody
 * needs. */
static void test_every_bit(void **state)
{
    size_t flips = 0;
    struct buf text = {0};
    (void)state;
    add_text(&text, 350);
    for (size_t i = 0; i < PACKERS; i++) {
        if (!is_built(i))
            continue;
        struct buf packed = {0};
        packers[i].pack(&packed, buf_sv(&text));
        for (size_t bit = 0; bit < packed.len * 8; bit++, flips++) {
            packed.ptr[bit / 8] = (char)(packed.ptr[bit / 8] ^ 1 << bit % 8);
            struct got got = read_one(save("flip", buf_sv(&packed)), 0);
            bool told = !got.complete && got.error[0];
            bool as_before = sv_eq(buf_sv(&got.bytes), buf_sv(&text));
            bool as_it_is = strcmp(got.format, "plain") == 0;
            if (!told && !as_before && !as_it_is)
                fail_msg("%s: bit %zu: %zu bytes pass", packers[i].format, bit, got.bytes.len);
            packed.ptr[bit / 8] = (char)(packed.ptr[bit / 8] ^ 1 << bit % 8);
            buf_release(&got.bytes);
        }
        buf_release(&packed);
    }
    assert_true(flips > 8000);
    buf_release(&text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packed_twice), cmocka_unit_test(test_codecs_named),
        cmocka_unit_test(test_codecs_whole), cmocka_unit_test(test_codecs_behind),
        cmocka_unit_test(test_truncated),    cmocka_unit_test(test_corrupt),
        cmocka_unit_test(test_every_bit),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
