/* container: log lines packed in JSON, one object a line, as `objects` of patterns/headers.yaml
 * say.
 *
 * What is inside is a line with a header of its own, or, where the program stands beside it, its
 * message: nothing in that is ever taken for a header. */
#ifndef BOUNCELOG_PARSE_CONTAINER_H
#define BOUNCELOG_PARSE_CONTAINER_H

#include "bouncelog/base/arena.h"
#include "bouncelog/parse/journal.h"
#include "bouncelog/pattern/patterns.h"
#include "layout.h"
#include "object.h"

struct container {
    const struct object_form *form;
    sv text;    /* up to its first line break: what stands behind one, no MTA wrote as a line */
    sv program; /* not empty: the text is its message */
    sv host, stream, time;
    sv name;                      /* of a container whose lines it carries */
    struct journal_sender sender; /* without a user: journald does not say who */
    bool open;                    /* the text goes on with the next line of its stream */
};

/* A row of a CSV log, by its columns. */
struct container_row {
    bool (*has)(const void *data, sv column);
    sv (*text)(const void *data, sv column);
    const void *data;
};

/* Scratch of one thread. */
struct container_reader {
    const struct patterns *patterns;
    struct object object;
    struct buf text;
    struct object_layout layout;
    bool fits;                      /* the layout is the object's */
    const char *peeked;             /* the line that the object is of, if it was only peeked at */
    const struct object_form *form; /* its form */
};
void container_reader_release(struct container_reader *reader);
/* The line that was peeked at is gone, or will be: an object at its place is another one. */
void container_forget(struct container_reader *reader);

/* The form that takes the object; NULL: it carries no line, or is none. */
const struct object_form *container_form(struct container_reader *reader, sv line);

/* The same of values that stand in columns: `find` gives the text of one, empty where there is
 * none. */
const struct object_form *container_row_form(const struct patterns *patterns,
                                             const struct container_row *row);
bool container_open_row(const struct patterns *patterns, const struct container_row *row,
                        struct arena *arena, struct container *container);

/* False when the line is no such object. All views are in the arena, readable beyond their ends. */
bool container_open(struct container_reader *reader, sv line, struct arena *arena,
                    struct container *container);

/* The text alone, and the program, for a first look: views of the scratch. */
bool container_peek(struct container_reader *reader, sv line, sv *text, sv *program);

#endif
