/* tags: the keys of --tag-key-file. */
#ifndef BOUNCELOG_CLI_TAGS_H
#define BOUNCELOG_CLI_TAGS_H

#include "bouncelog/base/buf.h"
#include "bouncelog/late/tag.h"
#include "options/options.h"

struct tags {
    struct tag_keys keys; /* none: the option was not given */
    struct buf text;      /* that they are views of */
};

int tags_read(struct tags *tags, const struct options *options, struct err *err) MUST_CHECK;
void tags_release(struct tags *tags);

#endif
