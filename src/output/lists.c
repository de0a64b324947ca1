#include "lists.h"

#include <stdlib.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/output/output.h"

/* A file is: head, the first row behind `first`, the others behind `between`, tail. */
struct kind {
    const char *name;
    const char *head, *first, *between, *tail;
    list_row *row;
    size_t rows_max, bytes_max; /* what its reader takes at once; 0: any number */
    bool fingerprints;          /* a row may have a fingerprint in place of an address */
};

static const struct kind kinds[LIST_FORMAT_COUNT] = {
    [LIST_PLAIN] = {"plain", "", "", "", "", list_plain, 0, 0, true},
    [LIST_JSON] = {"json", "[", "\n", ",\n", "\n]\n", list_json, 0, 0, true},
    [LIST_CSV] = {"csv",
                  "address,category,reason,code,enhanced,count,days,first_seen,last_seen,reply\r\n",
                  "", "", "", list_csv, 0, 0, true},
    [LIST_POSTFIX] = {"postfix", "", "", "", "", list_postfix, 0, 0, false},
    [LIST_POSTFIX_TRANSPORT] = {"postfix-transport", "", "", "", "", list_postfix_transport, 0, 0,
                                false},
    [LIST_EXIM] = {"exim", "", "", "", "", list_exim, 0, 0, false},
    [LIST_SENDMAIL] = {"sendmail", "", "", "", "", list_sendmail, 0, 0, false},
    [LIST_LISTMONK] = {"listmonk", "email,name,attributes\n", "", "", "", list_listmonk, 0, 0,
                       false},
    [LIST_LISTMONK_WEBHOOK] = {"listmonk-webhook", "", "", "", "", list_listmonk_webhook, 0, 0,
                               false},
    [LIST_SES_CSV] = {"ses-csv", "", "", "", "", list_ses_csv, 100000, 0, false},
    [LIST_SES_JSON] = {"ses-json", "", "", "", "", list_ses_json, 100000, 0, false},
    /* 25 MB, taken for the smaller of two readings */
    [LIST_MAILGUN_CSV] = {"mailgun-csv", "address,code,error,created_at\n", "", "", "",
                          list_mailgun_csv, 0, 25000000, false},
    [LIST_MAILGUN_JSON] = {"mailgun-json", "[", "\n", ",\n", "\n]\n", list_mailgun_json, 1000, 0,
                           false},
    [LIST_SPARKPOST] = {"sparkpost", "recipient,type,description\n", "", "", "", list_sparkpost, 0,
                        0, false},
    [LIST_SENDGRID] = {"sendgrid", "{\"recipient_emails\":[", "\n", ",\n", "\n]}\n", list_sendgrid,
                       0, 0, false},
    [LIST_MAUTIC] = {"mautic", "email,doNotEmail\n", "", "", "", list_mautic, 0, 0, false},
    [LIST_HASH] = {"hash", "", "", "", "", list_plain, 0, 0, true},
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

bool list_format_splits(enum list_format format)
{
    return kinds[format].rows_max || kinds[format].bytes_max;
}

bool list_format_takes_fingerprints(enum list_format format)
{
    return kinds[format].fingerprints;
}

/* The file that is being written. */
struct writer {
    struct outparts *out;
    const struct kind *kind;
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
    writer->kind->row(&writer->row, entry);
    if (!writer->over_limit && is_full(writer))
        next_file(writer);
    write_text(writer, writer->rows ? writer->kind->between : writer->kind->first);
    outparts_write(writer->out, buf_sv(&writer->row));
    writer->bytes += writer->row.len;
    writer->rows++;
}

static int by_bytes(const void *a, const void *b)
{
    return sv_cmp(*(const sv *)a, *(const sv *)b);
}

/* In the order of the fingerprints: that of the addresses would give some of them away. */
static void write_fingerprints(struct writer *writer, const struct report *report,
                               const struct redactor *redactor)
{
    struct arena arena = {0};
    sv *all = mem_zero(report->suppress_count + 1, sizeof *all);
    for (size_t i = 0; i < report->suppress_count; i++)
        all[i] = redact_fingerprint(redactor, report->suppress[i].address, &arena);
    qsort(all, report->suppress_count, sizeof *all, by_bytes);
    for (size_t i = 0; i < report->suppress_count; i++)
        write_row(writer, &(struct suppression){.address = all[i]});
    mem_free(all);
    arena_release(&arena);
}

struct list_result output_list(struct outparts *out, const struct report *report,
                               enum list_format format, const struct redactor *redactor)
{
    struct writer writer = {.out = out, .kind = &kinds[format]};
    int64_t skipped = 0;
    write_text(&writer, writer.kind->head);
    if (format == LIST_HASH && !report->redacted)
        write_fingerprints(&writer, report, redactor);
    else
        for (size_t i = 0; i < report->suppress_count; i++)
            if (report->suppress[i].skipped.len)
                skipped++;
            else
                write_row(&writer, &report->suppress[i]);
    write_text(&writer, writer.kind->tail);
    buf_release(&writer.row);
    return (struct list_result){skipped, writer.over_limit};
}
