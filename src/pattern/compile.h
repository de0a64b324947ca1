/* compile: the pattern under a key, with families expanded and every group read by somebody. */
#ifndef BOUNCELOG_PATTERN_COMPILE_H
#define BOUNCELOG_PATTERN_COMPILE_H

#include "document.h"

/* What is compiled: for whom, and which groups (bits of enum field) it may have. */
struct pattern_kind {
    const char *name; /* as messages say it: "a frame" */
    unsigned flags;   /* enum regex_flags */
    uint64_t fields;
};

/* *text, in the patterns' arena, is what was compiled; *regex is NULL when it fails. */
int pattern_compile(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                    const struct pattern_kind *kind, sv *text, struct regex **regex,
                    struct err *err) MUST_CHECK;
/* The pattern under an optional key; *regex is NULL where it is absent. */
int pattern_of(struct patterns *patterns, struct document *document, const yaml_node_t *mapping,
               sv key, const struct pattern_kind *kind, sv *text, struct regex **regex,
               struct err *err) MUST_CHECK;

#endif
