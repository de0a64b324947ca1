/* reader: what the files of this room share about a source that is being read. */
#ifndef BOUNCELOG_INPUT_READER_H
#define BOUNCELOG_INPUT_READER_H

#include <sys/stat.h>

#include "codec.h"
#include "plan.h"

struct reader {
    struct input *input;
    struct source *source;
    bool open, first, ended;
    bool skipping; /* the rest of a line that was cut */
    struct feed feed;
    struct stat file;
    const struct codec *codec;
    void *decoder;
    char *head; /* the first decoded bytes: they are looked at before the first chunk is made */
    size_t head_len, head_used;
    char *carry;
    size_t carry_len;
    char *window; /* the last decoded bytes, where they cannot be read again */
    size_t window_len;
    const struct input_cut *cut; /* NULL: a chunk ends with any line */
    unsigned left_open;          /* behind the last chunk */
    size_t point_count;          /* points.h: of such bytes */
    uint64_t point[MARK_POINTS_MAX];
    struct fpset used; /* window.h: lines of before that came again */
    bool begins_unknown;
    size_t unfinished; /* bytes of the last line, which has no newline and was given */
    size_t counted; /* an earlier run gave so many bytes of the next line, which had no newline */
};

/* Decodes until `size` bytes are there or the source ends. */
size_t reader_decode(struct reader *reader, char *to, size_t size);
void source_set_error(struct source *source, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
