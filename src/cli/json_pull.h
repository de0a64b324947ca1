/* json_pull: a JSON document read from front to back and never held whole: a summary may name a
 * million addresses.
 *
 * Items are asked for one after the other; each is taken by pull_text, pull_number, pull_skip or by
 * asking for its own items. A value of another type than asked for is skipped. What is no JSON ends
 * all loops and leaves `broken`. */
#ifndef BOUNCELOG_CLI_JSON_PULL_H
#define BOUNCELOG_CLI_JSON_PULL_H

#include <stdio.h>

#include "bouncelog/base/buf.h"

struct json_pull {
    FILE *file;
    int next; /* the byte ahead; EOF: none */
    bool broken;
    struct buf text; /* of the last name or string */
};

void pull_begin(struct json_pull *json, FILE *file);
void pull_release(struct json_pull *json);
/* The first byte of what comes next, which is not taken; EOF: nothing does. */
int pull_ahead(struct json_pull *json);
/* Is there another item in the array that is ahead? *inside begins as false. */
bool pull_item(struct json_pull *json, bool *inside);
/* The same of an object, with the name of the item; the view dies with the next string. */
bool pull_member(struct json_pull *json, bool *inside, sv *name);
/* A string as UTF-8, its escapes undone; empty for null. The view dies with the next string. */
sv pull_text(struct json_pull *json);
/* A whole number, 0 for anything else. */
int64_t pull_number(struct json_pull *json);
void pull_skip(struct json_pull *json);
/* Nothing but blanks is left. */
bool pull_at_end(struct json_pull *json);

#endif
