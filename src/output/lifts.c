/* FILE.removed of a list: who is not on it any more, for whoever takes them off again.
 *
 * Readers that take a file for that get theirs (docs/LISTS.md has the documents of each); the
 * others are asked for one address after the other, and a script wants an address a line. */
#include <stdlib.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"
#include "bouncelog/output/output.h"
#include "json.h"

typedef void lift_row(struct buf *out, sv address);

static void plain(struct buf *out, sv address)
{
    buf_add(out, address);
    buf_add_byte(out, '\n');
}

static void json(struct buf *out, sv address)
{
    cJSON *row = cJSON_CreateObject();
    json_text(row, "address", address);
    json_add(out, row);
}

/* The address is of the safe set, or a fingerprint: no cell of a spreadsheet needs more. */
static void csv(struct buf *out, sv address)
{
    buf_printf(out, "\"%.*s\"\r\n", SV_FMT(address));
}

static void sendmail(struct buf *out, sv address)
{
    buf_add(out, SV("To:"));
    plain(out, address);
}

static void ses_json(struct buf *out, sv address)
{
    cJSON *row = cJSON_CreateObject();
    json_text(row, "emailAddress", address);
    json_add(out, row);
    buf_add_byte(out, '\n');
}

static const struct lift {
    const char *head, *first, *between, *tail;
    lift_row *row; /* NULL: an address a line */
} lifts[LIST_FORMAT_COUNT + 1] = {
    [LIST_JSON] = {"[", "\n", ",\n", "\n]\n", json},
    [LIST_CSV] = {"address\r\n", "", "", "", csv},
    [LIST_SENDMAIL] = {"", "", "", "", sendmail},
    [LIST_SES_JSON] = {"", "", "", "", ses_json},
    [LIST_EMAIL_CSV] = {"email\n", "", "", "", plain},
};

static int by_bytes(const void *a, const void *b)
{
    return sv_cmp(*(const sv *)a, *(const sv *)b);
}

static void write_rows(struct outfile *out, const struct lift *lift, const sv *addresses,
                       size_t count)
{
    struct buf row = {0};
    outfile_write(out, sv_from(lift->head ? lift->head : ""));
    for (size_t i = 0; i < count; i++) {
        const char *before = i ? lift->between : lift->first;
        buf_clear(&row);
        (lift->row ? lift->row : plain)(&row, addresses[i]);
        outfile_write(out, sv_from(before ? before : ""));
        outfile_write(out, buf_sv(&row));
    }
    outfile_write(out, sv_from(lift->tail ? lift->tail : ""));
    buf_release(&row);
}

static void write_bodies(struct outfile *out, const struct list_template *template,
                         const sv *addresses, size_t count)
{
    struct buf row = {0};
    struct list_bodies bodies = {.template = template, .body = &template->lift};
    for (size_t i = 0; i < count; i++) {
        struct list_values values = {.fields = {[LIST_FIELD_ADDRESS] = addresses[i]}};
        buf_clear(&row);
        list_bodies_add(&bodies, &row, &values, false);
        outfile_write(out, buf_sv(&row));
    }
    buf_clear(&row);
    list_bodies_end(&bodies, &row);
    outfile_write(out, buf_sv(&row));
    buf_release(&row);
}

void output_lifts(struct outfile *out, const struct report *report, struct list_form form,
                  const sv *addresses, size_t count, const struct redactor *redactor)
{
    struct arena arena = {0};
    bool fingerprints = form.format == LIST_HASH && !report->redacted;
    sv *list = mem_zero(count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = fingerprints ? redact_fingerprint(redactor, addresses[i], &arena) : addresses[i];
    if (count)
        qsort(list, count, sizeof *list, by_bytes);
    if (form.template && form.template->lift.row.count)
        write_bodies(out, form.template, list, count);
    else
        write_rows(out, &lifts[form.format], list, count);
    mem_free(list);
    arena_release(&arena);
}
