/* The text of a row taken apart, with the places where its fields stand. What a stranger wrote may
 * stand only where it stays a value: between double quotes that the template opens and closes,
 * whatever row or body goes before. So the state of quoting is followed through head, row, between
 * and tail, in each order in which they may come. */
#include <stdio.h>
#include <string.h>

#include "bouncelog/pattern/list_template.h"

static const char *const field_names[] = {
#define FIELD_NAME(constant, name) [constant] = (name),
    LIST_FIELDS(FIELD_NAME)
#undef FIELD_NAME
};

/* What a cell, or a string, has so far. */
enum content { NOTHING, MAYBE_NOTHING, SOMETHING };

/* Where in a document a byte stands. */
struct quoting {
    enum list_escape escape;
    bool quoted;    /* between double quotes */
    bool may_open;  /* of CSV: a quote opens a cell here, and nowhere else */
    bool may_close; /* of CSV: behind a quote that closes, unless another one comes */
    bool escaped;   /* of JSON: behind a backslash */
    enum content content;
};

static bool is_strangers(enum list_field field)
{
    return field == LIST_FIELD_REPLY || field == LIST_FIELD_ENHANCED;
}

static bool is_number(enum list_field field)
{
    return field == LIST_FIELD_CODE || field == LIST_FIELD_MESSAGES || field == LIST_FIELD_DAYS;
}

static int field_named(sv name)
{
    for (int i = 0; i < LIST_FIELD_COUNT; i++)
        if (sv_eq(name, sv_from(field_names[i])))
            return i;
    return -1;
}

/* The name between < and > at the start of the text; empty: none stands there. */
static sv name_at(sv text)
{
    size_t n = 1;
    while (n < text.len && (is_alpha(text.ptr[n]) || text.ptr[n] == '_'))
        n++;
    return n > 1 && n < text.len && text.ptr[n] == '>' ? sv_sub(text, 1, n) : SV_EMPTY;
}

static void open_or_close(struct quoting *at, bool quoted)
{
    at->quoted = quoted;
    at->content = NOTHING;
}

static void pass_json(struct quoting *at, char c)
{
    if (at->escaped)
        at->escaped = false;
    else if (at->quoted && c == '\\')
        at->escaped = true;
    else if (c == '"')
        open_or_close(at, !at->quoted);
}

/* RFC 4180; cells are parted by whatever spreadsheets take for that. */
static void pass_csv(struct quoting *at, char c)
{
    bool behind_quote = at->may_close;
    at->may_close = false;
    if (at->quoted && c == '"') {
        at->quoted = false;
        at->may_close = true;
    } else if (behind_quote && c == '"') {
        at->quoted = true; /* two quotes are one that is a part of the cell */
        at->content = SOMETHING;
    } else if (!at->quoted && at->may_open && c == '"') {
        open_or_close(at, true);
        at->may_open = false;
    } else if (at->quoted) {
        enum content more = c == ' ' || c == '\t' ? MAYBE_NOTHING : SOMETHING;
        at->content = more > at->content ? more : at->content;
    } else {
        at->may_open = c && strchr(",;\t\n", c) != NULL;
    }
}

static void pass(struct quoting *at, sv text)
{
    for (size_t i = 0; i < text.len; i++)
        (at->escape == LIST_ESCAPE_CSV ? pass_csv : pass_json)(at, text.ptr[i]);
}

static bool refuse(struct list_why *why, const char *text, enum list_field field)
{
    (void)snprintf(why->text, sizeof why->text, "<%s>: %s", field_names[field], text);
    return false;
}

