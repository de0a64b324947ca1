/* bouncelog patterns check: verify pattern files. */
#include "bouncelog/pattern/patterns.h"
#include "args.h"
#include "bouncelog/base/buf.h"
#include "bouncelog/selfcheck/selfcheck.h"
#include "cli.h"

enum { OPT_PATTERNS_EXTRA, OPT_HELP };

static const struct arg_spec specs[] = {
    {"patterns-extra", 0, true, OPT_PATTERNS_EXTRA},
    {"help", 'h', false, OPT_HELP},
};

struct check_options {
    bool help;
    struct patterns_options files;
};

static int set_option(void *context, int id, const char *value, struct err *err)
{
    struct check_options *options = context;
    (void)err;
    if (id == OPT_PATTERNS_EXTRA)
        options->files.extra = value;
    else
        options->help = true;
    return 0;
}

static void print_fault(void *context, struct place place, const char *text)
{
    (void)context;
    message("%s:%d:%d: %s", place.file, place.line, place.column, text);
}

static int check(const struct check_options *options)
{
    struct patterns patterns;
    struct err err;
    if (patterns_load(&patterns, &options->files, &err) < 0)
        return fail(&err);
    struct selfcheck_counts counts = selfcheck_run(&patterns, print_fault, NULL);
    struct buf text = {0};
    buf_printf(&text, "%zu patterns, %zu examples, %zu faults\n", counts.patterns, counts.examples,
               counts.faults);
    int code = print_result(buf_sv(&text));
    buf_release(&text);
    patterns_release(&patterns);
    return counts.faults ? EXIT_CONFIG : code;
}

int patterns_command(int argc, char **argv)
{
    struct check_options options = {0};
    struct err err;
    int operands =
        args_parse(argc, argv, specs, sizeof specs / sizeof *specs, set_option, &options, &err);
    if (operands < 0)
        return fail(&err);
    if (options.help)
        return print_result(sv_from(help_patterns));
    if (operands == 0 || strcmp(argv[1], "check") != 0 || operands > 2) {
        message("expected: patterns check [DIR] (see patterns --help)");
        return EXIT_USAGE;
    }
    options.files.dir = operands == 2 ? argv[2] : NULL;
    return check(&options);
}
