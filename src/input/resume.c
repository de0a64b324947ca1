/* Identity is content: the hash of the beginning and that of the bytes before the offset, both of
 * decoded bytes, so that mail.log, mail.log.1 and mail.log.2.gz are one log. A name is never proof;
 * device and inode only save the reading of files that did not change. Two logs may begin alike, as
 * syslog and mail.log do: what is skipped of either is what was read of the other. */
#include "resume.h"
#include "points.h"
#include "window.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/readat.h"

enum {
    HEAD_BYTES = MARK_HASHED_MAX,
    TAIL_BYTES = MARK_HASHED_MAX,
    /* A partial line may stand behind the offset. */
    WINDOW_BYTES = TAIL_BYTES + INPUT_LINE_MAX + 1,
    SCRATCH_BYTES = 256 * 1024,
    REST_SECONDS = 86400
};

static const struct input_options *options_of(const struct reader *reader)
{
    return &reader->input->options;
}

struct seen resume_seen(const struct stat *file)
{
    return (struct seen){
        .device = (uint64_t)file->st_dev,
        .inode = (uint64_t)file->st_ino,
        .size = (int64_t)file->st_size,
        .mtime_ns = (int64_t)file->st_mtim.tv_sec * 1000000000 + file->st_mtim.tv_nsec,
        .ctime_ns = (int64_t)file->st_ctim.tv_sec * 1000000000 + file->st_ctim.tv_nsec};
}

static const struct seen *find_seen(const struct input_options *options, const struct seen *file)
{
    for (size_t i = 0; i < options->seen_count; i++)
        if (options->seen[i].device == file->device && options->seen[i].inode == file->inode)
            return &options->seen[i];
    return NULL;
}

bool resume_rests(const struct input_options *options, const struct seen *now,
                  const struct seen **before)
{
    *before = find_seen(options, now);
    return *before && (*before)->whole && (*before)->size == now->size &&
           (*before)->mtime_ns == now->mtime_ns && (*before)->ctime_ns == now->ctime_ns;
}

bool resume_is_unchanged(struct reader *reader)
{
    struct source *source = reader->source;
    const struct seen *before;
    if (!options_of(reader)->resume)
        return false;
    source->seen = resume_seen(&reader->file);
    if (!S_ISREG(reader->file.st_mode) || !resume_rests(options_of(reader), &source->seen, &before))
        return false;
    source->known = before->mark;
    source->mark = options_of(reader)->marks[before->mark];
    source->resumed_at = source->mark.offset;
    source->lines_before = source->lines_total = source->mark.lines;
    source->seen.whole = true;
    source->complete = true;
    return true;
}

/* A log that is shorter than the head: are its whole lines the first ones of the marked log? */
static bool is_beginning(sv head, const struct mark *mark)
{
    size_t end = sv_rfind_byte(head, '\n');
    for (size_t i = 0; end != SV_NPOS && i < mark->line_count; i++)
        if (mark->line[i].end == end + 1)
            return hash_bytes(sv_sub(head, 0, end + 1)) == mark->line[i].hash;
    return false;
}

static bool head_fits(sv head, const struct mark *mark)
{
    if (mark->head_len > head.len)
        return is_beginning(head, mark);
    return mark->head_len && hash_bytes(sv_sub(head, 0, mark->head_len)) == mark->head_hash;
}

/* A mark that the source may continue. */
struct candidate {
    const struct mark *mark;
    size_t known, follows;
};

static int by_offset(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->mark->offset != b->mark->offset)
        return a->mark->offset > b->mark->offset ? -1 : 1;
    if (a->mark->unfinished != b->mark->unfinished)
        return a->mark->unfinished > b->mark->unfinished ? -1 : 1;
    return a->follows < b->follows ? 1 : a->follows > b->follows ? -1 : 0;
}

/* All marks that fit, the farthest first: those of before, and those of sources of the same log
 * that were read just now. */
static size_t find_candidates(const struct reader *reader, struct candidate *list)
{
    const struct input_options *options = options_of(reader);
    const struct source *sources = reader->input->sources;
    sv head = sv_make(reader->head, reader->head_len);
    size_t count = 0;
    for (size_t i = 0; i < options->mark_count; i++)
        if (!window_is_told(reader, &options->marks[i]) && head_fits(head, &options->marks[i]))
            list[count++] = (struct candidate){&options->marks[i], i, INPUT_NEW};
    for (size_t i = reader->source->follows; i != INPUT_NEW; i = sources[i].follows)
        if (head_fits(head, &sources[i].mark))
            list[count++] = (struct candidate){&sources[i].mark, sources[i].known, i};
    qsort(list, count, sizeof *list, by_offset);
    return count;
}

