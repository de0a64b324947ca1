/* A time as people write it:
 *
 *   2026-11-22T03:00:00Z, 2026-11-22    RFC 3339; a date alone is its midnight, UTC
 *   2026-11-22 03:00, ...03:00:15       the clock on the wall
 *   now, today, yesterday, last week    a word is the time at which it begins; last week are the
 *                                       seven days before today
 *   24h, 7d, 2w, 90m, 2h30m             so long ago, the larger units first */
#include "moment.h"

#include "bouncelog/base/date.h"

enum { MINUTE_END = 16, SECOND_END = 19, AMOUNT_MAX = 1000000 };

static int64_t from_wall(struct civil civil, bool local)
{
    return local ? date_from_local(civil) : date_from_civil(civil);
}

/* Midnight, so many days before today. */
static int64_t midnight(int64_t now, bool local, int days)
{
    int64_t wall = now + (local ? date_zone_offset(now) : 0);
    return from_wall(date_to_civil((date_day(wall) - days) * DATE_DAY), local);
}

static bool read_word(sv text, int64_t now, bool local, int64_t *time)
{
    static const struct {
        const char *word;
        int days;
    } words[] = {{"today", 0}, {"yesterday", 1}, {"last week", 7}};
    if (sv_eq_nocase(text, SV("now"))) {
        *time = now;
        return true;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sv_eq_nocase(text, sv_from(words[i].word))) {
            *time = midnight(now, local, words[i].days);
            return true;
        }
    return false;
}

/* As RFC 3339 without a zone, the seconds may be missing, too. */
static bool read_wall(sv text, bool local, int64_t *time)
{
    char whole[SECOND_END + 1];
    int64_t utc;
    if (text.len != MINUTE_END && text.len != SECOND_END)
        return false;
    memcpy(whole, "0000-00-00T00:00:00Z", sizeof whole);
    memcpy(whole, text.ptr, text.len);
    if (!date_parse(sv_make(whole, sizeof whole), &utc))
        return false;
    *time = from_wall(date_to_civil(utc), local);
    return true;
}

/* "2h30m" */
static bool read_duration(sv text, int64_t *seconds)
{
    static const char units[] = "wdhms";
    static const int64_t sizes[] = {604800, 86400, 3600, 60, 1};
    size_t unit = 0;
    *seconds = 0;
    if (!text.len)
        return false;
    while (text.len) {
        size_t digits = 0;
        uint64_t amount;
        while (digits < text.len && is_digit(text.ptr[digits]))
            digits++;
        while (units[unit] && (digits == text.len || units[unit] != text.ptr[digits]))
            unit++;
        if (!units[unit] || !sv_to_u64(sv_sub(text, 0, digits), &amount) || amount >= AMOUNT_MAX)
            return false;
        *seconds += (int64_t)amount * sizes[unit++];
        text = sv_skip(text, digits + 1);
    }
    return true;
}

bool moment_parse(sv text, int64_t now, bool local, int64_t *time)
{
    int64_t ago;
    if (date_parse(text, time) || read_word(text, now, local, time) || read_wall(text, local, time))
        return true;
    if (!read_duration(text, &ago))
        return false;
    *time = now - ago;
    return true;
}
