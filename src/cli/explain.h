/* explain: what `bouncelog explain` shows alike of a reply, a log line and a bounce. */
#ifndef BOUNCELOG_CLI_EXPLAIN_H
#define BOUNCELOG_CLI_EXPLAIN_H

#include "bouncelog/base/buf.h"
#include "bouncelog/classify/classify.h"
#include "bouncelog/parse/parse.h"

struct options;

struct explain {
    const struct options *options;
    uint8_t mta;
    struct patterns patterns;
    struct parser *parser;
    struct classifier *classifier;
    struct records records;
    struct buf out;
};

/* The verdict on an attempt, and what it calls for. */
struct event explain_judge(struct explain *explain, const struct record *attempt);

/* For people: `name` and the value, or "-"; then what the event means and what was said. */
void explain_field(struct buf *out, const char *name, sv value);
void explain_readable(struct explain *explain, const struct event *event, sv shape);

/* --mail PATH: one result for each recipient of each mail. Returns an exit code. */
int explain_mail(struct explain *explain);

#endif
