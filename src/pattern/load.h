/* load: one function for each kind of pattern file; which kind a file is, its top-level keys say.
 */
#ifndef BOUNCELOG_PATTERN_LOAD_H
#define BOUNCELOG_PATTERN_LOAD_H

#include "document.h"

/* Every loader takes a document whose root has its key, and adds to the patterns. */
typedef int loader(struct patterns *patterns, struct document *document, bool site,
                   struct err *err);

loader load_categories, load_codes, load_enhanced, load_policy, load_providers, load_keep_hosts,
    load_headers, load_mta, load_remedies, load_families, load_rules;

/* Every item of the list under the root's `key`, by a function that adds one to the patterns. */
int load_each(struct patterns *patterns, struct document *document, sv key,
              int (*load_one)(struct patterns *patterns, struct document *document,
                              const yaml_node_t *node, struct err *err),
              struct err *err) MUST_CHECK;

/* The category that a key names; an error where it is unknown. An absent key gives
 * CATEGORY_NONE unless `required`. */
int load_category(struct patterns *patterns, struct document *document, const yaml_node_t *mapping,
                  bool required, uint8_t *category, struct err *err) MUST_CHECK;

/* Bits of the names under `key`, each looked up by `bit_of` (negative: unknown). */
int load_bits(struct document *document, const yaml_node_t *mapping, sv key, int (*bit_of)(sv),
              uint32_t *bits, struct err *err) MUST_CHECK;
int load_stage_bit(sv name);
int load_origin_bit(sv name);
int load_scope_bit(sv name);

/* What a line shape and a record have in common: name, meaning, outcome, examples. `keys`: those
 * that it may have. */
int load_shape_basics(struct document *document, const yaml_node_t *node, const char *keys,
                      struct shape *shape, struct err *err) MUST_CHECK;
/* One of the `records` of an MTA's file. */
int load_record(struct mta_patterns *mta, struct document *document, const yaml_node_t *node,
                struct err *err) MUST_CHECK;

/* The alternatives of a pattern as one pattern: `node` is a text, or a list of them. %{name} stands
 * for a family of wording. */
int words_join(const struct patterns *patterns, struct document *document, const yaml_node_t *node,
               sv *pattern, struct err *err) MUST_CHECK;

/* After all providers are loaded. */
void providers_index(struct patterns *patterns);

/* After all shapes are loaded. */
void gates_index(struct mta_patterns *mta);

/* Adds a copy of *item behind list[*count]; the list is freed with mem_free. */
void load_append(void *list, size_t *count, size_t item_size, const void *item);

#endif
