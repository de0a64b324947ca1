/* The tables of commands and options as JSON, for scripts/manuals: manual pages, completions and
 * the first configuration file are made of it.
 *
 * { "about", "example", "commands": [ { "name", "operands", "summary", "about", "example",
 * "usages", "verbs", "exits", "takes_files", "reads_config", "options": [ { "name", "letter",
 * "value", "type", "words", "least", "most", "repeats", "may_lack", "may_be_empty", "counts",
 * "group", "as_scan", "help", "example" } ] } ] }
 *
 * Options stand in the order of the help. What is not there is null. */
#include "bouncelog/base/text.h"
#include "commands.h"
#include "help.h"
#include "table.h"

static void add_text(struct buf *out, const char *key, const char *text)
{
    buf_printf(out, "\"%s\":", key);
    if (text)
        text_add_json(out, sv_from(text));
    else
        buf_add(out, SV("null"));
}

static void add_bool(struct buf *out, const char *key, bool holds)
{
    buf_printf(out, ",\"%s\":%s", key, holds ? "true" : "false");
}

static void add_words(struct buf *out, const struct option_row *row)
{
    struct buf words = {0};
    option_add_words(&words, row);
    sv rest = buf_sv(&words);
    buf_add(out, SV(",\"words\":["));
    for (bool first = true; rest.len; first = false) {
        sv word = sv_cut(rest, ' ', &rest);
        if (!first)
            buf_add_byte(out, ',');
        text_add_json(out, word);
    }
    buf_add_byte(out, ']');
    buf_release(&words);
}

static void add_option(struct buf *out, const struct option_row *row, enum command command)
{
    static const char *const counts[] = {"everywhere", "nightly", "command line"};
    char letter[] = {row->letter, 0};
    struct buf help = {0};
    buf_add(out, SV("\n  {"));
    add_text(out, "name", row->name);
    buf_add_byte(out, ',');
    add_text(out, "letter", row->letter ? letter : NULL);
    buf_add_byte(out, ',');
    add_text(out, "value", row->value);
    buf_add_byte(out, ',');
    add_text(out, "type", option_types[row->type].name);
    add_words(out, row);
    if (row->type == TYPE_NUMBER)
        buf_printf(out, ",\"least\":%u,\"most\":%u", row->least, row->most);
    add_bool(out, "repeats", option_adds(row));
    add_bool(out, "may_lack", option_value_may_lack(row));
    add_bool(out, "may_be_empty", row->may_be_empty);
    buf_add_byte(out, ',');
    add_text(out, "counts", counts[row->counts]);
    buf_add_byte(out, ',');
    add_text(out, "group", row->group);
    add_bool(out, "as_scan", row->as_scan >> command & 1);
    option_add_help(&help, row, command);
    buf_add_byte(out, ',');
    add_text(out, "help", buf_cstr(&help));
    buf_add_byte(out, ',');
    add_text(out, "example", row->example);
    buf_add_byte(out, '}');
    buf_release(&help);
}

static void add_options(struct buf *out, enum command command)
{
    const char *between = "";
    buf_add(out, SV(",\"options\":["));
    const struct option_row *row = NULL;
    while ((row = option_next_shown(row, command))) {
        buf_add(out, sv_from(between));
        add_option(out, row, command);
        between = ",";
    }
    buf_add_byte(out, ']');
}

static void add_lists(struct buf *out, const struct command_row *row)
{
    buf_add(out, SV(",\"usages\":["));
    for (size_t i = 0; i < USAGES_MAX && row->usages[i]; i++) {
        if (i)
            buf_add_byte(out, ',');
        text_add_json(out, sv_from(row->usages[i]));
    }
    buf_add(out, SV("],\"verbs\":["));
    for (size_t i = 0; i < VERBS_MAX && row->verbs[i].name; i++) {
        buf_add(out, i ? SV(",{") : SV("{"));
        add_text(out, "name", row->verbs[i].name);
        buf_add_byte(out, ',');
        add_text(out, "help", row->verbs[i].help);
        buf_add_byte(out, '}');
    }
    buf_add(out, SV("],\"exits\":["));
    for (size_t i = 0; i < EXITS_MAX && row->exits[i].help; i++) {
        buf_printf(out, "%s{\"code\":%d,", i ? "," : "", row->exits[i].code);
        add_text(out, "help", row->exits[i].help);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

void dump_add(struct buf *out)
{
    buf_add_byte(out, '{');
    add_text(out, "about", program_about);
    buf_add_byte(out, ',');
    add_text(out, "example", program_example);
    buf_add(out, SV(",\"commands\":["));
    for (unsigned i = 0; i < COMMAND_COUNT; i++) {
        const struct command_row *row = &command_rows[i];
        buf_add(out, i ? SV(",\n {") : SV("\n {"));
        add_text(out, "name", row->name);
        buf_add_byte(out, ',');
        add_text(out, "operands", row->operands);
        buf_add_byte(out, ',');
        add_text(out, "summary", row->summary);
        buf_add_byte(out, ',');
        add_text(out, "about", row->about);
        buf_add_byte(out, ',');
        add_text(out, "example", row->example);
        add_lists(out, row);
        add_bool(out, "takes_files", row->takes_files);
        add_bool(out, "reads_config", row->reads_config);
        add_options(out, (enum command)i);
        buf_add_byte(out, '}');
    }
    buf_add(out, SV("]}\n"));
}
