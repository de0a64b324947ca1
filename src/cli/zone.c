/* Sets the zone of the process from --timezone: a name of the zone database, UTC, or an offset.
 * POSIX counts offsets the other way round (IEEE Std 1003.1, section 8.3), so they are turned. A
 * name that the zone database does not have is a mistake, not UTC. */
#include "zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/sv.h"

/* "+02:00", "+0200", "-5"; POSIX counts offsets west of UTC. */
static bool offset_zone(sv zone, char *text, size_t size)
{
    uint64_t hours, minutes = 0;
    if (zone.len < 2 || (zone.ptr[0] != '+' && zone.ptr[0] != '-'))
        return false;
    sv rest, head = sv_cut(sv_skip(zone, 1), ':', &rest);
    if (!rest.len && head.len == 4) {
        rest = sv_skip(head, 2);
        head = sv_sub(head, 0, 2);
    }
    if (!sv_to_u64(head, &hours) || (rest.len && !sv_to_u64(rest, &minutes)) || hours > 14 ||
        minutes > 59)
        return false;
    snprintf(text, size, "<%c%02d%02d>%c%02d:%02d", zone.ptr[0], (int)hours, (int)minutes,
             zone.ptr[0] == '+' ? '-' : '+', (int)hours, (int)minutes);
    return true;
}

static bool named_zone(const char *zone)
{
    char path[512];
    const char *folder = getenv("TZDIR");
    if (zone[0] == '/' || zone[0] == '.' || strstr(zone, ".."))
        return false;
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "/usr/share/zoneinfo", zone);
    FILE *file = fopen(path, "re");
    if (!file)
        mem_check(errno);
    char magic[4] = "";
    bool known = file && fread(magic, 1, 4, file) == 4 && memcmp(magic, "TZif", 4) == 0;
    if (file)
        fclose(file);
    return known;
}

/* As TZ takes it; NULL when there is no such zone. */
static const char *resolve(const char *zone, char *text, size_t size)
{
    sv name = sv_from(zone);
    if (sv_eq_nocase(name, SV("UTC")) || sv_eq_nocase(name, SV("Z")))
        return "UTC0";
    if (offset_zone(name, text, size))
        return text;
    return named_zone(zone) ? zone : NULL;
}

static int unknown_zone(const char *zone, struct err *err)
{
    return err_set(err, ERR_USAGE,
                   "--timezone '%s': expected a name like Europe/Berlin, UTC, or +02:00", zone);
}

int zone_check(const char *zone, struct err *err)
{
    char text[64];
    return resolve(zone, text, sizeof text) ? 0 : unknown_zone(zone, err);
}

int zone_set(const char *zone, struct err *err)
{
    char text[64];
    const char *value = zone ? resolve(zone, text, sizeof text) : NULL;
    if (zone && !value)
        return unknown_zone(zone, err);
    if (value)
        setenv("TZ", value, 1);
    tzset();
    return 0;
}
