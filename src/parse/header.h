/* header: what stands before the message of a line, whatever wrote it there. */
#ifndef BOUNCELOG_PARSE_HEADER_H
#define BOUNCELOG_PARSE_HEADER_H

#include "bouncelog/pattern/patterns.h"
#include "program.h"
#include "stamp.h"

struct header {
    struct stamp stamp;
    sv host; /* empty: not logged */
    struct program program;
    sv message; /* views of the line, or of the arena for containers */
};

enum { MEMO_MAX = 256 };

/* The last header of a form whose same bytes always mean the same; the next line usually differs
 * in the fraction of a second at most. */
struct header_memo {
    char bytes[MEMO_MAX];
    size_t fraction_start, fraction_end; /* equal: no fraction */
    size_t end;                          /* where the tag begins; 0: nothing remembered */
    size_t host_start, host_len;         /* no host: 0, 0 */
    enum header_then then;
    struct stamp stamp;
};

struct header_reader {
    const struct patterns *patterns;
    struct matcher *matcher;
    struct header_memo memo;
    struct program_table programs;
};

/* False when no form takes the line. */
bool header_read(struct header_reader *reader, sv line, struct arena *arena, struct header *header);

#endif