static bool is_seekable(const struct reader *reader)
{
    return reader->codec == &codec_plain && S_ISREG(reader->file.st_mode);
}

enum found { FOUND, FOUND_SHORTER, FOUND_OTHER };

static enum found seek_to(struct reader *reader, const struct mark *mark)
{
    char tail[TAIL_BYTES];
    int64_t offset = mark->offset;
    if ((int64_t)reader->file.st_size < offset)
        return FOUND_SHORTER;
    if (read_at(reader->feed.fd, tail, mark->tail_len, offset - mark->tail_len) != mark->tail_len)
        return FOUND_SHORTER;
    if (hash_bytes(sv_make(tail, mark->tail_len)) != mark->tail_hash)
        return FOUND_OTHER;
    if (lseek(reader->feed.fd, (off_t)offset, SEEK_SET) < 0)
        return FOUND_OTHER;
    reader->feed.pos = reader->feed.len = 0;
    reader->feed.consumed = offset;
    reader->feed.at_end = false;
    reader->ended = false;
    reader->source->complete = false;
    return FOUND;
}

/* Decodes, and lets go, up to the offset. */
static enum found decode_to(struct reader *reader, const struct mark *mark)
{
    struct source *source = reader->source;
    char *scratch = mem_alloc(SCRATCH_BYTES);
    while (source->bytes < mark->offset) {
        int64_t left = mark->offset - source->bytes;
        size_t want = left < SCRATCH_BYTES ? (size_t)left : SCRATCH_BYTES;
        if (!reader_decode(reader, scratch, want))
            break;
    }
    mem_free(scratch);
    if (source->bytes < mark->offset)
        return FOUND_SHORTER;
    /* The head may reach beyond the offset; what is decoded of it is not lost. */
    size_t beyond = (size_t)(source->bytes - mark->offset);
    sv tail =
        sv_make(reader->window + reader->window_len - beyond - mark->tail_len, mark->tail_len);
    return hash_bytes(tail) == mark->tail_hash ? FOUND : FOUND_OTHER;
}

/* Within the head, everything is at hand. */
static enum found look_in_head(const struct reader *reader, const struct mark *mark)
{
    sv tail = sv_make(reader->head + mark->offset - mark->tail_len, mark->tail_len);
    return hash_bytes(tail) == mark->tail_hash ? FOUND : FOUND_OTHER;
}

static enum found try_mark(struct reader *reader, const struct mark *mark)
{
    if (mark->offset <= (int64_t)reader->head_len)
        return look_in_head(reader, mark);
    return is_seekable(reader) ? seek_to(reader, mark) : decode_to(reader, mark);
}

static int64_t lines_of(const struct reader *reader, const struct candidate *candidate)
{
    return candidate->follows == INPUT_NEW ? candidate->mark->lines
                                           : reader->input->sources[candidate->follows].lines_total;
}

static void go_on(struct reader *reader, const struct candidate *candidate)
{
    struct source *source = reader->source;
    int64_t offset = candidate->mark->offset;
    bool in_head = offset <= (int64_t)reader->head_len;
    reader->head_used = in_head ? (size_t)offset : reader->head_len;
    source->resumed_at = offset;
    source->known = candidate->known;
    source->continues = candidate->follows;
    source->mark = *candidate->mark;
    source->lines_before = source->lines_total = lines_of(reader, candidate);
    bool understood = candidate->follows == INPUT_NEW
                          ? candidate->mark->understood
                          : reader->input->sources[candidate->follows].understood;
    reader->skipping = candidate->mark->skipping || understood;
    reader->counted = reader->skipping ? 0 : candidate->mark->unfinished;
    /* From here on `bytes` are those of this run, of which some of the head may be. */
    source->bytes = in_head ? source->bytes - offset : 0;
}

/* Content that was decoded on the way to one mark is decoded anew for the next one. */
static bool restart(struct reader *reader)
{
    struct source *source = reader->source;
    if (is_seekable(reader) || source->bytes <= (int64_t)reader->head_len)
        return true;
    if (!S_ISREG(reader->file.st_mode) || lseek(reader->feed.fd, 0, SEEK_SET) != 0)
        return false;
    reader->codec->close(reader->decoder);
    reader->decoder = reader->codec->open();
    reader->feed.pos = reader->feed.len = 0;
    reader->feed.at_end = false;
    reader->ended = reader->decoder == NULL;
    reader->window_len = reader->point_count = 0;
    source->bytes = 0;
    source->error[0] = 0;
    source->complete = false;
    reader->head_len = reader_decode(reader, reader->head, INPUT_HEAD_MAX);
    return reader->decoder != NULL;
}

