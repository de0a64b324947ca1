#include "packing.h"

#include <zlib.h>

#include "bouncelog/input/input.h"

/* Weak: what the room was not built with is not linked; is_linked tells. */
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

const struct packer packers[PACKERS] = {
    {"gzip", pack_gzip, {"\x1F\x8B\x08\0\0\0\0\0\0\x03", 10}},
    {"zstd", pack_zstd, {"\x28\xB5\x2F\xFD\x04", 5}},
    {"xz",
     pack_xz,
     {"\xFD"
      "7zXZ\0",
      6}},
    {"bzip2", pack_bzip2, {"BZh91AY&SY", 10}},
};

bool is_built(size_t i)
{
    return i == 0 || strstr(input_codecs(), packers[i].format);
}

bool is_linked(size_t i)
{
    return i == 0 || (i == 1 && ZSTD_compress2) || (i == 2 && lzma_easy_buffer_encode) ||
           (i == 3 && BZ2_bzBuffToBuffCompress);
}
