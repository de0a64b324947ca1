/* layers: what others put around a line that has a header of its own.
 *
 * The layers of the last lines are remembered by their bytes, digits standing for digits, since all
 * lines of a container, a file or a collector have the same ones in front. */
#ifndef BOUNCELOG_PARSE_LAYERS_H
#define BOUNCELOG_PARSE_LAYERS_H

#include "bouncelog/parse/parse.h"

enum { LAYER_MEMOS = 4, LAYER_BYTES = 160, LAYER_ALIKE = 64 };

struct layer_memo {
    char bytes[LAYER_BYTES];
    size_t end;
    uint64_t digits; /* which of the first LAYER_ALIKE bytes are */
};

struct layers {
    struct layer_memo memos[LAYER_MEMOS];
    size_t count, next;                 /* memos; which one goes first */
    struct layer_stack around;          /* this line, as far as it was peeled */
    struct layer_stack outside;         /* ...when it was given: of a line that came in pieces */
    const struct layer_stacks *allowed; /* NULL: any */
};

/* A layer was taken off; false: there are too many. */
bool layers_push(struct layers *layers, size_t layer);
/* Is this one alone around lines of the source? */
bool layers_allow(const struct layers *layers, size_t layer);
/* May a line have what was taken off, and nothing more? */
bool layers_are_allowed(const struct layers *layers);
/* Adds the stack, unless one of its beginnings is there; those that it is a beginning of go. */
void stacks_add(struct layer_stacks *stacks, const struct layer_stack *stack);
/* How many lines have each outermost layer; zero-initialise. All object forms count as one: what
 * strangers write stands inside their strings. */
struct outer_layers {
    uint32_t lines[LAYER_OBJECT + 1];
};
void outer_note(struct outer_layers *outer, const struct layer_stack *stack);
/* Drops the stacks that begin with another layer than most lines: whatever wrote the log wrote the
 * same around all of them, and what looks like a layer on a few may be a stranger's words. */
void stacks_settle(struct layer_stacks *stacks, const struct outer_layers *outer);
/* Other lines have other layers: none is remembered. */
void layers_of_source(struct layers *layers, const struct layer_stacks *allowed);

/* How many bytes of the line are layers that were seen before; 0: none are. */
size_t layers_again(const struct layers *layers, sv line);
/* The first bytes of the line are layers. */
void layers_remember(struct layers *layers, sv line, size_t end);

#endif
