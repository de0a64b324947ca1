/* document: a YAML file as a tree whose nodes know where they stand.
 *
 * libyaml's document API, because every message about a pattern file must name file:line:column,
 * also when what is wrong is found long after the syntax was read (a regex that does not compile,
 * an unknown category). */
#ifndef BOUNCELOG_PATTERN_DOCUMENT_H
#define BOUNCELOG_PATTERN_DOCUMENT_H

#include <yaml.h>

#include "bouncelog/base/arena.h"
#include "bouncelog/base/err.h"
#include "bouncelog/base/map.h"
#include "bouncelog/base/sv.h"
#include "bouncelog/pattern/patterns.h"

struct document {
    const char *file; /* as messages name it; lives in the patterns' arena */
    yaml_document_t yaml;
    /* Of one that was read when the program was built; else NULL: the library's own. */
    yaml_node_item_t *items;
    yaml_node_pair_t *pairs;
    bool built_in;       /* it was checked when the program was built */
    struct arena *arena; /* where texts that outlive the document are copied to */
    struct map families; /* its own: name -> struct family */
};

/* text is parsed at once and not kept. */
int document_parse(struct document *document, const char *file, sv text, struct arena *arena,
                   struct err *err) MUST_CHECK;
/* The same of a tree that cmake/embed-trees.c made of a text; it has to stay. */
void document_of_tree(struct document *document, const char *file, sv tree, struct arena *arena);
void document_release(struct document *document);

/* Fails where a mapping has a key twice, a list or a mapping is empty, or a value is missing. */
int document_verify(struct document *document, struct err *err) MUST_CHECK;

yaml_node_t *document_root(struct document *document);
struct place document_place(const struct document *document, const yaml_node_t *node);
/* "file:line:column: ..." of kind ERR_CONFIG; returns -1. */
int document_error(const struct document *document, const yaml_node_t *node, struct err *err,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* How far to the right of its start the byte `offset` of a scalar's text stands in the file; 0
 * where the text goes over several lines. */
size_t document_column(const yaml_node_t *node, size_t offset);

/* Walks a mapping; *key is a view into the document, values are nodes. */
size_t document_pairs(const yaml_node_t *node);
yaml_node_t *document_pair(struct document *document, const yaml_node_t *node, size_t i, sv *key);
yaml_node_t *document_key(struct document *document, const yaml_node_t *node, size_t i);
/* The value of a key, or NULL. */
yaml_node_t *document_get(struct document *document, const yaml_node_t *mapping, sv key);
/* The same, or the mapping: what a message points to. */
const yaml_node_t *document_at(struct document *document, const yaml_node_t *mapping, sv key);
size_t document_items(const yaml_node_t *node);
yaml_node_t *document_item(struct document *document, const yaml_node_t *node, size_t i);

/* Fails unless every key of the mapping is one of the space-separated words. */
int document_check_keys(struct document *document, const yaml_node_t *mapping, const char *words,
                        struct err *err) MUST_CHECK;
/* A scalar's text: a view into the document. */
int document_view(struct document *document, const yaml_node_t *node, sv *text,
                  struct err *err) MUST_CHECK;
/* A copy of it that lives as long as the patterns; never an empty one. */
int document_scalar(struct document *document, const yaml_node_t *node, sv *text,
                    struct err *err) MUST_CHECK;
/* Optional text of a key, copied; empty when absent; `required` makes absence an error. */
int document_text(struct document *document, const yaml_node_t *mapping, sv key, bool required,
                  sv *text, struct err *err) MUST_CHECK;
int document_int(struct document *document, const yaml_node_t *mapping, sv key, int fallback,
                 int *value, struct err *err) MUST_CHECK;
int document_bool(struct document *document, const yaml_node_t *mapping, sv key, bool *value,
                  struct err *err) MUST_CHECK;
/* A list of scalars, or one scalar, copied into texts[max]. */
int document_texts(struct document *document, const yaml_node_t *mapping, sv key, sv *texts,
                   size_t max, size_t *count, struct err *err) MUST_CHECK;
/* Says that a key is missing; returns -1. */
int document_missing(const struct document *document, const yaml_node_t *mapping, sv key,
                     struct err *err);
/* The list under `key`; *list is NULL when the key is absent, and that is an error if `required`.
 */
int document_list(struct document *document, const yaml_node_t *mapping, sv key, bool required,
                  yaml_node_t **list, struct err *err) MUST_CHECK;

#endif
