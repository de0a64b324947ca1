/* outputs: what a run writes, one row a kind (output_kinds.c), and where each of it goes. */
#ifndef BOUNCELOG_CLI_OUTPUTS_H
#define BOUNCELOG_CLI_OUTPUTS_H

#include "options/options.h"

enum { OUTPUT_KINDS_MAX = 8, OUTPUTS_MAX = LISTS_MAX + OUTPUT_KINDS_MAX };

struct setup;
struct result;

struct output_kind {
    const char *option; /* that names the file */
    bool lists;         /* any number of them */
    bool streams;       /* written while logs are read */
    bool public;        /* a new file may be read by everybody: it holds nobody's address */
    bool by_itself;     /* goes to standard output unless somebody else does */
    bool held_by_brake;
    /* Everything but what streams; NULL then. */
    void (*write)(struct result *result, const struct setup *setup, const struct report *report);
};

/* In the order in which they appear; ends with one that has no option. */
extern const struct output_kind output_kinds[];

/* One that was asked for. */
struct output {
    const struct output_kind *kind;
    const char *path; /* "-": standard output */
    size_t list;      /* of options->lists */
};

/* How many were asked for, and all of them in the order of their kinds. */
size_t outputs_of(const struct options *options, struct output outputs[OUTPUTS_MAX]);
/* ERR_USAGE when two outputs go to one place, or one to a log that is to be read. */
int outputs_check(const struct options *options, struct err *err) MUST_CHECK;

#endif
