/* settings: a configuration file, as the options that it stands for.
 *
 * YAML: `option: value`, `option: [value, value]`, `option: true` for an option without a value.
 * Which options there are, and what they mean, is the command line's business. */
#ifndef BOUNCELOG_PATTERN_SETTINGS_H
#define BOUNCELOG_PATTERN_SETTINGS_H

#include "bouncelog/base/arena.h"
#include "bouncelog/base/err.h"
#include "bouncelog/pattern/patterns.h"

struct setting {
    const char *name, *value;       /* live in the arena */
    struct place place, name_place; /* of the value, of the name */
};

struct settings {
    struct setting *list;
    size_t count;
};

/* ERR_CONFIG with file:line:column on a wrong file. */
int settings_load(struct settings *settings, const char *path, struct arena *arena,
                  struct err *err) MUST_CHECK;
void settings_release(struct settings *settings);

#endif
