#include "queue_id.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/scan.h"

static size_t alnum_run(sv v)
{
    size_t n = 0;
    for (size_t step = 16; n <= QUEUE_ID_MAX && v.len - n >= 16; n += step) {
        step = scan_alnum16(v.ptr + n);
        if (step < 16)
            return n + step;
    }
    while (n <= QUEUE_ID_MAX && n < v.len && is_alnum(v.ptr[n]))
        n++;
    return n;
}

/* 6-6-2 or 6-11-4 */
static size_t exim_length(sv v)
{
    size_t first = alnum_run(v);
    if (first != 6 || v.len < 16 || v.ptr[6] != '-')
        return 0;
    size_t second = alnum_run(sv_skip(v, 7));
    if ((second != 6 && second != 11) || v.len <= 7 + second || v.ptr[7 + second] != '-')
        return 0;
    size_t third = alnum_run(sv_skip(v, 8 + second));
    return third == (second == 6 ? 2 : 4) ? 8 + second + third : 0;
}

size_t queue_id_length(enum mta mta, sv v)
{
    if (mta == MTA_EXIM)
        return exim_length(v);
    size_t n = alnum_run(v);
    return n >= QUEUE_ID_MIN && n <= QUEUE_ID_MAX ? n : 0;
}

/* sendmail numbers the parts of an over-long record: `QID[1]: ` */
static size_t part_number(sv v)
{
    size_t n = 1;
    if (!v.len || v.ptr[0] != '[')
        return 0;
    while (n < v.len && is_digit(v.ptr[n]))
        n++;
    return n > 1 && n < v.len && v.ptr[n] == ']' ? n + 1 : 0;
}

sv queue_id_take(enum mta mta, sv *message)
{
    sv v = *message;
    size_t n = queue_id_length(mta, v), end = n;
    if (mta == MTA_EXIM) {
        if (!n || n >= v.len || v.ptr[n] != ' ')
            return SV_EMPTY;
        *message = sv_skip(v, n + 1);
        return sv_sub(v, 0, n);
    }
    if (!n)
        return SV_EMPTY;
    if (mta == MTA_SENDMAIL)
        end += part_number(sv_skip(v, n));
    if (end + 1 >= v.len || v.ptr[end] != ':' || v.ptr[end + 1] != ' ')
        return SV_EMPTY;
    *message = sv_skip(v, end + 2);
    return sv_sub(v, 0, n);
}

static bool base_number(sv digits, sv alphabet, int64_t *number)
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

static bool sendmail_time(sv id, int64_t *seconds)
{
    sv alphabet = SV("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx");
    int value[6];
    for (size_t i = 0; i < 6; i++) {
        size_t digit = sv_find_byte(alphabet, id.ptr[i]);
        if (digit == SV_NPOS)
            return false;
        value[i] = (int)digit;
    }
    /* The year modulo 60 stays unambiguous from 2000 to 2059, like sendmail 8.12 itself. */
    struct civil civil = {.year = 1900 + value[0] + (value[0] < 40 ? 120 : 60),
                          .month = value[1] + 1,
                          .day = value[2],
                          .hour = value[3],
                          .minute = value[4],
                          .second = value[5]};
    if (!date_is_valid(civil))
        return false;
    *seconds = date_from_civil(civil);
    return true;
}

bool queue_id_time(enum mta mta, sv id, int64_t *seconds)
{
    switch (mta) {
    case MTA_EXIM:
        return exim_length(id) &&
               base_number(sv_sub(id, 0, 6),
                           SV("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
                           seconds);
    case MTA_POSTFIX: /* 10 characters of time, then `z` and the inode */
        return id.len >= 12 && id.ptr[10] == 'z' &&
               base_number(sv_sub(id, 0, 6),
                           SV("0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"), seconds);
    case MTA_SENDMAIL:
        return id.len >= 14 && id.len <= 20 && sendmail_time(id, seconds);
    default:
        return false;
    }
}
