/* Sets the zone of the process from --timezone: a name of the zone database, UTC, or an offset; and
 * makes the table of another zone for --display-timezone, which does not stay the process's.
 * POSIX counts offsets the other way round (IEEE Std 1003.1, section 8.3), so they are turned. A
 * name that the zone database does not have is a mistake, not UTC. */
#include "zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/sv.h"

enum { ZONE_TEXT = 64, PATH_ROOM = 512 };

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

/* TZ as the process was started with, before --timezone replaced it; empty when there was none. */
static struct buf machine;
static bool machine_has_tz, machine_is_noted;

static void note_machine(void)
{
    const char *tz = getenv("TZ");
    if (machine_is_noted)
        return;
    machine_is_noted = true;
    machine_has_tz = tz != NULL;
    buf_add(&machine, tz ? sv_from(tz) : SV_EMPTY);
}

/* NULL: none. */
static void use(const char *tz)
{
    if (tz)
        setenv("TZ", tz, 1);
    else
        unsetenv("TZ");
    tzset();
}

int zone_check(const char *option, const char *zone, struct err *err)
{
    char text[ZONE_TEXT];
    if (resolve(zone, text, sizeof text))
        return 0;
    return err_set(err, ERR_USAGE, "--%s '%s': expected a name like Europe/Berlin, UTC, or +02:00",
                   option, zone);
}

int zone_set(const char *zone, struct err *err)
{
    char text[ZONE_TEXT];
    if (zone && zone_check("timezone", zone, err) < 0)
        return -1;
    note_machine();
    if (zone)
        use(resolve(zone, text, sizeof text));
    else
        tzset();
    return 0;
}

int display_zone_check(const char *option, const char *zone, struct err *err)
{
    char text[ZONE_TEXT];
    if (strcmp(zone, "local") == 0 || resolve(zone, text, sizeof text))
        return 0;
    return err_set(err, ERR_USAGE,
                   "--%s '%s': expected a name like Europe/Berlin, UTC, +02:00, or local", option,
                   zone);
}

/* What the machine's zone is called, where it can be seen. */
static void add_machine_name(struct buf *name)
{
    static const char folder[] = "zoneinfo/";
    char path[PATH_ROOM];
    if (machine_has_tz) {
        sv tz = buf_sv(&machine);
        buf_add(name, !tz.len ? SV("UTC") : tz.ptr[0] == ':' ? sv_skip(tz, 1) : tz);
        return;
    }
    ssize_t len = readlink("/etc/localtime", path, sizeof path);
    sv link = sv_make(path, len > 0 ? (size_t)len : 0);
    size_t at = sv_find(link, sv_from(folder));
    if (at != SV_NPOS)
        buf_add(name, sv_skip(link, at + sizeof folder - 1));
    else /* without the file, the C library takes UTC */
        buf_add(name, access("/etc/localtime", F_OK) == 0 ? SV("local time") : SV("UTC"));
}

/* "UTC+02:00" for an offset in whatever form. */
static void add_zone_name(const char *zone, const char *tz, struct buf *name)
{
    if (tz[0] == '<') /* "<+0200>-02:00" */
        buf_printf(name, "UTC%.3s:%.2s", tz + 1, tz + 4);
    else
        buf_printf(name, "%s", strcmp(tz, "UTC0") == 0 ? "UTC" : zone);
}

/* The first second of (early, late] that has the offset of late. */
static int64_t change_between(int64_t early, int64_t late, int offset_s)
{
    while (late - early > 1) {
        int64_t middle = early + (late - early) / 2;
        if (date_zone_offset(middle) == offset_s)
            late = middle;
        else
            early = middle;
    }
    return late;
}

/* In steps of a week: no clock was ever put forth and back within one. */
static void add_changes(struct display_zone *zone)
{
    static const struct civil first = {.year = 1970, .month = 1, .day = 1},
                              end = {.year = 2200, .month = 1, .day = 1};
    int64_t last = date_from_civil(end);
    for (int64_t at = date_from_civil(first), week = 7 * DATE_DAY; at < last; at += week) {
        int offset_s = date_zone_offset(at);
        const struct wall_change *before = zone->count ? &zone->changes[zone->count - 1] : NULL;
        if (before && before->offset_s == offset_s)
            continue;
        int64_t from = before ? change_between(at - week, at, offset_s) : at;
        zone->changes = mem_room(zone->changes, zone->count, sizeof *zone->changes);
        zone->changes[zone->count++] = (struct wall_change){from, offset_s};
    }
}

void display_zone_load(struct display_zone *zone, const char *name)
{
    struct buf before = {0};
    char text[ZONE_TEXT];
    note_machine();
    bool local = strcmp(name, "local") == 0;
    const char *tz = getenv("TZ"), *wanted = local ? NULL : resolve(name, text, sizeof text);
    if (local)
        add_machine_name(&zone->name);
    else
        add_zone_name(name, wanted ? wanted : "UTC0", &zone->name);
    if (sv_ends(buf_sv(&zone->name), SV("UTC"))) /* Etc/UTC, too */
        return;
    if (local && machine_has_tz)
        wanted = buf_cstr(&machine);
    buf_add(&before, tz ? sv_from(tz) : SV_EMPTY);
    use(wanted);
    add_changes(zone);
    use(tz ? buf_cstr(&before) : NULL);
    buf_release(&before);
    zone->wall = (struct wall){buf_sv(&zone->name), zone->changes, zone->count};
}

void display_zone_release(struct display_zone *zone)
{
    buf_release(&zone->name);
    mem_free(zone->changes);
}
