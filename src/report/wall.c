/* The wall clock of a zone, by the table of its changes.
 *
 * The table comes from whoever may ask the machine for its zones; so a report of the same counters
 * and the same table is the same everywhere. */
#include "bouncelog/report/wall.h"

enum { MINUTE = 60, HOUR = 3600, CHANGES_SAID = 3 };

sv wall_name(const struct wall *wall)
{
    return wall ? wall->name : SV("UTC");
}

/* The last change that is not behind the time. */
static size_t change_at(const struct wall *wall, int64_t utc)
{
    size_t low = 0, high = wall->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (wall->changes[middle].from <= utc)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int wall_offset(const struct wall *wall, int64_t utc)
{
    return wall ? wall->changes[change_at(wall, utc)].offset_s : 0;
}

int64_t wall_time(const struct wall *wall, int64_t utc)
{
    return utc + wall_offset(wall, utc);
}

int wall_hours_begin(const struct wall *wall, int64_t first, int64_t last)
{
    if (!wall)
        return 0;
    for (size_t i = change_at(wall, first); i <= change_at(wall, last); i++) {
        int behind = (wall->changes[i].offset_s % HOUR + HOUR) % HOUR;
        if (behind)
            return behind;
    }
    return 0;
}

static void add_offset(struct buf *out, int offset_s)
{
    int minutes = (offset_s < 0 ? -offset_s : offset_s) / MINUTE;
    buf_printf(out, "UTC%c%02d:%02d", offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void wall_say(const struct wall *wall, int64_t first, int64_t last, struct buf *out)
{
    sv name = wall_name(wall);
    buf_add(out, name);
    if (!wall || sv_starts(name, SV("UTC"))) /* the name is the offset */
        return;
    size_t from = change_at(wall, first), to = change_at(wall, last);
    if (to - from >= CHANGES_SAID) /* of years: each summer looks like the one before */
        to = from + 1;
    buf_add(out, SV(" ("));
    for (size_t i = from; i <= to; i++) {
        if (i > from)
            buf_add(out, SV(", then "));
        add_offset(out, wall->changes[i].offset_s);
    }
    buf_add_byte(out, ')');
}
