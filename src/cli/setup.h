/* setup: what a command reads before its work: patterns, conditions, lists of addresses, a key. */
#ifndef BOUNCELOG_CLI_SETUP_H
#define BOUNCELOG_CLI_SETUP_H

#include "bouncelog/report/condition.h"
#include "list_forms.h"
#include "options/options.h"
#include "tags.h"
#include "zone.h"

struct setup {
    const struct options *options;
    struct patterns patterns;
    uint8_t only; /* --mta */
    struct condition conditions[CONDITIONS_MAX];
    struct map known;            /* --recipients */
    struct map allow;            /* --allow, and what is allowed otherwise */
    struct buf key;              /* --hash-key-file */
    struct tags tags;            /* --tag-key-file */
    struct journal_trust *trust; /* NULL: no journal is read */
    struct redactor redactor;
    struct display_zone display_zone;
    sv lists[LISTS_MAX];               /* paths of suppression lists... */
    struct list_form forms[LISTS_MAX]; /* ...and how they are written */
};

void setup_init(struct setup *setup, const struct options *options);
void setup_release(struct setup *setup);
int setup_load(struct setup *setup, struct err *err) MUST_CHECK;
/* Adds what a history allows to what a file does. */
void setup_allow(struct setup *setup, const struct map *more);

/* NULL: addresses in clear. */
const struct redactor *setup_redactor(const struct setup *setup);
/* All but the clock that a report of this command needs. */
struct report_options setup_report_options(const struct setup *setup);
/* What a decision of this command needs; without --force it may brake. */
struct suppress_options setup_suppress_options(const struct setup *setup);
/* Says which of --fail-on hold. */
bool setup_condition_holds(const struct setup *setup, const struct report *report);

#endif
