/* Unsigned numbers are LEB128 (DWARF 5, section 7.6): seven bits a byte, the lowest first, the
 * top bit says that more follow. Signed numbers are folded first, 0, -1, 1, -2 to 0, 1, 2, 3, so
 * that small ones stay short. Fingerprints are eight bytes, the lowest first, and a text is its
 * length and its bytes. What is read is checked: numbers beyond what a counter can hold are
 * damage. */
#include "bouncelog/base/pack.h"

enum { SEVEN_BITS = 0x7F, MORE = 0x80, BYTES_MAX = 10 };

void pack_unsigned(struct buf *out, uint64_t number)
{
    for (; number > SEVEN_BITS; number >>= 7)
        buf_add_byte(out, (char)((number & SEVEN_BITS) | MORE));
    buf_add_byte(out, (char)number);
}

void pack_number(struct buf *out, int64_t number)
{
    uint64_t sign = number < 0 ? UINT64_MAX : 0;
    pack_unsigned(out, ((uint64_t)number << 1) ^ sign);
}

void pack_hash(struct buf *out, uint64_t hash)
{
    char bytes[sizeof hash];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(hash >> (8 * i) & 0xFF);
    buf_add(out, sv_make(bytes, sizeof bytes));
}

void pack_text(struct buf *out, sv text)
{
    pack_unsigned(out, text.len);
    buf_add(out, text);
}

uint64_t unpack_unsigned(struct unpack *in)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < BYTES_MAX && i < in->rest.len; i++) {
        unsigned char byte = (unsigned char)in->rest.ptr[i];
        number |= (uint64_t)(byte & SEVEN_BITS) << (7 * i);
        if (byte & MORE)
            continue;
        in->rest = sv_skip(in->rest, i + 1);
        return number;
    }
    *in = (struct unpack){SV_EMPTY, true};
    return 0;
}

int64_t unpack_number(struct unpack *in)
{
    uint64_t packed = unpack_unsigned(in);
    int64_t number = (int64_t)(packed >> 1 ^ (0 - (packed & 1)));
    bool none = number == INT64_MAX || number == INT64_MIN;
    if (none || (number > -PACK_NUMBER_MAX && number < PACK_NUMBER_MAX))
        return number;
    *in = (struct unpack){SV_EMPTY, true};
    return 0;
}

int64_t unpack_finite(struct unpack *in)
{
    int64_t number = unpack_number(in);
    if (number != INT64_MAX && number != INT64_MIN)
        return number;
    *in = (struct unpack){SV_EMPTY, true};
    return 0;
}

size_t unpack_count(struct unpack *in, size_t least)
{
    uint64_t count = unpack_unsigned(in);
    if (count <= in->rest.len / (least ? least : 1))
        return (size_t)count;
    *in = (struct unpack){SV_EMPTY, true};
    return 0;
}

uint64_t unpack_hash(struct unpack *in)
{
    uint64_t hash = 0;
    if (in->rest.len < sizeof hash) {
        *in = (struct unpack){SV_EMPTY, true};
        return 0;
    }
    for (size_t i = 0; i < sizeof hash; i++)
        hash |= (uint64_t)(unsigned char)in->rest.ptr[i] << (8 * i);
    in->rest = sv_skip(in->rest, sizeof hash);
    return hash;
}

sv unpack_text(struct unpack *in)
{
    size_t len = unpack_count(in, 1);
    sv text = sv_sub(in->rest, 0, len);
    in->rest = sv_skip(in->rest, len);
    return text;
}
