/* doctor: what is found on this host, as it is gathered for `bouncelog doctor`. */
#ifndef BOUNCELOG_CLI_DOCTOR_H
#define BOUNCELOG_CLI_DOCTOR_H

#include "bouncelog/base/buf.h"
#include "doctor_logs.h"

enum { LOGS_MAX = 256 };

struct doctor {
    const struct options *asked;
    struct options options; /* of the configuration file */
    struct patterns patterns;
    struct log_look looks[LOGS_MAX];
    size_t look_count;
    struct buf out;
    int code;
};

/* A line of the report. level: "ok", "note" or "WRONG"; "": what to do about the line before. */
void doctor_say(struct doctor *doctor, const char *level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The exit code is that of the worst finding. */
void doctor_found(struct doctor *doctor, int code);

/* The history that is named, or configured, or that of the nightly run; none is no fault. */
void doctor_check_history(struct doctor *doctor);

#endif
