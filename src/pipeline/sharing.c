/* Finds sets of logs that name a host in common: rsyslog writes every line of mail into syslog
 * and into mail.log, so what both have is counted once (twins.h). The hosts are read from the
 * head of each source. Sets that share no host are read without that care, which costs memory
 * for each event. */
#include "sharing.h"

#include <string.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/parse/parse.h"

/* A journal may have lines of any host: which ones is not known before it is read. */
#define ANY_HOST SV("\n")

struct sharing {
    struct input *input;
    struct parser *parser;
    struct map sets; /* fingerprint of a set -> struct map of its hosts */
};

static bool is_one_set(struct input *input)
{
    for (size_t i = 1; i < input_source_count(input); i++)
        if (input_source(input, i)->set != input_source(input, 0)->set)
            return false;
    return true;
}

static void note_hosts(void *context, size_t source, sv head)
{
    struct sharing *sharing = context;
    bool added;
    sv set = sv_make((const char *)&input_source(sharing->input, source)->set, sizeof(uint64_t));
    struct map *hosts = map_add(&sharing->sets, set, &added);
    if (added)
        map_init(hosts, 1);
    if (input_source(sharing->input, source)->journal)
        map_add(hosts, ANY_HOST, NULL);
    else
        parser_hosts(sharing->parser, head, hosts);
}

static bool have_common(const struct map *a, const struct map *b)
{
    for (size_t i = 0; i < map_count(a); i++)
        if (map_get(b, map_key_at(a, i)))
            return true;
    return map_get(a, ANY_HOST) || map_get(b, ANY_HOST);
}

/* Beside the journal other logs have its lines again, or some of them. */
static void note_journal(struct sharing *sharing)
{
    for (size_t i = 0; i < input_source_count(sharing->input); i++)
        if (input_source(sharing->input, i)->journal)
            note_hosts(sharing, i, SV_EMPTY);
}

/* What standard input holds is known once it is read: it may be of any of the hosts. */
static void add_standard_input(struct duplicates *duplicates, struct input *input)
{
    bool there = false;
    for (size_t i = 0; i < input_source_count(input); i++)
        there = there || strcmp(input_source(input, i)->path, "-") == 0;
    for (size_t i = 0; there && i < input_source_count(input); i++)
        duplicates_add_set(duplicates, input_source(input, i)->set);
}

static void add_shared(struct duplicates *duplicates, const struct map *sets)
{
    for (size_t i = 0; i < map_count(sets); i++)
        for (size_t j = 0; j < map_count(sets); j++) {
            uint64_t name;
            memcpy(&name, map_key_at(sets, i).ptr, sizeof name);
            if (i != j && have_common(map_value_at(sets, i), map_value_at(sets, j)))
                duplicates_add_set(duplicates, name);
        }
}

void sharing_find(struct duplicates *duplicates, struct input *input,
                  const struct pipeline_options *options)
{
    struct parser_options how = {.patterns = options->patterns, .only = options->only};
    struct sharing sharing = {.input = input};
    if (is_one_set(input))
        return;
    sharing.parser = parser_new(&how);
    map_init(&sharing.sets, sizeof(struct map));
    input_heads(input, note_hosts, &sharing);
    note_journal(&sharing);
    add_shared(duplicates, &sharing.sets);
    add_standard_input(duplicates, input);
    for (size_t i = 0; i < map_count(&sharing.sets); i++)
        map_release(map_value_at(&sharing.sets, i));
    map_release(&sharing.sets);
    parser_free(sharing.parser);
}
