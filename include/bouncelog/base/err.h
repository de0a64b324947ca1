/* err: what went wrong in the world (a file, a pattern, a disk), filled where it happened.
 *
 * Functions that can fail so return 0 or -1 and take `struct err *` last. Callers add context on
 * the way up with err_prefix; cli prints the line once and turns the kind into an exit code.
 * An odd log line is never an err: it is a value that is counted. */
#ifndef BOUNCELOG_BASE_ERR_H
#define BOUNCELOG_BASE_ERR_H

#include <stdarg.h>

#define MUST_CHECK __attribute__((warn_unused_result))

enum err_kind {
    ERR_NONE,
    ERR_USAGE,   /* exit 2: the command line asks for what cannot be */
    ERR_INPUT,   /* exit 3: an input cannot be read, in whole or in part */
    ERR_CONFIG,  /* exit 4: a pattern, policy or configuration file is wrong */
    ERR_HISTORY, /* exit 5: the history failed */
    ERR_OUTPUT,  /* exit 6: an output cannot be written */
    ERR_BUSY,    /* exit 7: another run holds the history */
};

struct err {
    enum err_kind kind;
    char text[768];
};

/* Both return -1, so that `return err_set(...)` reads well. */
int err_set(struct err *err, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
#ifdef __clang_analyzer__ /* which sees no other file */
#define err_set(...) ((void)err_set(__VA_ARGS__), -1)
#define err_prefix(...) ((void)err_prefix(__VA_ARGS__), -1)
#endif

#endif
