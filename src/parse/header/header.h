/* header: what stands before the message of a line, whatever wrote it there. */
#ifndef BOUNCELOG_PARSE_HEADER_H
#define BOUNCELOG_PARSE_HEADER_H

#include "bouncelog/base/bytes.h"
#include "bouncelog/pattern/patterns.h"
#include "container.h"
#include "layers.h"
#include "program.h"
#include "stamp.h"

struct mta;

struct header {
    struct stamp *stamp;   /* of the reader, until the next line */
    uint64_t stamp_serial; /* another one: another stamp; 0: nothing is known */
    sv host;               /* empty: not logged */
    uint64_t host_key;     /* hash_bytes of the host */
    struct program program;
    sv name;    /* of the program, as its tag has it */
    bool own;   /* of a log that an MTA writes itself, without a tag */
    sv message; /* views of the line, or of the arena for containers */
};

/* A part of a line that goes on with the next one of its stream, or the last one of such parts. */
struct piece {
    bool found; /* the line belongs to a stream that can have such parts */
    bool open;  /* it goes on */
    sv stream, text;
    struct layer_stack around; /* the whole line, once its pieces are joined */
};

enum { MEMO_MAX = 256 };

/* The last header of a form whose same bytes always mean the same; the next line usually differs
 * in the time at most. */
struct header_memo {
    char bytes[MEMO_MAX + BYTES_SLACK];
    size_t minute_start, second_start;   /* may differ, with the stamp; 0: must not */
    size_t fraction_start, fraction_end; /* equal: no fraction */
    size_t end;                          /* where the tag begins; 0: nothing remembered */
    size_t host_start, host_len;         /* no host: 0, 0 */
    enum header_then then;
    uint8_t mta;         /* HEADER_THEN_MTA: whose log it is */
    bool quick;          /* header_quick may use it */
    unsigned quick_mask; /* as bytes_equal32 takes it */
    struct stamp stamp;
    uint64_t stamp_serial, host_key;
};

struct header_reader {
    const struct patterns *patterns;
    struct matcher *matcher;
    struct header_memo memo;
    struct program_table programs;
    const struct mta *const *mtas; /* hooks, by MTA */
    struct stamp own;              /* of a line whose stamp is not remembered */
    struct container_reader containers;
    struct journal_trust *trust; /* of entries of a journal that others wrote down */
    struct layers layers;
    bool layered;       /* the last line that was read in full had something around it */
    const char *inside; /* where its header begins; NULL: it has none, but a tag */
    struct piece piece; /* of that line */
    struct stamp outer; /* of a layer around it... */
    bool has_outer;     /* ...if one has any */
};

/* What is known of a line at first quick. */
struct quick_header {
    struct program program;
    sv message;
    size_t id_len; /* of a queue id, and `: `, at its start; 0: not looked for */
};

/* Most lines have the header of the line before them, a tag, and a message that nobody cares for:
 * then this is all that has to be read of them. False: header_read must look. */
static inline bool header_quick(struct header_reader *reader, sv line, struct quick_header *quick)
{
    const struct header_memo *memo = &reader->memo;
    if (!memo->quick || line.len <= memo->end ||
        !bytes_equal32(line.ptr, memo->bytes, memo->quick_mask))
        return false;
    /* Each step ends at the latest at the newline, or NUL, behind the line. */
    const char *tag = line.ptr + memo->end;
    size_t n = bytes_tag(tag), end = n;
    if (!n || tag[n] != '[')
        return false;
    end += 1 + bytes_digits16(tag + n + 1);
    if (tag[end] != ']' || tag[end + 1] != ':' || tag[end + 2] != ' ' || tag[end + 3] == ' ' ||
        tag[end + 3] == '[')
        return false;
    const char *message = tag + end + 3;
    quick->message = (sv){message, (size_t)(line.ptr + line.len - message)};
    quick->program = program_again(&reader->programs, (sv){tag, n});
    return true;
}

/* The form that takes the line as it stands; SIZE_MAX: none does. */
size_t header_form_of(struct header_reader *reader, sv line);

/* The header that header_quick saw. */
void header_recall(struct header_reader *reader, sv line, const struct quick_header *quick,
                   struct header *header);

/* The same of a row of a CSV log that carries a line. */
bool header_read_row(struct header_reader *reader, const struct container_row *row,
                     struct arena *arena, struct header *header);

/* What is inside the layers of the last lines; empty: they are not around this one. A view of the
 * line, or of a scratch until the next line; program: not empty where the line is its message. */
sv header_inside(struct header_reader *reader, sv line, sv *program);

/* Peels the line as far as the first thing around it that knows of pieces. */
void header_piece(struct header_reader *reader, sv line, struct arena *arena, struct piece *piece);

/* Parts that header.c and peel.c share: a header at the start of the line; what follows one; the
 * stamp that the last match gave. */
bool header_read_plain(struct header_reader *reader, sv line, struct header *header);
bool header_finish_tag(struct header_reader *reader, sv rest, struct header *header);
bool header_take_stamp(const struct header_reader *reader, const struct regex *regex,
                       struct stamp *stamp);

/* False when no form takes the line. Where it is a piece (reader->piece.open), it is never taken.
 */
bool header_read(struct header_reader *reader, sv line, struct arena *arena, struct header *header);

#endif
