/* What a command reads before its work, from the files that its options name: patterns, lists of
 * addresses, a key; and the conditions of --fail-on, which name categories of the patterns.
 *
 * A fault in what a configuration file says is told with the place there. */
#include "setup.h"

#include "bouncelog/base/mailbox.h"
#include "cli.h"
#include "journal.h"
#include "options/nearest.h"
#include "options/types.h"
#include "textfile.h"
#include "version.h"

void setup_init(struct setup *setup, const struct options *options)
{
    *setup = (struct setup){.options = options};
    map_init(&setup->known, 1);
    map_init(&setup->allow, 1);
    for (size_t i = 0; i < options->list_count; i++)
        setup->lists[i] = sv_from(options->lists[i].path);
}

void setup_release(struct setup *setup)
{
    journal_trust_free(setup->trust);
    patterns_release(&setup->patterns);
    map_release(&setup->known);
    map_release(&setup->allow);
    buf_release(&setup->key);
    tags_release(&setup->tags);
    display_zone_release(&setup->display_zone);
}

static void add_address(struct map *known, sv line)
{
    char key[MAILBOX_MAX];
    line = sv_trim(line);
    if (!line.len || line.ptr[0] == '#' || line.len > sizeof key)
        return;
    map_add(known, mailbox_key(line, key), NULL);
}

/* One address a line, or @domain; # begins a comment. */
static int load_addresses(struct map *addresses, const char *option, const char *path,
                          struct err *err)
{
    struct buf text = {0};
    int rc = path ? textfile_read(&text, option, path, err) : 0;
    sv rest = rc == 0 ? buf_sv(&text) : SV_EMPTY;
    for (int number = 1; rest.len && rc == 0; number++) {
        sv line = sv_trim(sv_cut(rest, '\n', &rest));
        if (line.len && line.ptr[0] != '#' && sv_find_byte(line, '@') == SV_NPOS)
            rc = err_set(err, ERR_USAGE, "%s %s:%d: expected an address or @domain", option, path,
                         number);
        add_address(addresses, line);
    }
    buf_release(&text);
    return rc;
}

static int load_key(struct setup *setup, struct err *err)
{
    const char *path = setup->options->hash_key_file;
    if (!path)
        return 0;
    if (textfile_read(&setup->key, "--hash-key-file", path, err) < 0)
        return -1;
    setup->redactor.key = sv_trim(sv_cut(buf_sv(&setup->key), '\n', &(sv){0}));
    if (setup->redactor.key.len < 16)
        return err_set(err, ERR_USAGE, "--hash-key-file %s: the key has less than 16 bytes", path);
    return 0;
}

/* A name that no pattern gives would never hold, and nobody would notice. A report may be about a
 * history with providers of other patterns. */
static int check_provider(const struct setup *setup, sv name, sv text, struct err *err)
{
    const sv before = SV("provider:");
    const struct map *providers = &setup->patterns.providers;
    if (!sv_starts(name, before) || setup->options->command != COMMAND_SCAN)
        return 0;
    name = sv_skip(name, before.len);
    name = sv_sub(name, 0, name.len - sv_after_last(name, '/').len - 1);
    if (map_get(providers, name))
        return 0;
    struct nearest near = nearest_to(name);
    for (size_t i = 0; i < map_count(providers); i++)
        nearest_offer(&near, map_key_at(providers, i));
    if (near.word.len)
        return err_set(err, ERR_USAGE,
                       "--fail-on '%.*s': unknown provider '%.*s'; did you mean '%.*s'?",
                       SV_FMT(text), SV_FMT(name), SV_FMT(near.word));
    return err_set(err, ERR_USAGE,
                   "--fail-on '%.*s': unknown provider '%.*s' (`providers` in the summary names "
                   "those of your logs)",
                   SV_FMT(text), SV_FMT(name));
}

static int load_conditions(struct setup *setup, struct err *err)
{
    const struct options *options = setup->options;
    for (size_t i = 0; i < options->conditions.count; i++) {
        struct condition *condition = &setup->conditions[i];
        sv text = options->conditions.list[i];
        if (condition_parse(condition, text, &setup->patterns.taxonomy, err) < 0 ||
            check_provider(setup, condition->name, text, err) < 0)
            return place_error(options->conditions.places[i], err);
    }
    return 0;
}

int setup_load(struct setup *setup, struct err *err)
{
    const struct options *options = setup->options;
    struct patterns_options files = options->patterns;
    files.notices = options->mails.count > 0;
    if (zone_set(options->zone, err) < 0 || patterns_load(&setup->patterns, &files, err) < 0)
        return -1;
    if (read_mta(options->mta, &setup->patterns.taxonomy, &setup->only, err) < 0)
        return place_error(option_place(options, "mta"), err);
    if (list_forms_find(setup->forms, options, &setup->patterns, err) < 0 ||
        load_conditions(setup, err) < 0 ||
        load_addresses(&setup->known, "--recipients", options->recipients, err) < 0 ||
        load_addresses(&setup->allow, "--allow", options->allow, err) < 0)
        return -1;
    if (options->display_zone)
        display_zone_load(&setup->display_zone, options->display_zone);
    if (options->journal)
        setup->trust = journal_trust_of(options, &setup->patterns);
    return tags_read(&setup->tags, setup->options, err) < 0 || load_key(setup, err) < 0 ? -1 : 0;
}

void setup_allow(struct setup *setup, const struct map *more)
{
    for (size_t i = 0; i < map_count(more); i++)
        map_add(&setup->allow, map_key_at(more, i), NULL);
}

const struct redactor *setup_redactor(const struct setup *setup)
{
    return setup->options->hash ? &setup->redactor : NULL;
}

struct report_options setup_report_options(const struct setup *setup)
{
    const struct display_zone *zone = &setup->display_zone;
    return (struct report_options){.taxonomy = &setup->patterns.taxonomy,
                                   .redactor = setup_redactor(setup),
                                   .wall = zone->count ? &zone->wall : NULL,
                                   .top = setup->options->top,
                                   .suppress_part = setup->options->suppress_part,
                                   .lists = setup->lists,
                                   .list_count = setup->options->list_count,
                                   .version = SV(BOUNCELOG_VERSION),
                                   .generated_at = now_seconds()};
}

struct suppress_options setup_suppress_options(const struct setup *setup)
{
    return (struct suppress_options){.taxonomy = &setup->patterns.taxonomy,
                                     .policy = &setup->patterns.policy,
                                     .known = setup->options->recipients ? &setup->known : NULL,
                                     .allow = &setup->allow,
                                     .may_brake = !setup->options->force};
}

static void tell_condition(sv text, const struct condition *condition, const struct report *report)
{
    struct buf value = {0};
    condition_say(condition, report, &value);
    say("--fail-on %.*s holds: %.*s", SV_FMT(text), SV_FMT(buf_sv(&value)));
    buf_release(&value);
}

/* What cannot be told is not passed over. */
bool setup_condition_holds(const struct setup *setup, const struct report *report)
{
    bool held = false;
    for (size_t i = 0; i < setup->options->conditions.count; i++) {
        const struct condition *condition = &setup->conditions[i];
        sv text = setup->options->conditions.list[i];
        if (condition_holds(condition, report))
            tell_condition(text, condition, report);
        else if (condition_cannot_tell(condition, report))
            say("--fail-on %.*s: there are more than %d senders, and this one is not counted for "
                "itself; ask for its domain",
                SV_FMT(text), STREAM_NAMES);
        else
            continue;
        held = true;
    }
    return held;
}
