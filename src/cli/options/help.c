/* What --help prints: the usage of a command, what it does, its options, an example, exit codes.
 *
 * All of it is wrapped here, to the eighty columns of a terminal. Options whose texts are the same
 * are shown together; those for which a command sends to the help of scan come last. */
#include "help.h"

#include "commands.h"
#include "table.h"

enum { WIDTH = 80, COMMAND_COLUMN = 37, OPTION_COLUMN = 29 };

static size_t column_of(const struct buf *out)
{
    size_t newline = sv_rfind_byte(buf_sv(out), '\n');
    return out->len - (newline == SV_NPOS ? 0 : newline + 1);
}

/* At least a blank, or a line of its own. */
static void go_to(struct buf *out, size_t column)
{
    if (column_of(out) >= column)
        buf_add_byte(out, '\n');
    while (column_of(out) < column)
        buf_add_byte(out, ' ');
}

static void add_wrapped(struct buf *out, sv text, size_t indent)
{
    for (bool first = true; text.len; first = false) {
        sv word = sv_cut(text, ' ', &text);
        if (!first && column_of(out) + 1 + word.len > WIDTH) {
            go_to(out, indent);
            first = true;
        }
        buf_printf(out, "%s%.*s", first ? "" : " ", SV_FMT(word));
    }
}

static void add_paragraphs(struct buf *out, const char *text)
{
    add_wrapped(out, sv_from(text), 0);
    buf_add(out, SV("\n\n"));
}

/* "-o, --output FILE" */
static void add_names(struct buf *out, const struct option_row *row, bool with_letters)
{
    if (row->letter)
        buf_printf(out, "-%c, ", row->letter);
    else if (with_letters)
        buf_add(out, SV("    "));
    buf_printf(out, "--%s", row->name);
    if (row->value)
        buf_printf(out, option_value_may_lack(row) ? "[=%s]" : " %s", row->value);
}

/* Options with one text, and that text. */
struct entry {
    struct buf heads, text;
};

static void add_head(struct entry *entry, const struct option_row *row)
{
    struct buf name = {0};
    bool first = !entry->heads.len;
    add_names(&name, row, first);
    if (!first && column_of(&entry->heads) + 2 + name.len > WIDTH - 1)
        buf_add(&entry->heads, SV(",\n      "));
    else
        buf_add(&entry->heads, first ? SV("  ") : SV(", "));
    buf_add(&entry->heads, buf_sv(&name));
    buf_release(&name);
}

static void flush(struct buf *out, struct entry *entry)
{
    if (entry->heads.len) {
        buf_add(out, buf_sv(&entry->heads));
        go_to(out, OPTION_COLUMN);
        add_wrapped(out, buf_sv(&entry->text), OPTION_COLUMN);
        buf_add_byte(out, '\n');
    }
    buf_clear(&entry->heads);
    buf_clear(&entry->text);
}

static void add_heading(struct buf *out, const char **last, const struct option_row *row)
{
    if (row->group && (!*last || strcmp(*last, row->group) != 0))
        buf_printf(out, "%s%s\n", *last ? "\n" : "", row->group);
    *last = row->group;
}

static void add_options(struct buf *out, enum command command)
{
    const struct option_row *row = NULL;
    const char *group = NULL;
    struct entry entry = {0};
    while ((row = option_next_shown(row, command))) {
        struct buf text = {0};
        option_add_help(&text, row, command);
        if (!sv_eq(buf_sv(&text), buf_sv(&entry.text)))
            flush(out, &entry);
        if (command == COMMAND_SCAN && !entry.heads.len)
            add_heading(out, &group, row);
        add_head(&entry, row);
        buf_clear(&entry.text);
        buf_add(&entry.text, buf_sv(&text));
        buf_release(&text);
    }
    flush(out, &entry);
    buf_release(&entry.heads);
    buf_release(&entry.text);
}

static void add_verbs(struct buf *out, const struct command_row *command)
{
    size_t width = 0;
    for (size_t i = 0; i < VERBS_MAX && command->verbs[i].help; i++)
        if (strlen(command->verbs[i].name) > width)
            width = strlen(command->verbs[i].name);
    for (size_t i = 0; i < VERBS_MAX && command->verbs[i].help; i++) {
        buf_add(out, sv_from(command->verbs[i].name));
        go_to(out, width + 1);
        add_wrapped(out, sv_from(command->verbs[i].help), width + 1);
        buf_add_byte(out, '\n');
    }
    if (width)
        buf_add_byte(out, '\n');
}

static void add_exits(struct buf *out, const struct command_row *command)
{
    struct buf text = {0};
    for (size_t i = 0; i < EXITS_MAX && command->exits[i].help; i++)
        buf_printf(&text, "%s%d %s", i ? "; " : "Exit codes: ", command->exits[i].code,
                   command->exits[i].help);
    if (text.len) {
        buf_add_byte(out, '\n');
        add_wrapped(out, buf_sv(&text), 0);
        buf_add(out, SV(".\n"));
    }
    buf_release(&text);
}

void help_add_command(struct buf *out, enum command command)
{
    const struct command_row *row = &command_rows[command];
    for (size_t i = 0; i < USAGES_MAX && row->usages[i]; i++)
        buf_printf(out, "%sbouncelog %s\n", i ? "       " : "usage: ", row->usages[i]);
    buf_add_byte(out, '\n');
    if (row->about)
        add_paragraphs(out, row->about);
    add_verbs(out, row);
    add_options(out, command);
    if (row->example)
        buf_printf(out, "\nExample:  %s\n", row->example);
    add_exits(out, row);
}

/* A way to call the program, and what comes of it. */
static void add_row(struct buf *out, const char *what, const char *text)
{
    buf_printf(out, "  bouncelog %s", what);
    if (column_of(out) + 2 > COMMAND_COLUMN)
        buf_add_byte(out, '\n');
    go_to(out, COMMAND_COLUMN);
    buf_printf(out, "%s\n", text);
}

void help_add_program(struct buf *out)
{
    add_paragraphs(out, program_about);
    add_row(out, "FILE...", "what bounced in these logs: scan --text");
    add_row(out, "", "the last day of this host, at a terminal");
    buf_add_byte(out, '\n');
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        struct buf what = {0};
        buf_printf(&what, "%s %s", command_rows[i].name, command_rows[i].operands);
        add_row(out, buf_cstr(&what), command_rows[i].summary);
        buf_release(&what);
    }
    buf_printf(out,
               "\n"
               "  bouncelog COMMAND --help           options of it (or: bouncelog help COMMAND)\n"
               "  bouncelog --version\n"
               "\n"
               "Example:  %s\n",
               program_example);
}
