/* layout: the keys of the last object that carried a line, and where among them stands what its
 * form asks for. The objects of a log mostly have the same keys in the same order, so that nothing
 * has to be looked for in the next one. */
#ifndef BOUNCELOG_PARSE_LAYOUT_H
#define BOUNCELOG_PARSE_LAYOUT_H

#include "bouncelog/pattern/patterns.h"
#include "object.h"

enum layout_role {
    LAYOUT_TEXT,
    LAYOUT_PROGRAM,
    LAYOUT_HOST,
    LAYOUT_TIME,
    LAYOUT_STREAM,
    LAYOUT_PARTIAL,
    LAYOUT_CONTAINER,
    LAYOUT_ROLES
};

enum { LAYOUT_BYTES = 2048 };

/* Zero-initialise. */
struct object_layout {
    const struct object_form *form; /* NULL: nothing is remembered */
    int at[LAYOUT_ROLES];           /* in the members; negative: it is not there */
    int count;
    struct {
        uint16_t len;
        int16_t parent;
    } keys[MEMBERS_MAX];
    char bytes[LAYOUT_BYTES]; /* of all keys, one behind the other */
};

const struct object_keys *layout_keys(const struct object_form *form, enum layout_role role);

/* The member under the first of these keys that is there; NULL: none is. */
const struct member *layout_find(const struct object *object, const struct object_keys *keys);

/* Has the object the keys that are remembered? */
bool layout_fits(const struct object_layout *layout, const struct object *object);

/* Remembers the keys; of an object with too many bytes of them, none. */
void layout_learn(struct object_layout *layout, const struct object *object,
                  const struct object_form *form);

#endif
