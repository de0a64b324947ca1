#define _GNU_SOURCE /* getopt_long */
#include "args.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { SPECS_MAX = 48, LETTERS_MAX = 2 * SPECS_MAX + 3, ID_BASE = 1000 };

const struct arg_spec *args_find(const struct arg_spec *specs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(specs[i].name, name) == 0)
            return &specs[i];
    return NULL;
}

static const struct arg_spec *find_option(const struct arg_spec *specs, size_t count, int got)
{
    for (size_t i = 0; i < count; i++)
        if (got == ID_BASE + (int)i || (specs[i].letter && got == specs[i].letter))
            return &specs[i];
    return NULL;
}

/* How far two words differ: insertions, deletions, changes. For "did you mean". */
static size_t distance(const char *a, const char *b)
{
    size_t row[64], n = strlen(b);
    if (n >= sizeof row / sizeof *row)
        return n;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 1; j <= n; j++) {
            size_t change = diagonal + (a[i] != b[j - 1]);
            diagonal = row[j];
            size_t least = row[j] + 1 < row[j - 1] + 1 ? row[j] + 1 : row[j - 1] + 1;
            row[j] = least < change ? least : change;
        }
    }
    return row[n];
}

static int unknown(const char *argument, const struct arg_spec *specs, size_t count,
                   struct err *err)
{
    char name[64];
    size_t best = 3, index = count;
    if (strncmp(argument, "--", 2) != 0)
        return err_set(err, ERR_USAGE, "unknown option '%s' (see --help)", argument);
    snprintf(name, sizeof name, "%s", argument + 2);
    name[strcspn(name, "=")] = 0;
    for (size_t i = 0; i < count; i++) {
        size_t far = distance(name, specs[i].name);
        if (far < best) {
            best = far;
            index = i;
        }
    }
    if (index < count)
        return err_set(err, ERR_USAGE, "unknown option '--%s' (did you mean --%s?)", name,
                       specs[index].name);
    return err_set(err, ERR_USAGE, "unknown option '--%s' (see --help)", name);
}

static int wrong(int got, char **argv, const struct arg_spec *specs, size_t count, struct err *err)
{
    const struct arg_spec *spec = find_option(specs, count, optopt);
    const char *argument = argv[optind - 1];
    char letter[] = {'-', (char)optopt, 0};
    if (got == ':' && spec)
        return err_set(err, ERR_USAGE, "option '--%s' needs a value", spec->name);
    if (spec && !spec->takes_value)
        return err_set(err, ERR_USAGE, "option '--%s' takes no value", spec->name);
    return unknown(optopt > 0 && optopt < ID_BASE ? letter : argument, specs, count, err);
}

int args_parse(int argc, char **argv, const struct arg_spec *specs, size_t count,
               arg_handler *handler, void *context, struct err *err)
{
    struct option options[SPECS_MAX + 1] = {0};
    char letters[LETTERS_MAX] = ":";
    for (size_t i = 0; i < count && i < SPECS_MAX; i++) {
        options[i] =
            (struct option){specs[i].name, specs[i].takes_value ? required_argument : no_argument,
                            NULL, ID_BASE + (int)i};
        if (specs[i].letter) {
            char add[] = {specs[i].letter, specs[i].takes_value ? ':' : 0, 0};
            strcat(letters, add);
        }
    }
    opterr = 0;
    optind = 1;
    for (int got; (got = getopt_long(argc, argv, letters, options, NULL)) != -1;) {
        const struct arg_spec *spec = find_option(specs, count, got);
        if (got == '?' || got == ':' || !spec)
            return wrong(got, argv, specs, count, err);
        if (handler(context, spec->id, spec->takes_value ? optarg : NULL, err) < 0)
            return -1;
    }
    int operands = argc - optind;
    memmove(argv + 1, argv + optind, (size_t)operands * sizeof *argv);
    return operands;
}
