/* A look at one log: its newest lines, or of a packed log its first, of the journal its newest
 * entries, are parsed as scan would, to say whose they are, how their headers look, how old they
 * are and which of them another log has, too. */
#include "doctor_logs.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/input/input.h"
#include "cli.h"
#include "journal.h"
#include "options/types.h"
#include "unread.h"

enum { SAMPLE = 256 * 1024, LATEST_ENTRIES = 20000 };

/* The last lines of a file that is not packed; of any other what its reader gives. */
static void read_tail(const char *path, struct buf *text)
{
    struct stat stat;
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    if (fstat(fileno(file), &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_size > SAMPLE &&
        fseeko(file, stat.st_size - SAMPLE, SEEK_SET) == 0) {
        buf_reserve(text, SAMPLE);
        text->len = fread(text->ptr, 1, SAMPLE, file);
        sv rest;
        (void)sv_cut(buf_sv(text), '\n', &rest);
        memmove(text->ptr, rest.ptr, rest.len);
        text->len = rest.len;
    }
    fclose(file);
}

static void read_journal(struct log_look *look, struct buf *text, const struct options *options,
                         const struct patterns *patterns)
{
    struct input_options how = {.chunk_bytes = SAMPLE};
    struct journal_trust *trust = journal_trust_of(options, patterns);
    struct chunk chunk;
    journal_ask(&how.journal, options, trust);
    how.journal.wanted = true;
    how.journal.latest = LATEST_ENTRIES;
    how.journal.since = INT64_MIN;
    struct input *input = input_plan(NULL, 0, how);
    chunk_init(&chunk, input);
    struct reader *reader = reader_open(input, 0);
    while (reader_next(reader, &chunk))
        buf_add(text, chunk.bytes);
    reader_close(reader);
    look->packed = "journal";
    snprintf(look->error, sizeof look->error, "%s", input_source(input, 0)->error);
    chunk_release(&chunk);
    input_free(input);
    journal_trust_free(trust);
}

static void read_sample(struct log_look *look, struct buf *text, int64_t *mtime)
{
    struct input *input = input_plan(&look->path, 1, (struct input_options){.chunk_bytes = SAMPLE});
    struct source *source = input_source(input, 0);
    struct chunk chunk;
    chunk_init(&chunk, input);
    struct reader *reader = reader_open(input, 0);
    if (reader_next(reader, &chunk))
        buf_add(text, chunk.bytes);
    look->packed = source->format;
    *mtime = source->mtime;
    reader_close(reader);
    snprintf(look->error, sizeof look->error, "%s", source->error);
    if (look->error[0] && access(look->path, R_OK) < 0 && errno == EACCES)
        look->denied = true;
    if (!look->error[0] && strcmp(look->packed, "plain") == 0) {
        struct buf tail = {0};
        read_tail(look->path, &tail);
        if (tail.len) {
            buf_clear(text);
            buf_add(text, buf_sv(&tail));
        }
        buf_release(&tail);
    }
    chunk_release(&chunk);
    input_free(input);
}

/* By the first form that takes the line, as the parser asks them. */
static void find_form(struct log_look *look, const struct patterns *patterns,
                      struct matcher *matcher, sv line)
{
    if (look->form.len)
        return;
    if (line.ptr[0] == '{') {
        look->form = SV("json");
        look->has_zone = true;
        return;
    }
    for (size_t i = 0; i < patterns->header_count; i++) {
        const struct header_form *form = &patterns->headers[i];
        if (regex_match(form->regex, matcher, line) != REGEX_YES)
            continue;
        look->form = form->name;
        look->has_zone = matcher_field(matcher, form->regex, FIELD_ZONE).len != 0;
        return;
    }
}

static void take_records(struct log_look *look, const struct records *records)
{
    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = &records->list[i];
        if (record->time > look->last)
            look->last = record->time;
        if (i == 0)
            look->mtas[record->mta]++;
    }
}

static void read_lines(struct log_look *look, struct parser *parser, const struct clock *clock,
                       const struct patterns *patterns, sv text)
{
    struct records records = {0};
    struct matcher *matcher = matcher_new();
    for (int64_t number = 1; text.len; number++) {
        sv line = sv_sub(sv_cut(text, '\n', &text), 0, INPUT_LINE_MAX);
        uint64_t fingerprint = hash_bytes(line);
        records_clear(&records);
        enum line_class class = parser_line(parser, clock, line, number, &records);
        look->classes[class]++;
        take_records(look, &records);
        if (class != LINE_OTHER && line.len) {
            (void)fpset_add(&look->mail, fingerprint, 0);
            find_form(look, patterns, matcher, line);
        }
    }
    matcher_free(matcher);
    records_release(&records);
}

void log_look(struct log_look *look, const char *path, const struct options *options,
              const struct patterns *patterns)
{
    struct buf text = {0};
    int64_t mtime = 0;
    *look = (struct log_look){
        .path = path ? path : "journal", .journal = path == NULL, .form = SV_EMPTY};
    if (look->journal)
        read_journal(look, &text, options, patterns);
    else
        read_sample(look, &text, &mtime);
    struct err err;
    uint8_t only;
    (void)!read_mta(options->mta, &patterns->taxonomy, &only, &err); /* doctor.c has told */
    size_t len = text.len;
    buf_reserve(&text, INPUT_SLACK); /* whole vectors are read beyond the last line */
    memset(text.ptr + len, 0, INPUT_SLACK);
    struct parser *parser = parser_new(
        &(struct parser_options){.patterns = patterns,
                                 .only = only,
                                 .host = options->host ? sv_from(options->host) : SV_EMPTY,
                                 .inbound = true});
    sv head = sv_sub(buf_sv(&text), 0, INPUT_HEAD_MAX), rest;
    look->kind = unread_kind(sv_cut(head, '\n', &rest));
    struct clock clock = parser_clock(parser, head,
                                      &(struct clock_options){.zone_given = options->zone != NULL,
                                                              .year = (int)options->year,
                                                              .mtime = mtime});
    look->zone_of_ids = clock.fixed;
    look->offset_s = clock.offset_s;
    read_lines(look, parser, &clock, patterns, buf_sv(&text));
    parser_free(parser);
    buf_release(&text);
}

void log_look_release(struct log_look *look)
{
    fpset_release(&look->mail);
}

int64_t log_look_mail(const struct log_look *look)
{
    return look->classes[LINE_DELIVERY] + look->classes[LINE_CONTEXT] +
           look->classes[LINE_SKIPPED] + look->classes[LINE_UNPARSED];
}

struct sharing {
    const struct fpset *other;
    size_t count;
};

static void count_shared(void *context, uint64_t fingerprint, unsigned flags)
{
    struct sharing *sharing = context;
    (void)flags;
    sharing->count += fpset_get(sharing->other, fingerprint) != FPSET_NEW;
}

size_t log_look_shared(const struct log_look *a, const struct log_look *b)
{
    struct sharing sharing = {&b->mail, 0};
    fpset_each(&a->mail, count_shared, &sharing);
    return sharing.count;
}
