/* output: a report, or an event, as bytes.
 *
 * Renderers are dumb: they neither sort nor sum nor look anything up. JSON documents go through
 * cJSON, one record at a time, so that a large report costs no more memory than its largest row;
 * events are written by a streaming writer, five times as fast. The shapes are fixed by
 * docs/schemas/. All text that leaves is valid UTF-8 without control characters. */
#ifndef BOUNCELOG_OUTPUT_OUTPUT_H
#define BOUNCELOG_OUTPUT_OUTPUT_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/outfile.h"
#include "bouncelog/base/outparts.h"
#include "bouncelog/pattern/list_template.h"
#include "bouncelog/report/reconciled.h"
#include "bouncelog/report/report.h"
#include "bouncelog/report/tried.h"
#include "bouncelog/report/why.h"

/* cJSON takes its memory from mem, for all rooms: without, a document would lack what there was no
 * memory for. Before any other thread starts. */
void output_use_mem(void);

/* One JSON document, docs/schemas/summary.schema.json. */
void output_summary(struct outfile *out, const struct report *report);

/* A readable table; colour: with terminal escapes; width: columns, never less than 80. */
void output_text(struct outfile *out, const struct report *report, bool colour, unsigned width);

/* One page of HTML that needs nothing else: no script, no network. Addresses are masked unless
 * `addresses`; in a report that was redacted they are fingerprints either way. */
void output_page(struct outfile *out, const struct report *report, bool addresses);

/* Metrics of this run for node_exporter's textfile collector. */
void output_metrics(struct outfile *out, const struct report *report);

/* One row each: list_formats.def; and what a template of a pattern file describes. */
enum list_format {
#define LIST_FORMAT(format, ...) LIST_##format,
#include "bouncelog/output/list_formats.def"
#undef LIST_FORMAT
    LIST_FORMAT_COUNT,
    LIST_TEMPLATE = LIST_FORMAT_COUNT
};
/* False when there is no such format; then it may be the name of a template. */
bool list_format_from_name(sv name, enum list_format *format);
const char *list_format_name(enum list_format format);
/* What a file of that name has in it when nobody says: .csv and .json have what they promise, any
 * other a plain list. */
enum list_format list_format_of_file(sv path);
/* Does its consumer take so much and no more at once? Then outparts_open gets `splits`. */
bool list_format_splits(enum list_format format);
/* May the report be one with fingerprints? The other formats are for whoever must know addresses.
 */
bool list_format_takes_fingerprints(enum list_format format);

/* Names of groups, with blanks between them; empty where no daemon reads the file itself. */
const char *list_format_readers(enum list_format format);

/* How a list is written. */
struct list_form {
    enum list_format format;
    const struct list_template *template; /* of LIST_TEMPLATE; else NULL */
};

struct list_result {
    int64_t skipped; /* addresses that are not safe in a list, and left out */
    bool over_limit; /* more than its consumer takes at once, where nothing can be split */
};

/* Bits of enum tier: whom such a list has when nobody says. */
unsigned list_form_tiers(struct list_form form);

/* A suppression list: addresses of these tiers (bits) that are safe in it, in the order of the
 * report. LIST_HASH has the fingerprint of every address, also of those that no list can carry, in
 * the order of the fingerprints; redactor NULL: without a key. */
struct list_result output_list(struct outparts *out, const struct report *report,
                               struct list_form form, unsigned tiers,
                               const struct redactor *redactor);

/* Who is to be taken off such a list again, sorted: in the form that its reader takes for that
 * (docs/LISTS.md), else an address a line. */
void output_lifts(struct outfile *out, const struct report *report, struct list_form form,
                  const sv *addresses, size_t count, const struct redactor *redactor);

/* One line of NDJSON, docs/schemas/event.schema.json, appended to line. The arena holds what
 * redaction makes; NULL redactor: addresses in clear. */
void output_event(struct buf *line, const struct event *event, const struct taxonomy *taxonomy,
                  const struct redactor *redactor, struct arena *arena);

/* The same attempt in the names of the Elastic Common Schema, docs/schemas/event-ecs.schema.json;
 * what is not known is left out. event.id is the same for the same line of a log, whatever the
 * other lines and the names of files. */
void output_event_ecs(struct buf *line, const struct event *event, const struct taxonomy *taxonomy,
                      const struct redactor *redactor, struct arena *arena);

/* One address: a JSON object on one line; or a screen of text, with a note below its attempts. */
void output_why_json(struct buf *out, const struct why *why);
void output_why_text(struct buf *out, const struct why *why, sv note);
/* An attempt in it. Of one that a history kept, the outcome may be OUTCOME_COUNT (it failed, as its
 * category says, and no more is known), the basis BASIS_COUNT, the origin ORIGIN_COUNT, the line 0;
 * so for output_event. */
void output_attempt(struct buf *out, const struct event *event, const struct taxonomy *taxonomy);

/* Two lists against each other, docs/schemas/reconcile.schema.json; or 80 columns of text. */
void output_reconciled_json(struct outfile *out, const struct reconciled *reconciled);
void output_reconciled_text(struct outfile *out, const struct reconciled *reconciled);

/* A backtest: one JSON document on one line; a table of 80 columns; or a page like that of a
 * report, which bouncelog of that version makes now. */
void output_tried_json(struct outfile *out, const struct tried *tried);
void output_tried_text(struct outfile *out, const struct tried *tried);
struct tried_page {
    sv version;
    int64_t now;
    bool addresses; /* shown; else they are masked */
};
void output_tried_page(struct outfile *out, const struct tried *tried,
                       const struct tried_page *how);

enum event_format { EVENTS_BOUNCELOG, EVENTS_ECS };

/* What `explain --json` prints: the keys of an event that apply to a reply, and its shape.
 * event NULL: an empty input line, all nulls. */
void output_verdict(struct buf *line, const struct event *event, sv shape,
                    const struct taxonomy *taxonomy);

/* What a bounce says beside its reply; empty: not said. */
struct bounce_keys {
    sv mail; /* the file, and its number in an mbox */
    sv kind, final_recipient, original_recipient, status, message_id, reporting_mta, remote_mta;
    sv envelope_id, feedback, form;
    sv signed_for; /* whom the envelope sender of the mail that came back was made for */
    sv limits;     /* what was too much to be read, parted by blanks */
};

/* What `explain --mail --json` prints: these keys, then those of output_verdict. */
void output_bounce(struct buf *line, const struct bounce_keys *keys, const struct event *event,
                   sv shape, const struct taxonomy *taxonomy);

#endif
