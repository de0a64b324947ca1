/* args: GNU long options from a table, for every command alike. */
#ifndef BOUNCELOG_CLI_ARGS_H
#define BOUNCELOG_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "bouncelog/base/err.h"

struct arg_spec {
    const char *name;
    char letter; /* 0: no short form */
    bool takes_value;
    int id;
};

/* Called for each option; value is NULL for options without one. */
typedef int arg_handler(void *context, int id, const char *value, struct err *err);

/* Walks argv (argv[0] is skipped) and moves the operands to the front of argv[1...]; returns how
 * many there are, or -1 with ERR_USAGE. */
int args_parse(int argc, char **argv, const struct arg_spec *specs, size_t count,
               arg_handler *handler, void *context, struct err *err) MUST_CHECK;

/* The spec of a long name, or NULL. */
const struct arg_spec *args_find(const struct arg_spec *specs, size_t count, const char *name);

#endif
