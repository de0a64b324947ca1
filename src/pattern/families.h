/* families: named parts of patterns. A pattern says %{name}, and the family's text stands there.
 *
 * A file of headers, of an MTA or of rules may define its own under `families`, for itself; a file
 * with that key alone defines them for all files. Within a file a family stands above those that
 * name it; the order of files does not matter. A site's family replaces a shared one of ours; a
 * file's own goes before both. */
#ifndef BOUNCELOG_PATTERN_FAMILIES_H
#define BOUNCELOG_PATTERN_FAMILIES_H

#include "bouncelog/base/buf.h"
#include "document.h"

enum family_state { FAMILY_RAW, FAMILY_BUSY, FAMILY_DONE };

struct family {
    struct document *document; /* with the nodes, for as long as files are loaded */
    const yaml_node_t *key, *value;
    bool site;
    enum family_state state;
    sv text; /* expanded, once it is FAMILY_DONE */
};

/* Adds the families of a document: to those of all files, or to its own. */
int families_collect(struct patterns *patterns, struct document *document, bool site,
                     struct err *err) MUST_CHECK;
/* After all were collected: expands each, so that also those that nobody names are right. */
int families_resolve(struct patterns *patterns, struct map *families, struct err *err) MUST_CHECK;

/* A pattern, expanded, and which byte of it stands where in the file. */
struct expansion {
    struct buf text;
    struct expansion_mark {
        size_t at; /* in the text */
        const yaml_node_t *node;
        size_t offset; /* in the node's text */
        bool family;   /* all of it stands there */
    } * marks;
    size_t mark_count;
};

/* The alternatives of a pattern as one pattern: `node` is a text, or a list of them. */
int expansion_make(struct expansion *expansion, struct patterns *patterns,
                   struct document *document, const yaml_node_t *node, struct err *err) MUST_CHECK;
void expansion_release(struct expansion *expansion);
/* A message about the byte at `at` of the text; returns -1. */
int expansion_error(const struct expansion *expansion, const struct document *document, size_t at,
                    struct err *err, const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
