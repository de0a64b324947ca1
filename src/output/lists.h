/* lists: how one row of each format of suppression lists is written, by families of formats.
 *
 * An address goes into a row as it is: it is of the safe set (policy_unsafe) or a fingerprint.
 * Every other text may be a stranger's. Remote replies stand where a format has a field for them
 * and a way to quote them; maps have neither, and get words of our own. */
#ifndef BOUNCELOG_OUTPUT_LISTS_H
#define BOUNCELOG_OUTPUT_LISTS_H

#include "bouncelog/base/buf.h"
#include "bouncelog/pattern/list_template.h"
#include "bouncelog/report/report.h"

typedef void list_row(struct buf *out, const struct suppression *entry);

#define LIST_FORMAT(format, name, head, first, between, tail, row, ...) list_row row;
#include "bouncelog/output/list_formats.def"
#undef LIST_FORMAT

/* A row by a template, and what goes before it. */
void list_template_row(struct list_bodies *bodies, struct buf *out,
                       const struct suppression *entry);

/* Why it is listed, and since when: letters, digits, blanks and hyphens only, so that no map, CSV
 * or rewriting rule finds anything in it. */
void list_add_words(struct buf *out, const struct suppression *entry);
/* What the remote said, else those words; behind the enhanced code, if there was one. */
void list_add_error(struct buf *out, const struct suppression *entry);
/* Of the last reply; the code of services that want one where there was none. */
int list_code(const struct suppression *entry);

#endif
