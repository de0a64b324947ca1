/* What to write instead of a name that nothing is called.
 *
 * A name within a few edits (Levenshtein's distance) is taken for a slip and answered with what was
 * meant; anything else with the list to choose from. */
#include "suggest.h"

#include <stdio.h>

#include "bouncelog/base/text.h"
#include "bouncelog/pattern/patterns.h"

/* clang-format off */
#define NAMES_OF(type, COUNT)                                                                      \
    static sv type##_at(const void *context, size_t i)                                             \
    {                                                                                              \
        (void)context;                                                                             \
        return type##_name((enum type)i);                                                          \
    }                                                                                              \
    const struct names type##_names = {COUNT, type##_at, NULL};
/* clang-format on */
NAMES_OF(stage, STAGE_COUNT)
NAMES_OF(origin, ORIGIN_COUNT)
NAMES_OF(scope, SCOPE_COUNT)
NAMES_OF(severity, SEVERITY_COUNT)
NAMES_OF(outcome, OUTCOME_COUNT)
NAMES_OF(role, ROLE_COUNT)
NAMES_OF(meaning, MEANING_COUNT)

static sv layer_at(const void *context, size_t i)
{
    (void)context;
    return rule_layer_name((enum rule_layer)i);
}
const struct names layer_names = {LAYER_COUNT, layer_at, NULL};

static sv word_at(const void *context, size_t i)
{
    sv rest = sv_from(context), word = sv_cut(rest, ' ', &rest);
    while (i-- > 0)
        word = sv_cut(rest, ' ', &rest);
    return word;
}

struct names names_of_words(const char *words)
{
    size_t count = *words != 0;
    for (const char *c = words; *c; c++)
        count += *c == ' ';
    return (struct names){count, word_at, words};
}

static sv key_at(const void *context, size_t i)
{
    return map_key_at(context, i);
}

struct names names_of_map(const struct map *map)
{
    return (struct names){map_count(map), key_at, map};
}

static sv category_at(const void *context, size_t i)
{
    return ((const struct taxonomy *)context)->categories[i].name;
}

struct names names_of_categories(const struct taxonomy *taxonomy)
{
    return (struct names){taxonomy->category_count, category_at, taxonomy};
}

static sv field_at(const void *context, size_t i)
{
    uint64_t fields = *(const uint64_t *)context;
    enum field field = 0;
    for (; field < FIELD_COUNT; field++)
        if ((fields >> field & 1) && i-- == 0)
            break;
    return field_name(field);
}

struct names names_of_fields(const uint64_t *fields)
{
    size_t count = 0;
    for (int field = 0; field < FIELD_COUNT; field++)
        count += *fields >> field & 1;
    return (struct names){count, field_at, fields};
}

bool names_find(const struct names *names, sv name, size_t *at)
{
    for (*at = 0; *at < names->count; ++*at)
        if (sv_eq(names->at(names->context, *at), name))
            return true;
    return false;
}

static sv nearest(const struct names *names, sv name)
{
    size_t closest = 1 + name.len / 4;
    sv found = SV_EMPTY;
    for (size_t i = 0; i < names->count; i++) {
        sv candidate = names->at(names->context, i);
        size_t edits = text_edits(name, candidate);
        if (edits <= closest && edits < candidate.len) {
            closest = edits - (edits > 0);
            found = candidate;
        }
    }
    return found;
}

struct suggestion names_listed(const struct names *names)
{
    struct suggestion list = {""};
    char *end = list.text;
    for (size_t i = 0; i < names->count; i++) {
        sv name = names->at(names->context, i);
        if (name.len + 2 >= sizeof list.text - (size_t)(end - list.text))
            break;
        end = sv_put(end, sv_sub(SV(", "), 0, i ? 2 : 0));
        end = sv_put(end, name);
    }
    *end = 0;
    return list;
}

struct suggestion suggest(const struct names *names, sv name)
{
    struct suggestion suggestion = {""};
    sv near = nearest(names, name);
    if (near.len)
        snprintf(suggestion.text, sizeof suggestion.text, "; did you mean '%.*s'?", SV_FMT(near));
    else if (names->count == 1)
        snprintf(suggestion.text, sizeof suggestion.text, "; the only one is '%.520s'",
                 names_listed(names).text);
    else if (names->count)
        snprintf(suggestion.text, sizeof suggestion.text, "; write one of: %.520s",
                 names_listed(names).text);
    return suggestion;
}

int unknown_name(const struct document *document, const yaml_node_t *node, const char *what,
                 sv name, const struct names *names, struct err *err)
{
    return document_error(document, node, err, "unknown %s '%.*s'%s", what, SV_FMT(name),
                          suggest(names, name).text);
}