/* May the field stand here? *guarded: it is the first of its cell. */
static bool pass_field(struct quoting *at, enum list_field field, bool *guarded,
                       struct list_why *why)
{
    bool strange = is_strangers(field);
    if (at->escape == LIST_ESCAPE_NONE)
        return !strange ||
               refuse(why, "a stranger wrote it; 'escape: json' or 'escape: csv' makes it a value",
                      field);
    if (!at->quoted && (strange || (at->escape == LIST_ESCAPE_JSON && !is_number(field))))
        return refuse(why, "it stands between double quotes of a value", field);
    if (at->escaped)
        return refuse(why, "a backslash stands in front of it", field);
    *guarded = at->escape == LIST_ESCAPE_CSV && at->quoted && at->content == NOTHING;
    if (strange && at->escape == LIST_ESCAPE_CSV && at->content == MAYBE_NOTHING)
        return refuse(why,
                      "a spreadsheet may take it for a formula; it stands first in its cell, or "
                      "behind a word",
                      field);
    at->content = !strange || at->content == SOMETHING ? SOMETHING : MAYBE_NOTHING;
    at->may_open = at->may_close = false;
    return true;
}

static bool pass_row(struct quoting *at, struct list_row_text *row, struct list_why *why)
{
    for (size_t i = 0; i < row->count; i++) {
        struct list_part *part = &row->parts[i];
        bool guarded = false;
        pass(at, part->literal);
        if (part->field >= 0 && !pass_field(at, (enum list_field)part->field, &guarded, why))
            return false;
        part->guarded = part->guarded || guarded;
    }
    return true;
}

static bool is_open(const struct quoting *at, struct list_why *why)
{
    if (!at->quoted && !at->escaped)
        return false;
    (void)snprintf(why->text, sizeof why->text, "a quote is open where a row or a body ends");
    return true;
}

/* A body begins; a row comes behind another one; a body behind another one. */
static bool check_quotes(struct list_body *body, enum list_escape escape, struct list_why *why)
{
    struct quoting at = {.escape = escape, .may_open = true};
    pass(&at, body->head);
    if (is_open(&at, why) || !pass_row(&at, &body->row, why))
        return false;
    struct quoting row_end = at;
    pass(&at, body->between);
    if (is_open(&row_end, why) || is_open(&at, why) || !pass_row(&at, &body->row, why))
        return false;
    at = row_end;
    pass(&at, body->tail);
    if (is_open(&at, why))
        return false;
    pass(&at, body->head);
    return !is_open(&at, why) && pass_row(&at, &body->row, why);
}

static bool take_apart(struct list_row_text *row, sv text, struct list_why *why)
{
    while (text.len) {
        size_t open = 0;
        while (open < text.len && (text.ptr[open] != '<' || !name_at(sv_skip(text, open)).len))
            open++;
        if (row->count == LIST_PARTS) {
            (void)snprintf(why->text, sizeof why->text, "a row has no more than %d fields",
                           LIST_PARTS - 1);
            return false;
        }
        struct list_part *part = &row->parts[row->count++];
        *part = (struct list_part){.literal = sv_sub(text, 0, open), .field = -1};
        sv name = open < text.len ? name_at(sv_skip(text, open)) : SV_EMPTY;
        text = sv_skip(text, name.len ? open + name.len + 2 : open);
        part->field = field_named(name);
        if (name.len && part->field < 0) {
            (void)snprintf(why->text, sizeof why->text, "there is no field <%.*s>", SV_FMT(name));
            return false;
        }
    }
    return true;
}

static bool has(const struct list_row_text *row, enum list_field field)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->parts[i].field == (int)field)
            return true;
    return false;
}

bool list_body_compile(struct list_body *body, sv row, enum list_escape escape,
                       struct list_why *why)
{
    body->row = (struct list_row_text){.count = 0};
    if (!take_apart(&body->row, row, why))
        return false;
    if (!has(&body->row, LIST_FIELD_ADDRESS) &&
        !(has(&body->row, LIST_FIELD_LOCAL) && has(&body->row, LIST_FIELD_DOMAIN))) {
        (void)snprintf(why->text, sizeof why->text, "the row has no <address>");
        return false;
    }
    return check_quotes(body, escape, why);
}
