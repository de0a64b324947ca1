/* Suppression lists: the rows of list_formats.def put to use. A list is written row by row, and
 * begins another file where its reader takes no more at once. How a row of each format looks is in
 * list_maps.c (MTAs), list_csv.c and list_json.c. */
#include "lists.h"

#include <stdlib.h>

#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/output/output.h"

/* A row of list_formats.def. */
struct kind {
    const char *name;
    const char *head, *first, *between, *tail;
    list_row *row;
    size_t rows_max, bytes_max;
    bool fingerprints;
    unsigned tiers; /* bits of enum tier */
    const char *readers;
};

enum { FOR_ALL = 1 << TIER_DEAD, FOR_LISTS = 1 << TIER_DEAD | 1 << TIER_BULK };

static const struct kind kinds[LIST_FORMAT_COUNT + 1] = {
#define LIST_FORMAT(format, ...) [LIST_##format] = {__VA_ARGS__},
#include "bouncelog/output/list_formats.def"
#undef LIST_FORMAT
    [LIST_TEMPLATE] = {"template", "", "", "", "", NULL, 0, 0, false, FOR_LISTS, ""},
};

const char *list_format_name(enum list_format format)
{
    return kinds[format].name;
}

bool list_format_from_name(sv name, enum list_format *format)
{
    for (int i = 0; i < LIST_FORMAT_COUNT; i++)
        if (sv_eq(name, sv_from(kinds[i].name))) {
            *format = (enum list_format)i;
            return true;
        }
    return false;
}

/* Formats for one reader alone are asked for by name: there are several for either ending. */
enum list_format list_format_of_file(sv path)
{
    size_t dot = sv_rfind_byte(path, '.');
    sv ending = dot == SV_NPOS ? SV_EMPTY : sv_skip(path, dot + 1);
    return sv_eq_nocase(ending, SV("csv"))    ? LIST_CSV
           : sv_eq_nocase(ending, SV("json")) ? LIST_JSON
                                              : LIST_PLAIN;
}

bool list_format_splits(enum list_format format)
{
    return kinds[format].rows_max || kinds[format].bytes_max;
}

unsigned list_form_tiers(struct list_form form)
{
    return form.template ? form.template->tiers : kinds[form.format].tiers;
}

const char *list_format_readers(enum list_format format)
{
    return kinds[format].readers;
}

bool list_format_takes_fingerprints(enum list_format format)
{
    return kinds[format].fingerprints;
}

/* The file that is being written. */
struct writer {
    struct outparts *out;
    const struct kind *kind;
    struct list_bodies bodies; /* by a template, if it has one */
    struct buf row;
    size_t rows, bytes;
    bool over_limit;
};

static void write_text(struct writer *writer, const char *text)
{
    outparts_write(writer->out, sv_from(text));
    writer->bytes += strlen(text);
}

static bool is_full(const struct writer *writer)
{
    const struct kind *kind = writer->kind;
    size_t more = strlen(kind->between) + writer->row.len + strlen(kind->tail);
    return writer->rows && ((kind->rows_max && writer->rows == kind->rows_max) ||
                            (kind->bytes_max && writer->bytes + more > kind->bytes_max));
}

/* A limit that is exceeded where nothing can be split is told once, and holds no more. */
static void next_file(struct writer *writer)
{
    if (!outparts_splits(writer->out)) {
        writer->over_limit = true;
        return;
    }
    write_text(writer, writer->kind->tail);
    outparts_next(writer->out);
    writer->rows = writer->bytes = 0;
    write_text(writer, writer->kind->head);
}

static void write_row(struct writer *writer, const struct suppression *entry)
{
    buf_clear(&writer->row);
    if (writer->bodies.template) {
        list_template_row(&writer->bodies, &writer->row, entry);
        outparts_write(writer->out, buf_sv(&writer->row));
        return;
    }
    writer->kind->row(&writer->row, entry);
    if (!writer->over_limit && is_full(writer))
        next_file(writer);
    write_text(writer, writer->rows ? writer->kind->between : writer->kind->first);
    outparts_write(writer->out, buf_sv(&writer->row));
    writer->bytes += writer->row.len;
    writer->rows++;
}

/* Where other letters stand in a domain, every reader of lists knows its A-labels. */
static void write_entry(struct writer *writer, const struct report *report,
                        const struct suppression *row)
{
    struct suppression entry = *row;
    char key[MAILBOX_MAX];
    if (!report->redacted && row->address.len <= sizeof key)
        entry.address = mailbox_key(row->address, key);
    write_row(writer, &entry);
}

/* Of a list of addresses alone, nothing else is asked for. */
static void write_listed(struct writer *writer, const struct report *report,
                         const struct suppress_entry *entry)
{
    if (writer->kind->row == list_plain)
        write_entry(writer, report, &(struct suppression){.address = entry->address});
    else
        write_entry(writer, report, report_suppression(report, entry));
}

static int by_bytes(const void *a, const void *b)
{
    return sv_cmp(*(const sv *)a, *(const sv *)b);
}

/* In the order of the fingerprints: that of the addresses would give some of them away. */
static void write_fingerprints(struct writer *writer, const struct report *report, unsigned tiers,
                               const struct redactor *redactor)
{
    struct arena arena = {0};
    sv *all = mem_zero(report->suppress_count + 1, sizeof *all);
    size_t count = 0;
    for (size_t i = 0; i < report->suppress_count; i++)
        if (tiers >> report->suppress[i].decision->tier & 1)
            all[count++] = redact_fingerprint(redactor, report->suppress[i].address, &arena);
    if (count)
        qsort(all, count, sizeof *all, by_bytes);
    for (size_t i = 0; i < count; i++)
        write_row(writer, &(struct suppression){.address = all[i]});
    mem_free(all);
    arena_release(&arena);
}

static void write_end(struct writer *writer)
{
    buf_clear(&writer->row);
    if (writer->bodies.template)
        list_bodies_end(&writer->bodies, &writer->row);
    else
        buf_add(&writer->row, sv_from(writer->kind->tail));
    outparts_write(writer->out, buf_sv(&writer->row));
    buf_release(&writer->row);
}

struct list_result output_list(struct outparts *out, const struct report *report,
                               struct list_form form, unsigned tiers,
                               const struct redactor *redactor)
{
    struct writer writer = {.out = out, .kind = &kinds[form.format]};
    int64_t skipped = 0;
    if (form.template)
        writer.bodies =
            (struct list_bodies){.template = form.template, .body = &form.template->list};
    write_text(&writer, writer.kind->head);
    if (form.format == LIST_HASH && !report->redacted)
        write_fingerprints(&writer, report, tiers, redactor);
    else
        for (size_t i = 0; i < report->suppress_count; i++) {
            const struct decision *decision = report->suppress[i].decision;
            if (!(tiers >> decision->tier & 1) || decision->probed)
                continue;
            if (decision->skipped && !report->redacted)
                skipped++;
            else
                write_listed(&writer, report, &report->suppress[i]);
        }
    write_end(&writer);
    return (struct list_result){skipped, writer.over_limit};
}
