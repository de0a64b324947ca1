/* generate: synthetic logs whose counts are known, for the benchmark and for property tests.
 *
 * The same seed gives the same bytes, and a longer log begins with the shorter one's lines. Lines
 * of many messages are interleaved as on a busy host; most are noise (connections, TLS,
 * signatures), as in real logs. Domains are of the example kind, addresses of RFC 5737. */
#ifndef BOUNCELOG_TESTS_GENERATE_H
#define BOUNCELOG_TESTS_GENERATE_H

#include <stdint.h>
#include <stdio.h>

enum generated { GENERATE_POSTFIX, GENERATE_EXIM, GENERATE_SENDMAIL };

struct generate_options {
    enum generated mta;
    int64_t bytes; /* stops at the first end of a line behind these */
    uint64_t seed;
    uint32_t addresses; /* how many distinct recipients there are to choose from */
    uint32_t open;      /* messages on their way at once, at most 512; 0: 512 */
    int failing;        /* of 1000 attempts, how many fail; negative: the usual 69 */
};

struct generate_counts {
    int64_t bytes, lines, messages, delivered, deferred, bounced;
};

struct generate_counts generate_log(FILE *out, const struct generate_options *options);

#endif