/* A copy from before the last run has nothing new. Where that is not certain it is said once, as
 * what may be missing. */
static void take_shorter(struct reader *reader, const struct candidate *candidate, bool certain)
{
    struct source *source = reader->source;
    if (!certain && candidate->mark->head_len <= reader->head_len && !source->error[0])
        source_set_error(source,
                         "ends before byte %lld, up to which a log that begins like it was read: "
                         "it was taken for an older copy, and not read",
                         (long long)candidate->mark->offset);
    source->shorter = true;
    source->bytes = 0;
    source->resumed_at = candidate->mark->offset;
    source->known = candidate->known;
    source->continues = candidate->follows;
    source->mark = *candidate->mark;
    source->lines_before = source->lines_total = lines_of(reader, candidate);
    source->complete = source->error[0] == 0;
    source->seen.whole = reader->feed.failed == 0;
}

/* A source of this run is the log of that mark. */
static bool is_here(const struct reader *reader, size_t known)
{
    const struct source *sources = reader->input->sources;
    for (size_t i = reader->source->follows; i != INPUT_NEW; i = sources[i].follows)
        if (sources[i].known == known && sources[i].mark.offset)
            return true;
    return false;
}

/* The log of this set begins like the one that was read, and differs before the offset. Where all
 * its lines are remembered, what is new in it can be told. */
static bool was_changed(const struct reader *reader, const struct candidate *candidate,
                        enum alike alike)
{
    const struct mark *mark = candidate->mark;
    return mark->set == reader->source->set && mark->head_len == HEAD_BYTES && !mark->remembered &&
           candidate->follows == INPUT_NEW && alike != ALIKE_HEAD &&
           !is_here(reader, candidate->known);
}

static bool refuse_change(struct reader *reader, const struct candidate *candidate)
{
    source_set_error(reader->source,
                     "was changed before byte %lld, up to which it was read; a copy of it under "
                     "another name is read as a new log",
                     (long long)candidate->mark->offset);
    reader->source->complete = false;
    return false;
}

/* What is known of marks that fit no better than by their heads. */
struct other {
    const struct candidate *shorter, *changed;
    bool certain; /* ...that all of it was read */
    size_t known; /* the log of this mark was read farther just now than the source reaches */
};

static void note_other(struct reader *reader, const struct candidate *candidate, enum found found,
                       struct other *other)
{
    enum alike alike = points_compare(reader, candidate->mark);
    if (found == FOUND_SHORTER && alike == ALIKE_SO_FAR && candidate->follows != INPUT_NEW)
        alike = points_compare_ends(reader, &reader->input->sources[candidate->follows]);
    bool is_copy = alike == ALIKE_WHOLE || (alike == ALIKE_SO_FAR && !candidate->mark->remembered);
    if (found == FOUND_SHORTER && is_copy) {
        if (!other->shorter)
            other->shorter = candidate;
        if (candidate->follows != INPUT_NEW)
            other->known = candidate->known;
        other->certain = other->certain || alike == ALIKE_WHOLE;
    } else if (!other->changed && was_changed(reader, candidate, alike)) {
        other->changed = candidate;
    }
}

/* Has the copy that holds all of the source gone on from that one? */
static bool went_on(const struct reader *reader, const struct other *other,
                    const struct candidate *from)
{
    const struct source *sources = reader->input->sources;
    size_t i = other->shorter ? other->shorter->follows : INPUT_NEW;
    while (i != INPUT_NEW && i != from->follows)
        i = sources[i].continues;
    return i != INPUT_NEW;
}

static bool try_candidates(struct reader *reader, const struct candidate *list, size_t count)
{
    struct other other = {.known = INPUT_NEW};
    for (size_t i = 0; i < count; i++) {
        if (list[i].follows == INPUT_NEW && list[i].known == other.known)
            continue;
        enum found found = try_mark(reader, list[i].mark);
        if (found == FOUND && went_on(reader, &other, &list[i]))
            break;
        if (found == FOUND) {
            go_on(reader, &list[i]);
            return true;
        }
        note_other(reader, &list[i], found, &other);
        bool goes_on = i + 1 < count || !other.shorter;
        if (goes_on && !restart(reader)) {
            source_set_error(reader->source, "begins like other logs, and cannot be read again to "
                                             "tell which it is: put it into a file");
            return false;
        }
    }
    if (other.shorter)
        take_shorter(reader, other.shorter, other.certain);
    else if (other.changed)
        return refuse_change(reader, other.changed);
    return !other.shorter; /* a log that was never seen */
}

