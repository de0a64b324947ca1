/* container: log lines packed in JSON, one object a line.
 *
 *   journalctl -o json   MESSAGE (text, or an array of bytes), SYSLOG_IDENTIFIER or _COMM,
 *                        _HOSTNAME, __REALTIME_TIMESTAMP in microseconds (systemd,
 *                        docs/JOURNAL_EXPORT_FORMATS.md)
 *   Docker json-file     log, time; the line inside has its own header, or none at all */
#ifndef BOUNCELOG_PARSE_CONTAINER_H
#define BOUNCELOG_PARSE_CONTAINER_H

#include "bouncelog/base/arena.h"
#include "stamp.h"

struct container {
    sv text;   /* the message (journal), or the whole inner line (Docker); in the arena */
    bool bare; /* text is a message: host and program stood outside */
    sv host, program;
    bool has_time;
    int64_t seconds;
};

struct cJSON;
/* Does the object carry a line? */
bool container_is(const struct cJSON *object);

/* False when the line is no such object. */
bool container_open(sv line, struct arena *arena, struct container *container);

#endif
