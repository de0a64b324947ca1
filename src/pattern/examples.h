/* examples: the `hit` and `miss` of an entry. */
#ifndef BOUNCELOG_PATTERN_EXAMPLES_H
#define BOUNCELOG_PATTERN_EXAMPLES_H

#include "document.h"
#include "suggest.h"

/* Which fields a hit may name, and whether one may have this value (NULL: any); returns -1 and says
 * what to write. */
struct example_kind {
    struct names names;
    int (*check)(const struct patterns *patterns, struct document *document,
                 const yaml_node_t *node, sv name, sv value, struct err *err);
};

/* At least one of each is needed. */
int examples_load(const struct patterns *patterns, struct document *document,
                  const yaml_node_t *mapping, const struct example_kind *kind,
                  struct examples *examples, struct err *err) MUST_CHECK;
/* ...of what gives these fields (bits of enum field). */
int examples_load_for(const struct patterns *patterns, struct document *document,
                      const yaml_node_t *mapping, uint64_t fields, struct examples *examples,
                      struct err *err) MUST_CHECK;

#endif
