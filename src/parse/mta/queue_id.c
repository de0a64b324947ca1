/* Reads runs of letters and digits at the start of a text, and numbers in them:
 * most MTAs name messages so. What the characters of an id mean stands with each
 * MTA's own code. */
#include "queue_id.h"

#include "bouncelog/base/bytes.h"

size_t queue_id_run(sv v)
{
    size_t n = 0;
    for (size_t step = 16; n <= QUEUE_ID_MAX && v.len - n >= 16; n += step) {
        step = bytes_alnum16(v.ptr + n);
        if (step < 16)
            return n + step;
    }
    if (v.len >= 8 && v.len < 16) { /* the first eight, the last eight */
        char both[16];
        memcpy(both, v.ptr, 8);
        memcpy(both + 8, v.ptr + v.len - 8, 8);
        n = bytes_alnum16(both);
        return n < 8 ? n : v.len - 16 + n;
    }
    while (n <= QUEUE_ID_MAX && n < v.len && is_alnum(v.ptr[n]))
        n++;
    return n;
}

size_t queue_id_plain_length(sv v)
{
    size_t n = queue_id_run(v);
    return n >= QUEUE_ID_MIN && n <= QUEUE_ID_MAX ? n : 0;
}

sv queue_id_take_before_colon(sv *message, size_t id_len, size_t skipped)
{
    sv v = *message;
    size_t end = id_len + skipped;
    if (!id_len || end + 1 >= v.len || v.ptr[end] != ':' || v.ptr[end + 1] != ' ')
        return SV_EMPTY;
    *message = sv_skip(v, end + 2);
    return sv_sub(v, 0, id_len);
}

bool queue_id_number(sv digits, sv alphabet, int64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < digits.len; i++) {
        size_t digit = sv_find_byte(alphabet, digits.ptr[i]);
        if (digit == SV_NPOS)
            return false;
        *number = *number * (int64_t)alphabet.len + (int64_t)digit;
    }
    return true;
}
