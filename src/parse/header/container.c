/* Opens lines inside JSON objects: journal exports (systemd, docs/JOURNAL_EXPORT_FORMATS.md) and
 * Docker's json-file. A line break inside such a text would be a line that no MTA wrote, so only
 * what stands before it counts. */
#include "container.h"

#include <cjson/cJSON.h>

enum { SLACK = PARSE_SLACK };

static sv keep_string(const cJSON *item, struct arena *arena)
{
    if (!cJSON_IsString(item))
        return SV_EMPTY;
    size_t len = strlen(item->valuestring);
    char *copy = arena_alloc(arena, len + SLACK);
    memcpy(copy, item->valuestring, len);
    memset(copy + len, 0, SLACK);
    return sv_make(copy, len);
}

/* journald writes a message that is not UTF-8 as an array of its bytes. */
static sv keep_bytes(const cJSON *item, struct arena *arena)
{
    if (!cJSON_IsArray(item))
        return keep_string(item, arena);
    char *bytes = arena_alloc(arena, (size_t)cJSON_GetArraySize(item) + SLACK);
    size_t len = 0;
    const cJSON *byte;
    cJSON_ArrayForEach(byte, item) bytes[len++] = cJSON_IsNumber(byte) ? (char)byte->valueint : '?';
    memset(bytes + len, 0, SLACK);
    return sv_make(bytes, len);
}

static sv member(const cJSON *object, const char *name, struct arena *arena)
{
    return keep_string(cJSON_GetObjectItemCaseSensitive(object, name), arena);
}

static void read_journal(const cJSON *object, struct arena *arena, struct container *to)
{
    uint64_t microseconds;
    to->bare = true;
    to->text = keep_bytes(cJSON_GetObjectItemCaseSensitive(object, "MESSAGE"), arena);
    to->host = member(object, "_HOSTNAME", arena);
    to->program = member(object, "SYSLOG_IDENTIFIER", arena);
    if (!to->program.len)
        to->program = member(object, "_COMM", arena);
    if (sv_to_u64(member(object, "__REALTIME_TIMESTAMP", arena), &microseconds)) {
        to->has_time = true;
        to->seconds = (int64_t)(microseconds / 1000000);
    }
}

static void read_docker(const cJSON *object, struct arena *arena, struct container *to)
{
    to->text = member(object, "log", arena);
    while (to->text.len &&
           (to->text.ptr[to->text.len - 1] == '\n' || to->text.ptr[to->text.len - 1] == '\r'))
        to->text.len--;
    sv time = member(object, "time", arena);
    to->has_time = date_parse(time, &to->seconds);
}

bool container_is(const cJSON *object)
{
    return cJSON_GetObjectItemCaseSensitive(object, "MESSAGE") ||
           cJSON_GetObjectItemCaseSensitive(object, "log");
}

bool container_open(sv line, struct arena *arena, struct container *container)
{
    *container = (struct container){.text = SV_EMPTY, .host = SV_EMPTY, .program = SV_EMPTY};
    cJSON *object = cJSON_ParseWithLength(line.ptr, line.len);
    bool known = true;
    if (cJSON_GetObjectItemCaseSensitive(object, "MESSAGE"))
        read_journal(object, arena, container);
    else if (cJSON_GetObjectItemCaseSensitive(object, "log"))
        read_docker(object, arena, container);
    else
        known = false;
    cJSON_Delete(object);
    /* A line break inside would be a line that no MTA wrote: only the first one counts. */
    container->text = sv_cut(container->text, '\n', &(sv){0});
    return known;
}
