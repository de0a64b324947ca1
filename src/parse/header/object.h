/* object: what stands under the keys of a JSON object (RFC 8259) or in the columns of a CSV row.
 *
 * The members of an object are found without being copied; a text is copied out once it is asked
 * for, since its escapes have to be undone. */
#ifndef BOUNCELOG_PARSE_OBJECT_H
#define BOUNCELOG_PARSE_OBJECT_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/sv.h"

enum { MEMBERS_MAX = 160 };

/* Views of the line. */
struct object {
    struct member {
        sv key;     /* without its quotes, escapes not undone */
        sv value;   /* as it stands there */
        int parent; /* -1: the line's own */
    } members[MEMBERS_MAX];
    int count;
};

/* False when the line is no object, or one with more members or levels than anybody writes. What
 * stands behind it may be a comma or a bracket: lines of an array. */
bool object_read(struct object *object, sv line);

/* The value under a key; `a.b` is b in the object a, or the key "a.b". NULL: there is none. */
const struct member *object_find(const struct object *object, sv path);

/* The text of a string or a number, or of a list of bytes, added to the buffer. False: it is
 * something else, or malformed. */
bool object_text(const struct member *member, struct buf *text);

#endif
