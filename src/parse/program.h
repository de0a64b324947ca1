/* program: which MTA, and which daemon of it, a program name stands for.
 *
 * Postfix logs as `syslog_name/daemon` with any text for the name (postfix-out/smtp,
 * postfix/relay/smtp, 192.0.2.7/smtp): the last element is the daemon. */
#ifndef BOUNCELOG_PARSE_PROGRAM_H
#define BOUNCELOG_PARSE_PROGRAM_H

#include "bouncelog/base/scan.h"
#include "bouncelog/pattern/patterns.h"

struct program {
    enum mta mta;    /* MTA_UNKNOWN: nobody we know */
    uint64_t daemon; /* its bit in mta_patterns.daemons; 0: a daemon of no interest */
};

enum { PROGRAM_SLOTS = 64, PROGRAM_NAME_MAX = 48 };

/* A direct-mapped memory of the last names seen: fixed size, whatever a log contains. */
struct program_table {
    const struct patterns *patterns;
    enum mta only;
    struct program_slot {
        char name[PROGRAM_NAME_MAX + SCAN_SLACK];
        size_t len; /* 0: free */
        struct program program;
    } slots[PROGRAM_SLOTS];
};

struct program program_find(struct program_table *table, sv name);

/* The program of Exim's own main log, which names none. */
struct program program_exim(const struct program_table *table);

#endif
