/* suggest: what to write instead of a name that nothing is called.
 *
 * Names come from everywhere (an X-macro, a map, the words of a string), so a list of them is a
 * count and a function. Of a near miss the message names the nearest, else it names them all. */
#ifndef BOUNCELOG_PATTERN_SUGGEST_H
#define BOUNCELOG_PATTERN_SUGGEST_H

#include "document.h"

struct names {
    size_t count;
    sv (*at)(const void *context, size_t i);
    const void *context;
};

extern const struct names stage_names, origin_names, scope_names, severity_names, outcome_names,
    role_names, layer_names, meaning_names;

/* Views of what they are made of. */
struct names names_of_words(const char *words); /* parted by one blank */
struct names names_of_map(const struct map *map);
struct names names_of_categories(const struct taxonomy *taxonomy);
struct names names_of_fields(const uint64_t *fields); /* bits of enum field */

bool names_find(const struct names *names, sv name, size_t *at);

/* "; did you mean 'x'?", or "; write one of: a, b", or "; the only one is 'x'", or nothing. */
struct suggestion {
    char text[560];
};
/* "a, b, c", as many as there is room for. */
struct suggestion names_listed(const struct names *names);
struct suggestion suggest(const struct names *names, sv name);

/* Says that nothing is called `name`, at the node; returns -1. */
int unknown_name(const struct document *document, const yaml_node_t *node, const char *what,
                 sv name, const struct names *names, struct err *err);

#endif
