#include "values.h"

#include <stdio.h>

#include "bouncelog/base/date.h"
#include "cli.h"

int read_mta(const char *name, const struct taxonomy *taxonomy, uint8_t *mta, struct err *err)
{
    struct buf known = {0};
    *mta = MTA_UNKNOWN;
    if (!name || strcmp(name, "auto") == 0)
        return 0;
    *mta = taxonomy_mta(taxonomy, sv_from(name));
    if (*mta != MTA_UNKNOWN)
        return 0;
    for (size_t i = MTA_UNKNOWN + 1; i < taxonomy->mta_count; i++)
        buf_printf(&known, "%s%.*s", i + 1 < taxonomy->mta_count ? ", " : " or ",
                   SV_FMT(taxonomy->mtas[i]));
    int rc = err_set(err, ERR_USAGE, "--mta '%s': expected auto%s", name, buf_cstr(&known));
    buf_release(&known);
    return rc;
}

/* RFC 3339, a day, or so long ago: 24h, 7d, 30m, 2w. */
int read_time(const char *name, const char *value, int64_t *time, struct err *err)
{
    sv text = sv_from(value);
    uint64_t n;
    char unit = text.len ? text.ptr[text.len - 1] : 0;
    int64_t seconds = unit == 'w'   ? 604800
                      : unit == 'd' ? 86400
                      : unit == 'h' ? 3600
                      : unit == 'm' ? 60
                                    : 0;
    if (date_parse(text, time))
        return 0;
    if (seconds && sv_to_u64(sv_sub(text, 0, text.len - 1), &n) && n < 1000000) {
        *time = now_seconds() - (int64_t)n * seconds;
        return 0;
    }
    return err_set(err, ERR_USAGE,
                   "--%s '%s': expected 2026-11-22, 2026-11-22T03:00:00Z, 24h or 7d", name, value);
}

int read_number(const char *name, const char *value, uint64_t least, uint64_t most,
                uint64_t *number, struct err *err)
{
    if (!sv_to_u64(sv_from(value), number) || *number < least || *number > most)
        return err_set(err, ERR_USAGE, "--%s '%s': expected a number from %llu to %llu", name,
                       value, (unsigned long long)least, (unsigned long long)most);
    return 0;
}

int read_choice(const char *name, const char *value, const char *const *choices, size_t count,
                size_t *index, struct err *err)
{
    char list[128] = "";
    for (*index = 0; *index < count; ++*index) {
        if (strcmp(value, choices[*index]) == 0)
            return 0;
        size_t len = strlen(list);
        snprintf(list + len, sizeof list - len, "%s%s", len ? ", " : "", choices[*index]);
    }
    return err_set(err, ERR_USAGE, "--%s '%s': expected one of %s", name, value, list);
}

int read_events_include(const char *value, bool *all, struct err *err)
{
    static const char *const includes[] = {"failures", "all"};
    size_t index;
    if (read_choice("events-include", value, includes, 2, &index, err) < 0)
        return -1;
    *all = index == 1;
    return 0;
}

int read_confine(const char *value, bool *unconfined, struct err *err)
{
    static const char *const whens[] = {"auto", "never"};
    size_t index;
    if (read_choice("confine", value, whens, 2, &index, err) < 0)
        return -1;
    *unconfined = index == 1;
    return 0;
}

int read_events_format(const char *value, enum event_format *format, struct err *err)
{
    static const char *const formats[] = {"bouncelog", "ecs"};
    size_t index;
    if (read_choice("events-format", value, formats, 2, &index, err) < 0)
        return -1;
    *format = (enum event_format)index;
    return 0;
}

static int unknown_format(const char *value, sv name, struct err *err)
{
    char known[256] = "";
    for (int i = 0; i < LIST_FORMAT_COUNT; i++) {
        size_t len = strlen(known);
        snprintf(known + len, sizeof known - len, "%s%s", i ? ", " : "",
                 list_format_name((enum list_format)i));
    }
    return err_set(err, ERR_USAGE, "--suppress '%s': unknown format '%.*s' (%s)", value,
                   SV_FMT(name), known);
}

/* FILE, or FILE:FORMAT; a colon that no format follows belongs to the name. */
int add_list(struct scan_options *options, const char *value, struct err *err)
{
    sv text = sv_from(value);
    size_t colon = sv_rfind_byte(text, ':');
    enum list_format format = LIST_PLAIN;
    const char *path = value;
    if (options->list_count == LISTS_MAX)
        return err_set(err, ERR_USAGE, "--suppress: more than %d lists", LISTS_MAX);
    if (colon != SV_NPOS) {
        sv name = sv_skip(text, colon + 1);
        if (list_format_from_name(name, &format)) {
            char *copy = arena_alloc(&options->arena, colon + 1);
            memcpy(copy, value, colon);
            copy[colon] = 0;
            path = copy;
        } else if (sv_find_byte(name, '/') == SV_NPOS) {
            return unknown_format(value, name, err);
        }
    }
    if (!*path)
        return err_set(err, ERR_USAGE, "--suppress '%s': no file name", value);
    options->lists[options->list_count].path = path;
    options->lists[options->list_count++].format = format;
    return 0;
}

int add_glob(const char *name, sv *list, size_t *count, const char *value, struct err *err)
{
    if (*count == GLOBS_MAX)
        return err_set(err, ERR_USAGE, "--%s: more than %d of them", name, GLOBS_MAX);
    list[(*count)++] = sv_from(value);
    return 0;
}
