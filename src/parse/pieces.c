/* Joins pieces. Docker cuts at 16 KiB (daemon/logger/copier.go), containerd at what its
 * configuration says, CRI-O's conmon wherever a read ended; the pieces of two streams may
 * alternate. Of a line that is longer than anybody reads, the rest is dropped. */
#include "pieces.h"

#include <string.h>

#include "parser.h"

/* Lines: two streams hardly ever alternate over more than a few. */
enum { LOOK_BACK = 1024, LOOK_FIRST = 16, LONG_AGO = 64 };

unsigned piece_bit(sv stream)
{
    return sv_eq(stream, SV("stdout")) ? 1 : 2;
}

static struct unfinished *stream_of(struct pieces *pieces, sv stream)
{
    return &pieces->streams[piece_bit(stream) - 1];
}

void pieces_reset(struct pieces *pieces, unsigned open)
{
    pieces->count = 0;
    for (unsigned i = 0; i < PIECE_STREAMS; i++) {
        struct unfinished *stream = &pieces->streams[i];
        stream->open = stream->dropped = (open >> i & 1) != 0;
        pieces->count += stream->open;
        buf_clear(&stream->text);
    }
}

void pieces_release(struct pieces *pieces)
{
    for (size_t i = 0; i < PIECE_STREAMS; i++)
        buf_release(&pieces->streams[i].text);
}

static void add(struct unfinished *stream, const struct piece *piece)
{
    size_t room = stream->text.len < JOINED_MAX ? JOINED_MAX - stream->text.len : 0;
    stream->around = piece->around;
    if (!stream->dropped)
        buf_add(&stream->text, sv_sub(piece->text, 0, room));
}

void pieces_begin(struct pieces *pieces, const struct piece *piece)
{
    struct unfinished *stream = stream_of(pieces, piece->stream);
    pieces->count += !stream->open;
    stream->open = true;
    stream->dropped = false;
    buf_clear(&stream->text);
    add(stream, piece);
}

/* False: its beginning is not there. */
static bool take(struct pieces *pieces, struct unfinished *stream, struct arena *arena,
                 struct joined *joined)
{
    char *copy = arena_alloc(arena, stream->text.len + PARSE_SLACK);
    sv text = buf_sv(&stream->text);
    memset(sv_put(copy, text), 0, PARSE_SLACK);
    stream->open = false;
    pieces->count--;
    *joined = (struct joined){sv_make(copy, text.len), stream->around};
    return !stream->dropped;
}

bool pieces_join(struct pieces *pieces, const struct piece *piece, struct arena *arena,
                 struct joined *joined)
{
    struct unfinished *stream = stream_of(pieces, piece->stream);
    joined->around.depth = 0;
    if (!stream->open)
        return true;
    add(stream, piece);
    return !piece->open && take(pieces, stream, arena, joined);
}

bool pieces_flush(struct pieces *pieces, struct arena *arena, struct joined *joined)
{
    for (size_t i = 0; i < PIECE_STREAMS; i++) {
        struct unfinished *stream = &pieces->streams[i];
        if (stream->open && take(pieces, stream, arena, joined) && joined->text.len)
            return true;
    }
    return false;
}

/* What the last lines say about each stream, from the end of the bytes up. */
struct look {
    size_t start[LOOK_BACK]; /* of the lines */
    unsigned bit[LOOK_BACK]; /* 0: it has none */
    bool open[LOOK_BACK];
    size_t count;
};

static void look_back(struct look *look, struct header_reader *reader, sv bytes, size_t most)
{
    struct arena arena = {0};
    size_t end = bytes.len;
    look->count = 0;
    while (end && look->count < most) {
        size_t newline = sv_rfind_byte(sv_sub(bytes, 0, end - 1), '\n');
        size_t start = newline == SV_NPOS ? 0 : newline + 1;
        struct piece piece;
        header_piece(reader, sv_sub(bytes, start, end - 1), &arena, &piece);
        look->start[look->count] = start;
        look->bit[look->count] = piece.found ? piece_bit(piece.stream) : 0;
        look->open[look->count++] = piece.open;
        end = start;
    }
    arena_release(&arena);
}

/* Streams that wait behind line `from` (0 is the last one); false: lines before the look may say. A
 * stream that is not seen for long waits for nothing. */
static bool open_behind(const struct look *look, size_t from, unsigned *open)
{
    unsigned known = 0;
    *open = 0;
    for (size_t i = from; i < look->count; i++) {
        if (!(known & look->bit[i]) && look->open[i])
            *open |= look->bit[i];
        known |= look->bit[i];
    }
    bool all = known == (1u << PIECE_STREAMS) - 1 || look->count - from >= LONG_AGO;
    return all || !look->count || !look->start[look->count - 1];
}

/* SIZE_MAX: more has to be seen. */
static size_t whole_in(const struct look *look, sv bytes, unsigned *open)
{
    unsigned before = 0;
    if (!open_behind(look, 0, open))
        return SIZE_MAX;
    if (!*open)
        return bytes.len;
    for (size_t i = 0; i < look->count; i++) {
        if (!open_behind(look, i + 1, &before))
            return SIZE_MAX;
        if (!before)
            return look->start[i];
    }
    return SIZE_MAX;
}

size_t parser_whole(struct parser *parser, sv bytes, unsigned *open)
{
    struct look look;
    container_forget(&parser->headers.containers);
    for (size_t most = LOOK_FIRST; most <= LOOK_BACK; most *= 4) {
        look_back(&look, &parser->headers, bytes, most);
        size_t whole = whole_in(&look, bytes, open);
        if (whole != SIZE_MAX)
            return whole;
        if (look.count < most)
            return 0;
    }
    return 0;
}
