/* bouncelog changes: what is different in one summary from another one, in a few lines for people:
 * who blocks us now, who is newly dead, who came off the list, which log fell silent.
 *
 * Prints nothing where nothing is: the nightly run sends a mail if there is anything. A line is our
 * own words and counts; names in it were made visible, for strangers wrote some. */
#include "bouncelog/base/buf.h"
#include "bouncelog/base/text.h"
#include "bouncelog/pattern/patterns.h"
#include "cli.h"
#include "night.h"
#include "options/options.h"

enum { NAMES_SHOWN = 5, BLOCKS_SHOWN = 5 };

struct changes {
    struct night before, now;
    struct buf out;
    bool addresses; /* in clear */
    sv greylisted;  /* what that category is called */
};

static void add_name(struct changes *changes, sv name)
{
    text_add_visible(&changes->out, name);
}

/* Keys that are in `map` and not in `other`; each value is how many. Addresses that are not to be
 * shown count for their domain. */
static size_t find_others(struct map *found, const struct map *map, const struct map *other,
                          bool masked)
{
    size_t count = 0;
    for (size_t i = 0; i < map_count(map); i++) {
        sv key = map_key_at(map, i);
        if (map_get(other, key))
            continue;
        size_t at = masked ? sv_rfind_byte(key, '@') : SV_NPOS;
        int64_t *number = map_add(found, at == SV_NPOS ? key : sv_skip(key, at), NULL);
        ++*number;
        count++;
    }
    return count;
}

/* The most frequent first, then in the order of the summary. */
static size_t next_shown(const struct map *found, const bool *shown)
{
    size_t best = map_count(found);
    for (size_t i = 0; i < map_count(found); i++)
        if (!shown[i] && (best == map_count(found) || *(int64_t *)map_value_at(found, i) >
                                                          *(int64_t *)map_value_at(found, best)))
            best = i;
    return best;
}

static void add_names(struct changes *changes, const struct map *found, size_t count, bool masked)
{
    struct buf taken = {0};
    buf_reserve(&taken, map_count(found));
    memset(taken.ptr, 0, map_count(found));
    bool *shown = (bool *)taken.ptr;
    size_t told = 0;
    for (size_t n = 0; n < NAMES_SHOWN && n < map_count(found); n++) {
        size_t i = next_shown(found, shown);
        int64_t number = *(int64_t *)map_value_at(found, i);
        shown[i] = true;
        told += (size_t)number;
        buf_add(&changes->out, n ? SV(", ") : SV(": "));
        if (masked)
            buf_printf(&changes->out, "%lld ", (long long)number);
        add_name(changes, map_key_at(found, i));
    }
    if (told < count)
        buf_printf(&changes->out, " and %zu more", count - told);
    buf_release(&taken);
}

/* One line: how many are in `map` and not in `other`, and some of them. */
static void tell_others(struct changes *changes, const char *what, const char *kind, bool masked,
                        const struct map *map, const struct map *other)
{
    struct map found;
    map_init(&found, sizeof(int64_t));
    size_t count = find_others(&found, map, other, masked);
    if (count) {
        buf_printf(&changes->out, "%s: %zu %s%s", what, count, kind,
                   count == 1                        ? ""
                   : sv_ends(sv_from(kind), SV("s")) ? "es"
                                                     : "s");
        add_names(changes, &found, count, masked);
        buf_add_byte(&changes->out, '\n');
    }
    map_release(&found);
}

static void tell_block(struct changes *changes, const struct night_block *block)
{
    struct buf *out = &changes->out;
    buf_add(out, SV("New block: "));
    add_name(changes, block->provider.len ? block->provider : SV("another server"));
    buf_add(out, SV(" refuses "));
    add_name(changes, block->host.len ? block->host : SV("you"));
    buf_add(out, SV(", "));
    add_name(changes, block->category);
    if (block->list.len) {
        buf_add(out, SV(" (list "));
        add_name(changes, block->list);
        buf_add_byte(out, ')');
    }
    buf_printf(out, ", %lld time%s, since ", (long long)block->count, block->count == 1 ? "" : "s");
    if (block->since.len) {
        add_name(changes, block->since);
    } else { /* it is in this night's lines, and was not in those of the night before */
        add_name(changes, changes->now.first);
        buf_add(out, SV(" or later"));
    }
    buf_add_byte(out, '\n');
}

/* Greylisting passes by itself. */
static bool is_told(const struct changes *changes, const struct night_block *block)
{
    return !sv_eq(block->category, changes->greylisted);
}

static void tell_blocks(struct changes *changes)
{
    const struct map *blocks = &changes->now.blocks;
    size_t fresh = 0;
    for (size_t i = 0; i < map_count(blocks); i++) {
        const struct night_block *block = map_value_at(blocks, i);
        if (is_told(changes, block) && !map_get(&changes->before.blocks, map_key_at(blocks, i)) &&
            fresh++ < BLOCKS_SHOWN)
            tell_block(changes, block);
    }
    if (fresh > BLOCKS_SHOWN)
        buf_printf(&changes->out, "New blocks: %zu more\n", fresh - BLOCKS_SHOWN);
}

static void tell_silence(struct changes *changes)
{
    const struct map *logs = &changes->before.logs;
    for (size_t i = 0; i < map_count(logs); i++) {
        const int64_t *lines = map_get(&changes->now.logs, map_key_at(logs, i));
        if (*(int64_t *)map_value_at(logs, i) == 0 || (lines && *lines != 0))
            continue;
        buf_add(&changes->out, SV("Silent log: "));
        add_name(changes, map_key_at(logs, i));
        buf_add(&changes->out, lines ? SV(" has no new line\n") : SV(" is not there any more\n"));
    }
}

static void compare(struct changes *changes)
{
    const struct night *before = &changes->before, *now = &changes->now;
    tell_blocks(changes);
    bool masked = !changes->addresses;
    tell_others(changes, "Newly dead", "address", masked, &now->addresses, &before->addresses);
    tell_others(changes, "Newly dead", "domain", false, &now->domains, &before->domains);
    tell_others(changes, "Put back", "address", masked, &before->addresses, &now->addresses);
    tell_others(changes, "Put back", "domain", false, &before->domains, &now->domains);
    tell_silence(changes);
}

static int compare_files(struct changes *changes, const struct options *options)
{
    struct err err;
    size_t count = options->operand_count;
    if (count < 1 || count > 2) {
        (void)err_set(&err, ERR_USAGE,
                      "changes takes the summary of before, if there is one, and that of now (see "
                      "--help)");
        return fail(&err);
    }
    if ((count == 2 && night_read(&changes->before, options->operands[0], &err) < 0) ||
        night_read(&changes->now, options->operands[count - 1], &err) < 0)
        return fail(&err);
    compare(changes);
    return print_result(buf_sv(&changes->out));
}

int changes_command(const struct options *options)
{
    struct changes changes = {.addresses = options->addresses};
    struct patterns patterns;
    struct err err;
    if (patterns_load(&patterns, &options->patterns, &err) < 0)
        return fail(&err);
    const struct taxonomy *taxonomy = &patterns.taxonomy;
    changes.greylisted = taxonomy_category_name(taxonomy, taxonomy->roles[ROLE_FIRST_CONTACT]);
    night_init(&changes.before);
    night_init(&changes.now);
    int code = compare_files(&changes, options);
    night_release(&changes.before);
    night_release(&changes.now);
    buf_release(&changes.out);
    patterns_release(&patterns);
    return code;
}
