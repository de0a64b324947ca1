/* The journal, read entry by entry as a decoder: what it decodes are the lines that entries make,
 * so that all behind it is as for any other source. What is to be remembered is the cursor of the
 * last entry that became a line: lines are never given by halves. Without libsystemd, it is a
 * source that cannot be read, and says so. */
#include "journal.h"

#include <stdio.h>
#include <string.h>

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"
#include "codec.h"

#ifdef BOUNCELOG_HAVE_JOURNAL
#include "journal_place.h"

/* Longer fields than a line may be are cut there, and the line is cut then. Of others, of which
 * there are fewer than sixteen, so much. */
enum {
    FIELD_MOST = INPUT_LINE_MAX + 1024,
    NAME_MOST = 4096,
    BYTES_MOST = FIELD_MOST + 16 * NAME_MOST,
    SECONDS_A_DAY = 86400
};

const char *input_journal_library(void)
{
    return "systemd " BOUNCELOG_SYSTEMD_VERSION;
}

/* When it was sent, as journalctl shows it; when it was received, where that says nothing. */
static void take_time(struct entry *entry, uint64_t received, uint64_t sent)
{
    uint64_t far = (uint64_t)SECONDS_A_DAY * 1000000;
    entry->microseconds = (int64_t)(sent <= received && received - sent < far ? sent : received);
}

/* A field of the entry at hand may live in a buffer that the next one is put into. */
static sv keep(struct buf *bytes, sv field)
{
    size_t at = bytes->len, most = sv_starts(field, SV("MESSAGE=")) ? FIELD_MOST : NAME_MOST;
    buf_add(bytes, sv_sub(field, 0, most));
    return sv_make(bytes->ptr + at, bytes->len - at);
}

static int read_fields(sd_journal *handle, struct entry *entry, struct buf *bytes, uint64_t *sent)
{
    const void *data;
    size_t len;
    int result;
    buf_reserve(bytes, BYTES_MOST); /* views of what was kept stay */
    sd_journal_restart_data(handle);
    while ((result = sd_journal_enumerate_available_data(handle, &data, &len)) > 0) {
        sv field = sv_make(data, len), time = SV("_SOURCE_REALTIME_TIMESTAMP=");
        if (sv_starts(field, time))
            (void)sv_to_u64(sv_skip(field, time.len), sent);
        else if (entry_wants(entry, field))
            entry_take(entry, keep(bytes, field));
    }
    return result;
}

/* The entry at hand as a line. */
static void make_line(struct journal *journal)
{
    struct source *source = journal->reader->source;
    struct entry entry = {0};
    struct buf bytes = {0};
    uint64_t received = 0, sent = UINT64_MAX;
    if (sd_journal_get_realtime_usec(journal->handle, &received) < 0 ||
        read_fields(journal->handle, &entry, &bytes, &sent) < 0)
        journal->unreadable++;
    take_time(&entry, received, sent);
    buf_clear(&journal->line);
    journal->used = 0;
    if (!entry_line(&journal->line, &entry, journal_options_of(journal)))
        source->disbelieved++;
    buf_release(&bytes);
    bool first = !source->cursor[0];
    if (journal->resumes && !journal_cursor(journal->handle, source->cursor))
        journal->unreadable++;
    if (first)
        journal->first_hash = hash_bytes(sv_from(source->cursor));
}

static enum decoded read_lines(void *state, struct feed *feed, char *out, size_t size, size_t *got,
                               const char **why)
{
    struct journal *journal = state;
    (void)feed;
    while (*got < size) {
        if (journal->used == journal->line.len) {
            int result = journal->pending ? 1 : sd_journal_next(journal->handle);
            journal->pending = false;
            if (result < 0)
                *why = strerror(-result);
            if (result <= 0)
                return result < 0 ? DECODED_CORRUPT : DECODED_END;
            make_line(journal);
        }
        sv part = sv_sub(sv_skip(buf_sv(&journal->line), journal->used), 0, size - *got);
        sv_put(out + *got, part);
        journal->used += part.len;
        *got += part.len;
    }
    return DECODED_BYTES;
}

static void close_journal(void *state)
{
    struct journal *journal = state;
    if (journal->handle)
        sd_journal_close(journal->handle);
    buf_release(&journal->line);
    mem_free(journal);
}

static const struct codec codec_journal = {
    .format = "journal", .name = "journal", .read = read_lines, .close = close_journal};

bool journal_open(struct reader *reader)
{
    struct source *source = reader->source;
    struct journal *journal = mem_zero(1, sizeof *journal);
    const char *folder = reader->input->options.journal.folder;
    journal->reader = reader;
    journal->resumes = reader->input->options.resume;
    reader->codec = &codec_journal;
    reader->decoder = journal;
    if (!journal_is_readable(journal))
        return false;
    int result = folder ? sd_journal_open_directory(&journal->handle, folder, 0)
                        : sd_journal_open(&journal->handle, SD_JOURNAL_LOCAL_ONLY);
    if (result < 0) {
        source_set_error(source, "cannot be opened: %s", strerror(-result));
        return false;
    }
    (void)sd_journal_set_data_threshold(journal->handle, FIELD_MOST);
    return journal_begin(journal);
}

/* The mark of a journal counts lines; where it was read to says the cursor. */
void journal_mark(struct reader *reader)
{
    struct source *source = reader->source;
    const struct journal *journal = reader->decoder;
    if (!reader->open)
        return;
    if (journal->unreadable && !source->error[0])
        source_set_error(source, "%lld entries could not be read whole",
                         (long long)journal->unreadable);
    if (source->error[0])
        source->complete = false;
    source->seen.whole = true;
    if (!source->cursor[0])
        return;
    struct mark mark =
        source->known == INPUT_NEW ? (struct mark){.head_hash = journal->first_hash} : source->mark;
    mark.offset = source->resumed_at + source->bytes;
    mark.set = source->set;
    mark.tail_hash = hash_bytes(sv_from(source->cursor));
    source->mark = mark;
}
#else
const char *input_journal_library(void)
{
    return NULL;
}

bool journal_open(struct reader *reader)
{
    source_set_error(reader->source, "this build cannot read the journal: it has no libsystemd");
    return false;
}

void journal_mark(struct reader *reader)
{
    (void)reader;
}
#endif

const char *input_journal_folder(const struct journal_options *options, size_t index)
{
    static const char *const own[] = {"/var/log/journal", "/run/log/journal", NULL};
    if (options->folder)
        return index ? NULL : options->folder;
    return own[index];
}
