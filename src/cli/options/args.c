/* The command line, by getopt_long and the table of options.
 *
 * getopt says that something is wrong, not what: the words of an error are found here, with the
 * option that was probably meant. */
#define _GNU_SOURCE /* getopt_long */
#include "args.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "nearest.h"

enum { LETTERS_MAX = 2 * OPTIONS_MAX + 3, ID_BASE = 1000 };

/* The options of one command, as getopt takes them. */
struct known {
    const struct option_row *rows[OPTIONS_MAX];
    size_t count;
    struct option options[OPTIONS_MAX + 1];
    char letters[LETTERS_MAX];
};

static void add_known(struct known *known, const struct option_row *row)
{
    bool takes = option_takes_value(row);
    int has = !takes                       ? no_argument
              : option_value_may_lack(row) ? optional_argument
                                           : required_argument;
    known->options[known->count] =
        (struct option){row->name, has, NULL, ID_BASE + (int)known->count};
    if (row->letter) {
        char add[] = {row->letter, takes ? ':' : 0, 0};
        strcat(known->letters, add);
    }
    known->rows[known->count++] = row;
}

static void find_known(struct known *known, enum command command)
{
    const struct option_row *row = NULL;
    *known = (struct known){.letters = ":"};
    while ((row = option_next(row, 1U << command)))
        add_known(known, row);
}

static const struct option_row *find_row(const struct known *known, int got)
{
    for (size_t i = 0; i < known->count; i++)
        if (got == ID_BASE + (int)i || (known->rows[i]->letter && got == known->rows[i]->letter))
            return known->rows[i];
    return NULL;
}

static int unknown(const char *argument, const struct known *known, struct err *err)
{
    char name[64];
    if (strncmp(argument, "--", 2) != 0)
        return err_set(err, ERR_USAGE, "unknown option '%s' (see --help)", argument);
    snprintf(name, sizeof name, "%s", argument + 2);
    name[strcspn(name, "=")] = 0;
    struct nearest near = nearest_to(sv_from(name));
    for (size_t i = 0; i < known->count; i++)
        nearest_offer(&near, sv_from(known->rows[i]->name));
    if (near.word.len)
        return err_set(err, ERR_USAGE, "unknown option '--%s' (did you mean --%.*s?)", name,
                       SV_FMT(near.word));
    return err_set(err, ERR_USAGE, "unknown option '--%s' (see --help)", name);
}

static int wrong(int got, char **argv, const struct known *known, struct err *err)
{
    const struct option_row *row = find_row(known, optopt);
    const char *argument = argv[optind - 1];
    char letter[] = {'-', (char)optopt, 0};
    if (got == ':' && row)
        return err_set(err, ERR_USAGE, "option '--%s' needs a value", row->name);
    if (row && !option_takes_value(row))
        return err_set(err, ERR_USAGE, "option '--%s' takes no value", row->name);
    return unknown(optopt > 0 && optopt < ID_BASE ? letter : argument, known, err);
}

int args_parse(int argc, char **argv, struct options *options, arg_handler *handler,
               struct err *err)
{
    struct known known;
    find_known(&known, options->command);
    opterr = 0;
    optind = 1;
    for (int got; (got = getopt_long(argc, argv, known.letters, known.options, NULL)) != -1;) {
        const struct option_row *row = find_row(&known, got);
        if (got == '?' || got == ':' || !row)
            return wrong(got, argv, &known, err);
        if (handler(options, row, option_takes_value(row) ? optarg : NULL, err) < 0)
            return -1;
    }
    int operands = argc - optind;
    memmove(argv + 1, argv + optind, (size_t)operands * sizeof *argv);
    return operands;
}
