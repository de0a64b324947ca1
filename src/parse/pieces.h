/* pieces: lines that a container runtime cut, because they were long or came in two writes.
 *
 * A piece is never a line of its own: its words are where whoever sent them wanted the cut to be.
 */
#ifndef BOUNCELOG_PARSE_PIECES_H
#define BOUNCELOG_PARSE_PIECES_H

#include "bouncelog/base/arena.h"
#include "bouncelog/base/buf.h"
#include "header/header.h"

/* stdout, and whatever has another name. */
enum { PIECE_STREAMS = 2, JOINED_MAX = 32 * 1024 };

struct pieces {
    struct unfinished {
        bool open, dropped; /* dropped: its beginning was in a chunk before, and was read there */
        struct buf text;
        struct layer_stack around;
    } streams[PIECE_STREAMS];
    int count; /* streams that are open */
};

/* A chunk begins; bits of streams whose pieces go on there. */
void pieces_reset(struct pieces *pieces, unsigned open);
void pieces_release(struct pieces *pieces);
/* The first piece of a line. */
void pieces_begin(struct pieces *pieces, const struct piece *piece);
/* A line that is joined, in the arena, and what was around its last piece. */
struct joined {
    sv text;
    struct layer_stack around; /* depth 0: the line was none of pieces, and is as it was */
};
/* The next one. True: the line is whole. False: there is more to come, or it is dropped. */
bool pieces_join(struct pieces *pieces, const struct piece *piece, struct arena *arena,
                 struct joined *joined);
/* One of the lines that nothing was said about any more; false: there is none. */
bool pieces_flush(struct pieces *pieces, struct arena *arena, struct joined *joined);
/* The bit of a stream. */
unsigned piece_bit(sv stream);

#endif
