/* bouncelog patterns check: verify pattern files.
 *
 * The patterns are loaded as for a scan, then selfcheck runs their examples; each fault is a
 * message with its place. */
#include "bouncelog/pattern/patterns.h"
#include "bouncelog/base/buf.h"
#include "bouncelog/selfcheck/selfcheck.h"
#include "cli.h"
#include "list_forms.h"
#include "options/options.h"

static void print_fault(void *context, struct place place, const char *text)
{
    (void)context;
    say("%s:%d:%d: %s", place.file, place.line, place.column, text);
}

/* -s takes a name for one of ours first. */
static size_t check_list_names(const struct patterns *patterns)
{
    size_t faults = 0;
    for (size_t i = 0; i < patterns->list_count; i++) {
        struct err err;
        if (list_forms_check_name(&patterns->lists[i], &err) == 0)
            continue;
        say("%s", err.text);
        faults++;
    }
    return faults;
}

static int check(const struct patterns_options *files)
{
    struct patterns patterns;
    struct err err;
    if (patterns_load(&patterns, files, &err) < 0)
        return fail(&err);
    struct selfcheck_counts counts = selfcheck_run(&patterns, print_fault, NULL);
    selfcheck_notices(&patterns, print_fault, NULL, &counts);
    selfcheck_lists(&patterns, print_fault, NULL, &counts);
    counts.faults += check_list_names(&patterns);
    struct buf text = {0};
    buf_printf(&text, "%zu patterns, %zu examples, %zu faults\n", counts.patterns, counts.examples,
               counts.faults);
    int code = print_result(buf_sv(&text));
    buf_release(&text);
    patterns_release(&patterns);
    return counts.faults ? EXIT_CONFIG : code;
}

int patterns_command(const struct options *options)
{
    size_t count = options->operand_count;
    struct patterns_options files = options->patterns;
    files.notices = true;
    if (count == 0 || strcmp(options->operands[0], "check") != 0 || count > 2) {
        say("expected: patterns check [DIR] (see patterns --help)");
        return EXIT_USAGE;
    }
    files.dir = count == 2 ? options->operands[1] : NULL;
    return check(&files);
}
