/* The table of options, and what is asked of it.
 *
 * options.def holds the rows. A macro there names the type of the value together with the field
 * that takes it, and does not compile where the two do not fit. */
#include "table.h"

#include <stddef.h>
#include <stdio.h>

#define FIELD(member, c_type)                                                                      \
    .field =                                                                                       \
        offsetof(struct options, member) * sizeof(_Generic(((struct options *)0)->member, c_type   \
                                                           : (char)0))
#define FLAG(member) .type = TYPE_FLAG, FIELD(member, bool)
#define WORD(member, shown) .type = TYPE_WORD, .value = shown, FIELD(member, const char *)
#define FILE_NAME(member, shown) .type = TYPE_FILE, .value = shown, FIELD(member, const char *)
#define FOLDER(member) .type = TYPE_FOLDER, .value = "DIR", FIELD(member, const char *)
#define NUMBER(member, shown, low, high)                                                           \
    .type = TYPE_NUMBER, .value = shown, .least = low, .most = high, FIELD(member, unsigned)
#define CHOICE(member, shown, ...)                                                                 \
    .type = TYPE_CHOICE, .value = shown, .choices = {__VA_ARGS__}, FIELD(member, unsigned)
#define WHEN(member)                                                                               \
    .type = TYPE_WHEN, .value = "WHEN",                                                            \
    .choices = {{"auto", WHEN_AUTO}, {"always", WHEN_ALWAYS}, {"never", WHEN_NEVER}},              \
    FIELD(member, unsigned)
#define TIME(member, otherwise)                                                                    \
    .type = TYPE_TIME, .value = "T", .initial = otherwise, FIELD(member, struct moment)
#define ZONE(member) .type = TYPE_ZONE, .value = "ZONE", FIELD(member, const char *)
#define DISPLAY_ZONE(member) .type = TYPE_DISPLAY_ZONE, .value = "ZONE", FIELD(member, const char *)
#define MTA(member) .type = TYPE_MTA, .value = "MTA", FIELD(member, const char *)
#define TEXTS(member, shown, limit)                                                                \
    .type = TYPE_TEXTS, .value = shown, .most = limit, FIELD(member, struct texts)
#define UNITS(member, shown, limit)                                                                \
    .type = TYPE_UNITS, .value = shown, .most = limit, FIELD(member, struct texts)
#define LISTS .type = TYPE_LISTS, .value = "FILE[:FORMAT[,mode=M][,group=G]]"

enum {
    SCAN = 1 << COMMAND_SCAN,
    EXPLAIN = 1 << COMMAND_EXPLAIN,
    WHY = 1 << COMMAND_WHY,
    CODES = 1 << COMMAND_CODES,
    CATEGORIES = 1 << COMMAND_CATEGORIES,
    SUPPRESS = 1 << COMMAND_SUPPRESS,
    REPORT = 1 << COMMAND_REPORT,
    MERGE = 1 << COMMAND_MERGE,
    HISTORY = 1 << COMMAND_HISTORY,
    PATTERNS = 1 << COMMAND_PATTERNS,
    DOCTOR = 1 << COMMAND_DOCTOR,
    CHANGES = 1 << COMMAND_CHANGES,
    BACKTEST = 1 << COMMAND_BACKTEST,
    RECONCILE = 1 << COMMAND_RECONCILE,
    VIEWS = REPORT | SUPPRESS, /* of a history */
    ALL = (1 << COMMAND_COUNT) - 1
};

static const struct option_row rows[] = {
#include "options.def"
};
_Static_assert(sizeof rows / sizeof *rows <= OPTIONS_MAX, "OPTIONS_MAX has to grow");

const struct option_row *option_next(const struct option_row *row, unsigned commands)
{
    const struct option_row *end = rows + sizeof rows / sizeof *rows;
    for (row = row ? row + 1 : rows; row < end; row++)
        if (row->commands & commands)
            return row;
    return NULL;
}

static unsigned rank_of(const struct option_row *row, enum command command)
{
    const struct option_row *last = rows + sizeof rows / sizeof *rows - 1;
    return row == last ? 2 : row->as_scan >> command & 1;
}

const struct option_row *option_next_shown(const struct option_row *row, enum command command)
{
    unsigned rank = row ? rank_of(row, command) : 0;
    for (; rank <= 2; rank++) {
        while ((row = option_next(row, 1U << command)))
            if (rank_of(row, command) == rank)
                return row;
    }
    return NULL;
}

const struct option_row *option_find(const char *name, unsigned commands)
{
    const struct option_row *row = NULL;
    while ((row = option_next(row, commands)))
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

bool option_takes_value(const struct option_row *row)
{
    return option_types[row->type].takes_value;
}

bool option_value_may_lack(const struct option_row *row)
{
    return option_types[row->type].may_lack;
}

bool option_adds(const struct option_row *row)
{
    return option_types[row->type].adds;
}

const char *option_text(const struct option_row *row, const struct options *options)
{
    return *(const char *const *)((const char *)options + row->field);
}

void options_start(struct options *options, enum command command)
{
    const struct option_row *row = NULL;
    *options = (struct options){.command = command};
    while ((row = option_next(row, ALL))) {
        void *field = (char *)options + row->field;
        if (row->type == TYPE_NUMBER)
            *(unsigned *)field = (unsigned)row->initial;
        else if (row->type == TYPE_TIME)
            ((struct moment *)field)->at = row->initial;
    }
}

void option_add_words(struct buf *out, const struct option_row *row)
{
    if (option_types[row->type].add_words)
        option_types[row->type].add_words(out, row);
}

static void add_words_of_text(struct buf *out, const struct option_row *row)
{
    struct buf words = {0};
    option_add_words(&words, row);
    for (const char *at = buf_cstr(&words); *at; at++)
        if (*at == ' ')
            buf_add(out, SV(", "));
        else
            buf_add_byte(out, *at);
    buf_release(&words);
}

static const char *text_of(const struct option_row *row, enum command command)
{
    if (row->as_scan >> command & 1)
        return "as for scan";
    for (size_t i = 0; i < WORDINGS_MAX; i++)
        if (row->wordings[i].commands >> command & 1)
            return row->wordings[i].help;
    while (!row->help)
        row--;
    return row->help;
}

void option_add_help(struct buf *out, const struct option_row *row, enum command command)
{
    sv rest = sv_from(text_of(row, command));
    bool own = !(row->as_scan >> command & 1);
    while (rest.len) {
        sv text = sv_cut(rest, '{', &rest);
        buf_add(out, text);
        sv name = rest.len ? sv_cut(rest, '}', &rest) : SV_EMPTY;
        if (sv_eq(name, SV("words")))
            add_words_of_text(out, row);
        else if (sv_eq(name, SV("range")))
            buf_printf(out, "%u to %u", row->least, row->most);
    }
    if (own && row->type == TYPE_NUMBER && row->initial)
        buf_printf(out, " (default %u)", (unsigned)row->initial);
    if (own && option_adds(row))
        buf_add(out, SV("; may be repeated"));
}
