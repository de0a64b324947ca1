/* listed: the addresses that stand in a suppression list, whatever its format. */
#ifndef BOUNCELOG_CLI_LISTED_H
#define BOUNCELOG_CLI_LISTED_H

#include "bouncelog/base/err.h"
#include "bouncelog/base/map.h"

/* The first word of a line that may be an address; empty: there is none. */
sv listed_word(sv line);

/* What was read of a list of another program. */
struct listed {
    struct map addresses; /* mailbox_key -> value that the caller chose the size of */
    int64_t strange;      /* lines without an address, the first one of a file not counted */
};

void listed_init(struct listed *listed, size_t value_size);
void listed_release(struct listed *listed);
/* Adds what is in the file ("-": standard input): lines, CSV, or JSON in any shape. ERR_INPUT: it
 * cannot be read, or no address is in it. */
int listed_read(struct listed *listed, const char *path, struct err *err) MUST_CHECK;

#endif