bool resume_find(struct reader *reader)
{
    size_t most = options_of(reader)->mark_count + reader->input->count;
    struct candidate *list = mem_zero(most + 1, sizeof *list);
    bool go = try_candidates(reader, list, find_candidates(reader, list));
    mem_free(list);
    return go;
}

void resume_saw(struct reader *reader, const char *bytes, size_t len)
{
    if (!options_of(reader)->resume || reader->source->journal || is_seekable(reader))
        return;
    if (!reader->window)
        reader->window = mem_alloc(WINDOW_BYTES + INPUT_HEAD_MAX);
    points_saw(reader, bytes, len, reader->source->resumed_at + reader->source->bytes);
    size_t room = WINDOW_BYTES + INPUT_HEAD_MAX, part = len < room ? len : room;
    size_t kept = reader->window_len < room - part ? reader->window_len : room - part;
    memmove(reader->window, reader->window + reader->window_len - kept, kept);
    memcpy(reader->window + kept, bytes + len - part, part);
    reader->window_len = kept + part;
}

/* Nobody writes to the source any more. */
static bool is_closed(const struct reader *reader)
{
    const struct source *source = reader->source;
    return source->complete && S_ISREG(reader->file.st_mode) &&
           (reader->codec != &codec_plain || source->rotated ||
            options_of(reader)->now - source->mtime > REST_SECONDS);
}

/* Another source of this run may have the rest of its last line. */
static bool is_followed(const struct reader *reader)
{
    const struct input *input = reader->input;
    for (size_t i = 0; i < input->count; i++)
        if (input->sources[i].follows != INPUT_NEW &&
            &input->sources[input->sources[i].follows] == reader->source)
            return true;
    return false;
}

bool resume_waits(struct reader *reader, size_t rest)
{
    const struct input_options *options = options_of(reader);
    if (!options->resume || !rest || (options->whole && !is_followed(reader)))
        return false;
    if (rest == reader->counted) /* as far as it stands there it counts already */
        return true;
    reader->source->partial = !is_closed(reader);
    reader->unfinished = reader->source->partial ? 0 : rest;
    return reader->source->partial;
}

static uint64_t tail_hash(const struct reader *reader, int64_t end, int64_t offset, size_t len,
                          bool *known)
{
    char tail[TAIL_BYTES];
    size_t beyond = (size_t)(end - offset);
    *known = true;
    if (is_seekable(reader)) {
        *known = read_at(reader->feed.fd, tail, len, offset - (int64_t)len) == (ssize_t)len;
        return hash_bytes(sv_make(tail, len));
    }
    return hash_bytes(sv_make(reader->window + reader->window_len - beyond - len, len));
}

void resume_mark(struct reader *reader)
{
    struct source *source = reader->source;
    if (!reader->open)
        return;
    int64_t end = source->resumed_at + source->bytes;
    int64_t offset = end - (int64_t)reader->carry_len - (int64_t)reader->unfinished;
    size_t unfinished = reader->unfinished ? reader->unfinished : reader->counted;
    bool known, alone = offset == 0 && reader->unfinished;
    if (alone) /* a log of one line that is not finished: there is nothing else to know it by */
        offset = end;
    if (offset == 0)
        return;
    struct mark mark = {.offset = offset,
                        .set = source->set,
                        .head_len = offset < HEAD_BYTES ? (uint32_t)offset : HEAD_BYTES,
                        .tail_len = offset < TAIL_BYTES ? (uint32_t)offset : TAIL_BYTES,
                        .skipping = reader->skipping || alone,
                        .unfinished = alone ? 0 : (uint32_t)unfinished};
    mark.head_hash = hash_bytes(sv_make(reader->head, mark.head_len));
    points_mark(reader, &mark, source->resumed_at ? &source->mark : NULL);
    mark.tail_hash = tail_hash(reader, end, offset, mark.tail_len, &known);
    if (!known) { /* truncated while it was read: what we read is not there any more */
        mark.tail_len = 0;
        mark.tail_hash = hash_bytes(SV_EMPTY);
    }
    source->mark = mark;
    source->seen.whole = source->complete && !source->partial;
}
