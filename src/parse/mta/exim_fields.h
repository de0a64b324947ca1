/* exim_fields: the ` K=value` fields of Exim's delivery lines (deliver.c, delivery_log,
 * d_hostlog, d_tlslog), taken from left to right until something else stands there. */
#ifndef BOUNCELOG_PARSE_EXIM_FIELDS_H
#define BOUNCELOG_PARSE_EXIM_FIELDS_H

#include "bouncelog/base/arena.h"
#include "bouncelog/model/event.h"

struct exim_fields {
    struct relay relay;
    sv transport; /* T= */
    sv sender;    /* F= without <>; */
    bool has_sender;
    sv confirmation; /* C="..." without its quotes, escapes still in it */
    sv time;         /* QT=, else DT= */
    sv rest;         /* what follows the last field */
};

struct exim_fields exim_fields_read(sv text);

/* The words behind `: ` (to 4.98) or ` : ` (since 4.99) at the start of rest; false: neither. */
bool exim_fields_words(sv rest, sv *words);

#endif
