/* A window into a log that grows (`journalctl --since`, `docker logs --since`, a file written anew
 * from a later start) begins with lines that the last run has read. No offset tells where they end,
 * so each line is looked up among those that earlier runs read. A line that stood there so often
 * may come so often again. Known lines become empty: what follows keeps its number. */
#include "window.h"

#include <string.h>
#include <unistd.h>

enum {
    MANY = (1 << FPSET_FLAG_BITS) - 1, /* that often, or oftener */
    TELLING_BYTES = 40,                /* a shorter line (`-- Reboot --`) may stand in any log */
    STRIDE = 128 * 1024, /* such a stretch of lines that were read is not overlooked... */
    PROBE_BYTES = 8192,  /* ...by a look at a line or two of each */
};

static bool is_known(struct reader *reader, uint64_t fingerprint)
{
    int more = fpset_get(reader->input->options.lines_read, fingerprint);
    if (more <= 0)
        return more == 0 && fpset_add(&reader->used, fingerprint, 0) == FPSET_NEW;
    if (more == MANY)
        return true;
    int used = fpset_get(&reader->used, fingerprint);
    /* Bits are set from the lowest on. */
    unsigned next = used == FPSET_NEW ? 0 : ((unsigned)used << 1 | 1);
    if (used != FPSET_NEW && next > (unsigned)more)
        return false;
    fpset_add(&reader->used, fingerprint, next);
    return true;
}

static bool is_piped(const struct reader *reader)
{
    return strcmp(reader->source->path, "-") == 0;
}

static bool may_overlap(const struct reader *reader)
{
    const struct fpset *lines = reader->input->options.lines_read;
    bool resumed = reader->source->resumed_at || reader->source->known != INPUT_NEW;
    return lines && lines->count && !reader->source->journal && (!resumed || is_piped(reader));
}

bool window_is_told(const struct reader *reader, const struct mark *mark)
{
    return mark->remembered &&
           (is_piped(reader) ||
            (mark->replaced && mark->replaced == hash_bytes(sv_from(reader->source->path))));
}

/* What lies before the first line that is known is new only where nothing was forgotten. */
static void look_back(struct reader *reader, sv line)
{
    if (reader->source->error[0] || !reader->input->options.lines_forgotten ||
        !reader->begins_unknown || line.len < TELLING_BYTES)
        return;
    source_set_error(
        reader->source,
        "overlaps with what was read, and begins before the lines that are remembered: "
        "those before may have counted twice");
    reader->source->complete = false;
}

char *window_drop(struct reader *reader, char *from, char *end, size_t *known)
{
    uint64_t seed = reader->input->options.lines_seed;
    char *to = from;
    *known = 0;
    if (!may_overlap(reader))
        return end;
    while (from < end) {
        char *newline = memchr(from, '\n', (size_t)(end - from));
        char *next = newline ? newline + 1 : end;
        sv line = sv_make(from, (size_t)((newline ? newline : end) - from));
        uint64_t fingerprint = input_line(line, seed);
        bool drop = fingerprint != INPUT_LINE_NONE && is_known(reader, fingerprint);
        if (drop)
            look_back(reader, line);
        else if (line.len >= TELLING_BYTES)
            reader->begins_unknown = true;
        from = drop && newline ? newline : from;
        *known += drop;
        memmove(to, from, (size_t)(next - from));
        to += next - from;
        from = next;
    }
    reader->source->known_lines += (int64_t)*known;
    return to;
}

/* The first telling line in so many bytes; the first of them may be the rest of a line. */
static int probe(const struct reader *reader, off_t at)
{
    const struct input_options *options = &reader->input->options;
    char bytes[PROBE_BYTES];
    ssize_t got = pread(reader->feed.fd, bytes, sizeof bytes, at);
    sv rest = sv_make(bytes, got > 0 ? (size_t)got : 0);
    if (at)
        (void)sv_cut(rest, '\n', &rest);
    while (sv_find_byte(rest, '\n') != SV_NPOS) {
        sv line = sv_cut(rest, '\n', &rest);
        if (line.len >= TELLING_BYTES)
            return fpset_get(options->lines_read, input_line(line, options->lines_seed)) !=
                   FPSET_NEW;
    }
    return -1;
}

bool window_is_refused(struct reader *reader)
{
    if (!may_overlap(reader) || !reader->input->options.lines_forgotten ||
        reader->codec != &codec_plain || !S_ISREG(reader->file.st_mode) || probe(reader, 0) != 0)
        return false;
    for (off_t at = STRIDE; at < reader->file.st_size; at += STRIDE)
        if (probe(reader, at) > 0) {
            source_set_error(reader->source,
                             "overlaps with what was read, and begins before the lines that are "
                             "remembered: it was not read; name the log itself, or give windows on "
                             "standard input");
            reader->source->complete = false;
            return true;
        }
    return false;
}
