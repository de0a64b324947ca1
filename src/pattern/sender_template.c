/* The short cut for numbered senders. Every message of a mailing may have one of its own, so none
 * is met twice, and each is looked at: sixteen bytes at a time, where PCRE2 takes some forty
 * instructions a byte. */
#include "bouncelog/pattern/sender_template.h"

#include "bouncelog/base/bytes.h"

enum { NUMBER_MAX = 7 };

static bool parts_words(char c)
{
    return c == '-' || c == '+' || c == '.' || c == '_';
}

/* Of the first byte that is a digit, an @ or a =. */
static size_t first_that_tells(sv address)
{
    for (size_t at = 0; at < address.len; at += 16) {
        const char *bytes = address.ptr + at;
        unsigned bits =
            bytes_digit_bits16(bytes) | bytes_bits16(bytes, '@') | bytes_bits16(bytes, '=');
        if (bits)
            return at + (size_t)__builtin_ctz(bits);
    }
    return address.len;
}

/* How many of the first 16 bytes are hexadecimal digits before one is not. */
static size_t hex16(const char *at)
{
    unsigned bits = bytes_digit_bits16(at) | bytes_range_bits16(at, 0, 'a', 6);
    return (size_t)__builtin_ctz(~bits | 0x10000u);
}

size_t sender_template_numbered(sv address)
{
    size_t number = first_that_tells(address);
    if (!number || number >= address.len || !is_digit(address.ptr[number]) ||
        !parts_words(address.ptr[number - 1]) || address.ptr[0] < 'a' || address.ptr[0] > 'z')
        return 0;
    size_t digits = bytes_digits16(address.ptr + number), end = number + digits;
    if (digits > NUMBER_MAX || end >= address.len)
        return 0;
    if (address.ptr[end] == '@')
        return end;
    size_t hex = hex16(address.ptr + end + 1), at = end + 1 + hex;
    return parts_words(address.ptr[end]) && hex && hex < 16 && at < address.len &&
                   address.ptr[at] == '@'
               ? end
               : 0;
}
