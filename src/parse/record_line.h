/* record_line: lines that are JSON objects with a record of an MTA in them (`records` of its
 * pattern file), one a line, as KumoMTA writes them. */
#ifndef BOUNCELOG_PARSE_RECORD_LINE_H
#define BOUNCELOG_PARSE_RECORD_LINE_H

#include "parser.h"

/* False: the line is no such object. Thread: that of the parser. */
bool record_line_read(struct parser *parser, const struct clock *clock, sv text, int64_t number,
                      struct records *records, enum line_class *class);

#endif
