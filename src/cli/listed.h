/* listed: the addresses that stand in a suppression list. */
#ifndef BOUNCELOG_CLI_LISTED_H
#define BOUNCELOG_CLI_LISTED_H

#include "bouncelog/base/err.h"
#include "bouncelog/base/map.h"

/* Of a line of a list of ours, whatever its format: the first word that may be an address; empty:
 * there is none. */
sv listed_word(sv line);

/* What was read of lists of others. */
struct listed {
    struct map addresses; /* mailbox_key -> value that the caller chose the size of */
    int64_t strange;      /* entries without an address that is sure to be theirs */
};

void listed_init(struct listed *listed, size_t value_size);
void listed_release(struct listed *listed);
/* Adds what is in the file ("-": standard input): an address a line, CSV with or without a head, a
 * map of an MTA, JSON. ERR_INPUT: it cannot be read, or no address is in it. */
int listed_read(struct listed *listed, const char *path, struct err *err) MUST_CHECK;

#endif
