/* cli: arguments in, exit codes out; the only room that exits, writes to stderr and reads the
 * environment. One file per command; what it is asked for is in options/. */
#ifndef BOUNCELOG_CLI_CLI_H
#define BOUNCELOG_CLI_CLI_H

#include "bouncelog/base/err.h"
#include "bouncelog/base/sv.h"

enum exit_code {
    EXIT_DONE = 0,
    EXIT_CONDITION = 1,
    EXIT_USAGE = 2,
    EXIT_INCOMPLETE = 3,
    EXIT_CONFIG = 4,
    EXIT_HISTORY = 5,
    EXIT_OUTPUT = 6,
    EXIT_BUSY = 7,
    EXIT_BRAKE = 8,
    EXIT_BUG = 70,
    EXIT_MEMORY = 71,
};

/* "bouncelog: ..." on stderr, one line, control characters made visible. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints err and gives its exit code. */
int fail(const struct err *err);
/* SOURCE_DATE_EPOCH, else the clock. */
int64_t now_seconds(void);
/* The latest time that can be: what is fixed may be long ago. */
int64_t clock_seconds(void);
/* Results on stdout, checked: a full disk is EXIT_OUTPUT. */
int print_result(sv text);

struct options;

int scan_command(const struct options *options);
int explain_command(const struct options *options);
int why_command(const struct options *options);
int codes_command(const struct options *options);
int categories_command(const struct options *options);
int suppress_command(const struct options *options);
int report_command(const struct options *options);
int merge_command(const struct options *options);
int history_command(const struct options *options);
int patterns_command(const struct options *options);
int doctor_command(const struct options *options);
int backtest_command(const struct options *options);
int changes_command(const struct options *options);
int reconcile_command(const struct options *options);

#endif
