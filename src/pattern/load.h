/* load: one function for each kind of pattern file; which kind a file is, its top-level keys say.
 */
#ifndef BOUNCELOG_PATTERN_LOAD_H
#define BOUNCELOG_PATTERN_LOAD_H

#include "document.h"
#include "suggest.h"

/* Every loader takes a document whose root has its key, and adds to the patterns. */
typedef int loader(struct patterns *patterns, struct document *document, bool site,
                   struct err *err);

loader load_categories, load_codes, load_enhanced, load_policy, load_providers, load_keep_hosts,
    load_headers, load_layers, load_objects, load_times, load_wrappers, load_senders, load_months,
    load_mta, load_remedies, load_rules, load_notices, load_notice_senders, load_notice_quotes,
    load_lists;

/* Every item of the list under the root's `key`, by a function that adds one to the patterns; the
 * root has no other keys. */
int load_each(struct patterns *patterns, struct document *document, const char *key,
              int (*load_one)(struct patterns *patterns, struct document *document,
                              const yaml_node_t *node, struct err *err),
              struct err *err) MUST_CHECK;
/* The same where the root may have these keys. */
int load_each_of(struct patterns *patterns, struct document *document, const char *keys,
                 const char *key,
                 int (*load_one)(struct patterns *patterns, struct document *document,
                                 const yaml_node_t *node, struct err *err),
                 struct err *err) MUST_CHECK;

struct pattern_kind;
/* Reads name, pattern and examples of a form, whose other keys the caller has read, and adds it to
 * the list. */
int load_form(struct patterns *patterns, struct document *document, const yaml_node_t *node,
              const struct pattern_kind *kind, struct layer *form, struct layer **list,
              size_t *count, struct err *err) MUST_CHECK;

/* Which of the names stands under `key`; `what` is what they name. *index is left alone, and it is
 * no error unless `required`, when the key is absent. */
int load_name(struct document *document, const yaml_node_t *mapping, sv key, bool required,
              const char *what, const struct names *names, size_t *index,
              struct err *err) MUST_CHECK;
/* Bits of the names under `key`, a text or a list. */
int load_bits(struct document *document, const yaml_node_t *mapping, sv key, const char *what,
              const struct names *names, uint32_t *bits, struct err *err) MUST_CHECK;
/* An absent key gives CATEGORY_NONE unless `required`. */
int load_category(struct patterns *patterns, struct document *document, const yaml_node_t *mapping,
                  bool required, uint8_t *category, struct err *err) MUST_CHECK;
/* Fails unless all texts under `key` are among the names. */
int load_known(struct document *document, const yaml_node_t *mapping, sv key, const char *what,
               const struct names *names, struct err *err) MUST_CHECK;
/* Adds a name that must not stand twice in a file; `names` is a map of places. */
int load_once(struct document *document, const yaml_node_t *node, const char *what, sv name,
              struct map *names, struct err *err) MUST_CHECK;
/* After the categories are loaded: each role is given. */
int load_roles_check(struct patterns *patterns, struct document *document,
                     struct err *err) MUST_CHECK;

/* What a line shape and a record have in common: name, meaning, arrival (before their fields are
 * known), outcome and examples (after). `keys`: those that it may have. */
int load_shape_head(struct document *document, const yaml_node_t *node, const char *keys,
                    struct map *seen, struct shape *shape, struct err *err) MUST_CHECK;
int load_shape_tail(const struct patterns *patterns, struct document *document,
                    const yaml_node_t *node, struct shape *shape, struct err *err) MUST_CHECK;
/* One of the `records` of an MTA's file. */
int load_record(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                uint8_t mta, struct map *seen, struct err *err) MUST_CHECK;

/* The `journal` of an MTA's file: who sends what it logs there. */
int load_journal(struct mta_patterns *mta, struct document *document, struct err *err) MUST_CHECK;

/* class.subject.detail (RFC 3463), with `any` for any class. */
bool load_is_enhanced(sv text, char any);

void notices_release(struct patterns *patterns);

/* After all providers are loaded. */
void providers_index(struct patterns *patterns);

/* After all shapes are loaded. */
void gates_index(struct mta_patterns *mta);

/* Adds a copy of *item behind list[*count]; the list is freed with mem_free. */
void load_append(void *list, size_t *count, size_t item_size, const void *item);

#endif
