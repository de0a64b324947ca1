/* doctor_logs: a look at one log, without reading all of it. */
#ifndef BOUNCELOG_CLI_DOCTOR_LOGS_H
#define BOUNCELOG_CLI_DOCTOR_LOGS_H

#include "bouncelog/base/hash.h"
#include "bouncelog/parse/parse.h"
#include "options/options.h"

/* What the newest lines of a log (of a packed one: its first) say about it. */
struct log_look {
    const char *path; /* "journal", of the journal */
    bool journal;
    char error[256];    /* why it cannot be read; empty: it can */
    const char *packed; /* "plain", "gzip"... */
    const char *kind;   /* what it is, where it is no log that can be read; NULL: not known */
    bool denied;        /* for want of permission */
    int64_t classes[LINE_UNPARSED + 1]; /* lines by enum line_class */
    int64_t mtas[MTA_MAX];
    sv form;           /* the name of its header form; empty: none was found */
    bool has_zone;     /* its stamps say their zone */
    bool zone_of_ids;  /* ...else its queue ids do, and it is not the machine's: */
    int offset_s;      /* this */
    int64_t last;      /* the time of its last record; 0: there is none */
    struct fpset mail; /* its lines about mail */
};

/* path NULL: the journal of this machine. */
void log_look(struct log_look *look, const char *path, const struct options *options,
              const struct patterns *patterns);
void log_look_release(struct log_look *look);
/* Lines about mail. */
int64_t log_look_mail(const struct log_look *look);
/* How many lines about mail both have. */
size_t log_look_shared(const struct log_look *a, const struct log_look *b);

#endif
