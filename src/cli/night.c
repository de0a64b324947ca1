/* Reads of a summary what `bouncelog changes` compares.
 *
 * Rotation moves the lines of one log from name to name, so names are compared without what it
 * appends: mail.log, mail.log.1, mail.log-20261122.gz are one. */
#include "night.h"

#include <errno.h>
#include <string.h>

#include "bouncelog/base/mem.h"
#include "json_pull.h"

void night_init(struct night *night)
{
    *night = (struct night){0};
    map_init(&night->addresses, 0);
    map_init(&night->domains, 0);
    map_init(&night->blocks, sizeof(struct night_block));
    map_init(&night->logs, sizeof(int64_t));
}

void night_release(struct night *night)
{
    map_release(&night->addresses);
    map_release(&night->domains);
    map_release(&night->blocks);
    map_release(&night->logs);
    arena_release(&night->texts);
}

/* Rows of an array, of which the member `key` says who is meant. */
static void read_names(struct json_pull *json, sv key, struct map *names)
{
    sv name;
    for (bool inside = false; pull_item(json, &inside);)
        for (bool within = false; pull_member(json, &within, &name);) {
            if (sv_eq(name, key))
                map_add(names, pull_text(json), NULL);
            else
                pull_skip(json);
        }
}

static void read_block(struct json_pull *json, struct night *night)
{
    struct night_block block = {0};
    const struct {
        sv name;
        sv *value;
    } texts[] = {{SV("host"), &block.host},
                 {SV("provider"), &block.provider},
                 {SV("category"), &block.category},
                 {SV("list"), &block.list},
                 {SV("first_seen"), &block.since}};
    sv name;
    for (bool within = false; pull_member(json, &within, &name);) {
        size_t i = 0;
        while (i < sizeof texts / sizeof *texts && !sv_eq(name, texts[i].name))
            i++;
        if (i < sizeof texts / sizeof *texts)
            *texts[i].value = arena_copy(&night->texts, pull_text(json));
        else if (sv_eq(name, SV("count")))
            block.count = pull_number(json);
        else
            pull_skip(json);
    }
    struct buf key = {0};
    buf_printf(&key, "%.*s\n%.*s\n%.*s\n%.*s", SV_FMT(block.host), SV_FMT(block.provider),
               SV_FMT(block.category), SV_FMT(block.list));
    *(struct night_block *)map_add(&night->blocks, buf_sv(&key), NULL) = block;
    buf_release(&key);
}

/* Numbers and dates behind a dot or a hyphen, once the ending of a packed file is off. */
static sv without_rotation(sv file)
{
    static const char *const endings[] = {".gz", ".xz", ".zst", ".bz2"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (sv_ends(file, sv_from(endings[i])))
            file = sv_sub(file, 0, file.len - strlen(endings[i]));
    for (;;) {
        size_t len = file.len;
        while (len && is_digit(file.ptr[len - 1]))
            len--;
        bool appended =
            len > 1 && len < file.len && (file.ptr[len - 1] == '.' || file.ptr[len - 1] == '-');
        if (!appended)
            return file;
        file = sv_sub(file, 0, len - 1);
    }
}

static void read_input(struct json_pull *json, struct night *night)
{
    sv name, file = SV_EMPTY;
    int64_t lines = 0;
    for (bool within = false; pull_member(json, &within, &name);) {
        if (sv_eq(name, SV("file")))
            file = arena_copy(&night->texts, pull_text(json));
        else if (sv_eq(name, SV("lines")))
            lines = pull_number(json);
        else
            pull_skip(json);
    }
    int64_t *all = map_add(&night->logs, without_rotation(file), NULL);
    *all += lines;
}

static void read_window(struct json_pull *json, struct night *night)
{
    sv name;
    for (bool within = false; pull_member(json, &within, &name);) {
        sv *time = sv_eq(name, SV("first"))  ? &night->first
                   : sv_eq(name, SV("last")) ? &night->last
                                             : NULL;
        sv text = pull_text(json);
        if (time)
            *time = arena_copy(&night->texts, text);
    }
}

static void read_left_out(struct json_pull *json, struct night *night)
{
    sv name;
    for (bool within = false; pull_member(json, &within, &name);) {
        if (sv_eq(name, SV("count")))
            night->left_out = pull_number(json);
        else
            pull_skip(json);
    }
}

static bool read_summary(struct json_pull *json, struct night *night)
{
    bool known = false;
    sv name;
    for (bool inside = false; pull_member(json, &inside, &name);) {
        if (sv_eq(name, SV("schema")))
            known = sv_starts(pull_text(json), SV("bouncelog.summary/"));
        else if (sv_eq(name, SV("window")))
            read_window(json, night);
        else if (sv_eq(name, SV("cut"))) {
            night->is_part = true;
            pull_skip(json);
        } else if (sv_eq(name, SV("suppress_left_out"))) {
            read_left_out(json, night);
        } else if (sv_eq(name, SV("suppress")))
            read_names(json, SV("address"), &night->addresses);
        else if (sv_eq(name, SV("suppress_domains")))
            read_names(json, SV("domain"), &night->domains);
        else if (sv_eq(name, SV("blocks")))
            for (bool within = false; pull_item(json, &within);)
                read_block(json, night);
        else if (sv_eq(name, SV("inputs")))
            for (bool within = false; pull_item(json, &within);)
                read_input(json, night);
        else
            pull_skip(json);
    }
    return known && pull_at_end(json);
}

int night_read(struct night *night, const char *path, struct err *err)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        mem_check(errno);
        return err_set(err, ERR_INPUT, "%s: cannot open: %s", path, strerror(errno));
    }
    struct json_pull json;
    errno = 0;
    pull_begin(&json, file);
    bool known = read_summary(&json, night);
    int rc = 0;
    if (ferror(file))
        rc = err_set(err, ERR_INPUT, "%s: cannot read: %s", path, strerror(errno));
    else if (!known)
        rc = err_set(err, ERR_INPUT, "%s: is no summary of bouncelog, or not all of one", path);
    else if (night->is_part)
        rc = err_set(err, ERR_INPUT,
                     "%s: is a report about a part of the mail, and lists are of all mail", path);
    else if (night->left_out)
        rc = err_set(err, ERR_INPUT,
                     "%s: leaves out %lld addresses to suppress: to be compared, it is to be "
                     "written without --suppress-in-summary",
                     path, (long long)night->left_out);
    pull_release(&json);
    fclose(file);
    return rc;
}
