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
#include "bouncelog/report/report.h"

/* One JSON document, docs/schemas/summary.schema.json. */
void output_summary(struct outfile *out, const struct report *report);

/* A readable table; colour: with terminal escapes. */
void output_text(struct outfile *out, const struct report *report, bool colour);

/* One page of HTML that needs nothing else: no script, no network. Addresses are masked unless
 * `addresses`; in a report that was redacted they are fingerprints either way. */
void output_page(struct outfile *out, const struct report *report, bool addresses);

/* Metrics of this run for node_exporter's textfile collector. */
void output_metrics(struct outfile *out, const struct report *report);

enum list_format { LIST_PLAIN, LIST_JSON, LIST_CSV, LIST_FORMAT_COUNT };
/* False when there is no such format. */
bool list_format_from_name(sv name, enum list_format *format);

/* A suppression list: addresses that are safe in it. Returns how many were left out. */
int64_t output_list(struct outfile *out, const struct report *report, enum list_format format);

/* One line of NDJSON, docs/schemas/event.schema.json, appended to line. The arena holds what
 * redaction makes; NULL redactor: addresses in clear. */
void output_event(struct buf *line, const struct event *event, const struct taxonomy *taxonomy,
                  const struct redactor *redactor, struct arena *arena);

/* What `explain --json` prints: the keys of an event that apply to a reply, and its shape.
 * event NULL: an empty input line, all nulls. */
void output_verdict(struct buf *line, const struct event *event, sv shape,
                    const struct taxonomy *taxonomy);

#endif
